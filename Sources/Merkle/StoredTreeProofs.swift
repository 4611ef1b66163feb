import Bytes
import Cryptography

extension StoredTree {
  /// The proof that the leaf at `index` is among the first `size` leaves (all when nil); nil when there is no such leaf. `[TREE-3]`
  public func inclusionProof(index: UInt64, size: UInt64? = nil) -> InclusionProof? {
    let size = size ?? self.size
    guard size <= self.size, index < size else { return nil }
    var path: [Digest] = []
    var subtree = 0..<size
    while subtree.count > 1 {
      let middle = subtree.lowerBound + MerkleTree.split(UInt64(subtree.count))
      let (left, right) = (subtree.lowerBound..<middle, middle..<subtree.upperBound)
      let isLeft = index < middle
      path.append(root(of: isLeft ? right : left))
      subtree = isLeft ? left : right
    }
    return InclusionProof(path: path.reversed())
  }

  /// The proof for the leaves of `range` among the first `size` leaves (all when nil); nil when the range is empty or outside. `[TREE-5]`
  public func rangeProof(_ range: Range<UInt64>, size: UInt64? = nil) -> RangeProof? {
    let size = size ?? self.size
    guard !range.isEmpty, size <= self.size, range.upperBound <= size else { return nil }
    var hashes: [Digest] = []
    collect(outside: range, in: 0..<size, into: &hashes)
    return RangeProof(hashes: hashes)
  }

  /// The proof that the first `oldSize` leaves are the start of the first `newSize` leaves; nil when sizes do not fit. `[TREE-4]`
  public func consistencyProof(oldSize: UInt64, newSize: UInt64? = nil) -> ConsistencyProof? {
    let newSize = newSize ?? size
    guard newSize <= size, oldSize <= newSize else { return nil }
    guard oldSize > 0 else { return ConsistencyProof(path: []) }
    var path: [Digest] = []
    var (subtree, isOldRootKnown) = (0..<newSize, true)
    while subtree.upperBound > oldSize {
      let middle = subtree.lowerBound + MerkleTree.split(UInt64(subtree.count))
      if oldSize <= middle {
        path.append(root(of: middle..<subtree.upperBound))
        subtree = subtree.lowerBound..<middle
      } else {
        path.append(root(of: subtree.lowerBound..<middle))
        (subtree, isOldRootKnown) = (middle..<subtree.upperBound, false)
      }
    }
    if !isOldRootKnown { path.append(root(of: subtree)) }
    return ConsistencyProof(path: path.reversed())
  }

  private func collect(outside range: Range<UInt64>, in subtree: Range<UInt64>, into hashes: inout [Digest]) {
    if subtree.upperBound <= range.lowerBound || subtree.lowerBound >= range.upperBound {
      hashes.append(root(of: subtree))
      return
    }
    // What lies inside the range altogether gives no hash.
    if range.lowerBound <= subtree.lowerBound, subtree.upperBound <= range.upperBound { return }
    let middle = subtree.lowerBound + MerkleTree.split(UInt64(subtree.count))
    collect(outside: range, in: subtree.lowerBound..<middle, into: &hashes)
    collect(outside: range, in: middle..<subtree.upperBound, into: &hashes)
  }
}
