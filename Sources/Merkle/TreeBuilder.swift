import Bytes
import Cryptography

/// Computes the root of a list whose leaves arrive one at a time, holding one hash per bit of the count. `[TREE-2]`
public struct TreeBuilder: Hashable, Sendable {
  /// How many leaves have been appended.
  public private(set) var size: UInt64 = 0

  /// The roots of the complete subtrees that make up the tree, largest first: one for each 1 bit of `size`.
  private var peaks: [Digest] = []

  /// Makes an empty tree.
  public init() {}

  /// Appends a leaf that holds `content`.
  /// - Precondition: the tree has fewer than 2^40 leaves.
  public mutating func append(_ content: [UInt8]) { append(leafHash: MerkleTree.leafHash(content)) }

  /// Appends a leaf by its hash.
  /// - Precondition: the tree has fewer than 2^40 leaves.
  public mutating func append(leafHash: Digest) {
    precondition(size < MerkleTree.maximumSize, "a tree holds at most 2^40 leaves")
    var carry = leafHash
    for _ in 0..<size.trailingOneBitCount {
      guard let left = peaks.popLast() else { preconditionFailure("a tree has a peak for each 1 bit of its size") }
      carry = MerkleTree.nodeHash(left, carry)
    }
    peaks.append(carry)
    size += 1
  }

  /// The root of the leaves so far. `[TREE-1]`
  public var root: Digest {
    guard var root = peaks.last else { return MerkleTree.emptyRoot }
    for peak in peaks.dropLast().reversed() { root = MerkleTree.nodeHash(peak, root) }
    return root
  }
}

extension UInt64 {
  fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}

extension TreeBuilder: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    size = try reader.read()
    guard size <= MerkleTree.maximumSize else { throw .outOfRange }
    for _ in 0..<size.nonzeroBitCount { peaks.append(try reader.readDigest()) }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(size)
    for peak in peaks { writer.write(peak) }
  }
}
