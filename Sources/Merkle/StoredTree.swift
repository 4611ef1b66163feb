import Bytes
import Cryptography

/// An RFC 9162 tree that keeps the roots of all its complete subtrees, so that any proof costs at most 40 hashes. `[TREE-2]`
///
/// It grows at the right, and answers for every earlier size as well. Memory: 64 bytes a leaf.
public struct StoredTree: Sendable {
  /// `levels[k][i]` is the root of the complete subtree over the leaves from `i << k` up to `(i + 1) << k`.
  private var levels: [[Digest]] = [[]]

  /// Makes an empty tree.
  public init() {}

  /// Makes a tree of leaves by their hashes.
  public init(leafHashes: [Digest]) {
    levels = [leafHashes]
    while let below = levels.last, below.count > 1 {
      levels.append(MerkleTree.nodeHashes(ofNeighboursIn: below))
    }
  }

  /// How many leaves the tree has.
  public var size: UInt64 { UInt64(levels[0].count) }

  /// The hashes of the leaves.
  public var leafHashes: [Digest] { levels[0] }

  /// The root of all leaves.
  public var root: Digest { size == 0 ? MerkleTree.emptyRoot : root(of: 0..<size) }

  /// Appends a leaf by its hash.
  public mutating func append(leafHash: Digest) {
    var (level, carry) = (0, leafHash)
    while true {
      if level == levels.count { levels.append([]) }
      levels[level].append(carry)
      let count = levels[level].count
      guard count.isMultiple(of: 2) else { return }
      carry = MerkleTree.nodeHash(levels[level][count - 2], carry)
      level += 1
    }
  }

  /// The root of the first `size` leaves, or nil when there are fewer.
  public func root(size: UInt64) -> Digest? {
    guard size <= self.size else { return nil }
    return size == 0 ? MerkleTree.emptyRoot : root(of: 0..<size)
  }

  /// The root of a subtree of the tree's own recursion, or of any aligned block of leaves cut off at the end.
  /// - Precondition: the range is not empty, lies inside the tree and starts at a multiple of the power of two that covers it.
  func root(of subtree: Range<UInt64>) -> Digest {
    let count = subtree.upperBound - subtree.lowerBound
    if count.nonzeroBitCount == 1 { return levels[count.trailingZeroBitCount][Int(subtree.lowerBound) >> count.trailingZeroBitCount] }
    let middle = subtree.lowerBound + MerkleTree.split(count)
    return MerkleTree.nodeHash(root(of: subtree.lowerBound..<middle), root(of: middle..<subtree.upperBound))
  }
}
