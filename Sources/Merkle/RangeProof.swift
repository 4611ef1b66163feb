import Bytes
import Cryptography

/// The roots of the maximal subtrees outside a range of leaves, left to right: shows that the leaves stand there. `[TREE-5]`
///
/// One proof for the many rows that an attention step reads, instead of a path for each.
public struct RangeProof: Hashable, Sendable {
  /// The most hashes that a range can need: one a level on either side.
  public static let maximumHashCount = 2 * MerkleTree.maximumDepth

  /// The roots of the subtrees outside the range, left to right.
  public var hashes: [Digest]

  /// Makes a proof of its hashes.
  public init(hashes: [Digest]) { self.hashes = hashes }

  /// The root that the tree must have when `leafHashes` stand from index `first` on among `size` leaves.
  public func root(leafHashes: [Digest], first: UInt64, size: UInt64) throws(ProofRejection) -> Digest {
    guard size >= 1, size <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
    guard !leafHashes.isEmpty, first < size, UInt64(leafHashes.count) <= size - first else { throw .indexOutOfRange }

    var fold = RangeFold(range: first..<first + UInt64(leafHashes.count), leafHashes: leafHashes, outside: hashes[...])
    let root = try fold.root(of: 0..<size)
    guard fold.outside.isEmpty else { throw .wrongHashCount }
    return root
  }

  /// Refuses the proof unless `leafHashes` stand from index `first` on among the `size` leaves under `root`.
  public func verify(leafHashes: [Digest], first: UInt64, size: UInt64, root: Digest) throws(ProofRejection) {
    guard try self.root(leafHashes: leafHashes, first: first, size: size) == root else { throw .rootMismatch }
  }
}

/// The recursion of RFC 9162 that takes a proof's hash for each subtree outside the range; at most 41 calls deep.
private struct RangeFold {
  let range: Range<UInt64>
  let leafHashes: [Digest]
  var outside: ArraySlice<Digest>

  mutating func root(of subtree: Range<UInt64>) throws(ProofRejection) -> Digest {
    if subtree.upperBound <= range.lowerBound || subtree.lowerBound >= range.upperBound {
      guard let hash = outside.popFirst() else { throw .wrongHashCount }
      return hash
    }
    let size = subtree.upperBound - subtree.lowerBound
    // A single leaf that is not outside the range is inside it.
    guard size > 1 else { return leafHashes[Int(subtree.lowerBound - range.lowerBound)] }
    let middle = subtree.lowerBound + MerkleTree.split(size)
    let left = try root(of: subtree.lowerBound..<middle)
    let right = try root(of: middle..<subtree.upperBound)
    return MerkleTree.nodeHash(left, right)
  }
}

extension RangeProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    hashes = try reader.readDigests(atMost: RangeProof.maximumHashCount)
  }

  public func encode(to writer: inout ByteWriter) { writer.writeDigests(hashes) }
}
