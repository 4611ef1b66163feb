import Bytes
import Cryptography

/// Why a proof about the state proves nothing. `[JMT-3]`
public enum StateProofRejection: Error, Hashable, Sendable, CaseIterable {
  /// The proof shows a value where an absence is claimed, or the reverse.
  case wrongKind
  /// There are more siblings than a key has bits.
  case tooManySiblings
  /// The last sibling is empty: the walk would have ended above it.
  case emptySibling
  /// An absence is shown by the very key.
  case keyIsPresent
  /// An absence is shown by a pair that is not on the key's path.
  case foreignLeaf
  /// The hashes lead to a different root.
  case rootMismatch
}

/// Shows the value of one key under a root, or that the key has none. `[JMT-2]`
public struct StateProof: Hashable, Sendable {
  /// The most siblings: one for each bit of a key.
  public static let maximumSiblingCount = 256

  /// Where the walk down the key's path ends.
  public enum End: Hashable, Sendable {
    /// At the key's own pair.
    case present
    /// At an empty half.
    case absentEmpty
    /// At the only pair of a half, which is another key's.
    case absentOther(keyHash: Digest, valueHash: Digest)
  }

  /// The hashes of the other halves, from the root down.
  public var siblings: [Digest]

  /// Where the walk ends.
  public var end: End

  /// Makes a proof of its parts.
  public init(siblings: [Digest], end: End) {
    self.siblings = siblings
    self.end = end
  }

  /// Refuses the proof unless the key has `value`, or none when nil, in the state of `root`. `[JMT-3]`
  public func verify(keyHash: Digest, value: [UInt8]?, root: Digest) throws(StateProofRejection) {
    try verify(keyHash: keyHash, valueHash: value.map { Digest.hash($0) }, root: root)
  }

  /// As above, for a value of which only SHA-256 is known.
  public func verify(keyHash: Digest, valueHash: Digest?, root: Digest) throws(StateProofRejection) {
    let start = try startHash(keyHash: keyHash, valueHash: valueHash)
    var hash = start
    for (bit, sibling) in siblings.enumerated().reversed() {
      hash = keyHash.bit(at: bit) ? StateHash.branch(sibling, hash) : StateHash.branch(hash, sibling)
    }
    guard hash == root else { throw .rootMismatch }
  }

  /// All checks but the root; the hash of the half where the walk ends.
  private func startHash(keyHash: Digest, valueHash: Digest?) throws(StateProofRejection) -> Digest {
    guard (end == .present) == (valueHash != nil) else { throw .wrongKind }
    guard siblings.count <= StateProof.maximumSiblingCount else { throw .tooManySiblings }
    guard siblings.last != .zero else { throw .emptySibling }
    switch end {
    case .present:
      guard let valueHash else { throw .wrongKind }
      return StateHash.leaf(keyHash: keyHash, valueHash: valueHash)
    case .absentEmpty:
      return .zero
    case .absentOther(let otherKeyHash, let otherValueHash):
      guard otherKeyHash != keyHash else { throw .keyIsPresent }
      guard keyHash.commonBitCount(with: otherKeyHash) >= siblings.count else { throw .foreignLeaf }
      return StateHash.leaf(keyHash: otherKeyHash, valueHash: otherValueHash)
    }
  }
}

extension StateProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    let tag = try reader.read(UInt8.self)
    siblings = try reader.readDigests(atMost: StateProof.maximumSiblingCount)
    switch tag {
    case 0: end = .present
    case 1: end = .absentEmpty
    case 2: end = .absentOther(keyHash: try reader.readDigest(), valueHash: try reader.readDigest())
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch end {
    case .present:
      writer.write(UInt8(0))
      writer.writeDigests(siblings)
    case .absentEmpty:
      writer.write(UInt8(1))
      writer.writeDigests(siblings)
    case .absentOther(let keyHash, let valueHash):
      writer.write(UInt8(2))
      writer.writeDigests(siblings)
      writer.write(keyHash)
      writer.write(valueHash)
    }
  }
}
