import Bytes

/// A claimed tree that is known along the way to the first leaf in which it differs from one's own tree. `[CHAL-1]`
///
/// Left of that leaf both trees are equal; right of it the nodes on the way were revealed. That is all that proofs about the leaf, and about leaves
/// before it, consist of.
public struct DisputedTree: Sendable {
  private let own: StoredTree
  /// Roots of claimed subtrees, by the leaves that they hold.
  private var claimed: [Range<UInt64>: Digest] = [:]
  /// The leaves, one of which is the first that differs; before a reveal, all of them.
  public private(set) var suspects: Range<UInt64>

  /// Starts from a claimed root that is not one's own, or is not known to be.
  public init(own: StoredTree) {
    self.own = own
    suspects = 0..<own.size
  }

  /// The first leaf that differs, once the suspects are one.
  public var firstDifference: UInt64? { suspects.count == 1 ? suspects.lowerBound : nil }

  /// Takes in the children of the node that holds all suspects, and finds the first that differs.
  /// - Returns: whether one does; if not, or if the node does not hold the suspects exactly, nothing changes.
  public mutating func reveal(_ children: [Digest], of node: TreeNode, _ fanOut: FanOut) -> Bool {
    guard
      let leaves = fanOut.leaves(of: node, size: own.size), leaves == suspects, let ours = own.children(of: node, fanOut),
      children.count == ours.count, let place = children.indices.first(where: { children[$0] != ours[$0] })
    else { return false }
    let width = 1 << (fanOut.bits * UInt64(node.height - 1))
    for (index, child) in children.enumerated() {
      let start = leaves.lowerBound + UInt64(index) * UInt64(width)
      let block = start..<min(leaves.upperBound, start + UInt64(width))
      claimed[block] = child
      if index == place { suspects = block }
    }
    return true
  }

  /// The claimed hash of the first leaf that differs.
  public var differingHash: Digest? { firstDifference.flatMap { claimed[$0..<$0 + 1] } }

  /// The claimed root, or nil if too little is known.
  public var root: Digest? { own.size == 0 ? nil : root(of: 0..<own.size) }

  /// The range proof of leaves up to the first that differs, or nil if too little is known. `[TREE-5]`
  public func rangeProof(_ range: Range<UInt64>) -> RangeProof? {
    guard !range.isEmpty, range.upperBound <= own.size else { return nil }
    var hashes: [Digest] = []
    func outside(_ subtree: Range<UInt64>) -> Bool {
      if subtree.upperBound <= range.lowerBound || subtree.lowerBound >= range.upperBound {
        guard let hash = root(of: subtree) else { return false }
        hashes.append(hash)
        return true
      }
      guard subtree.count > 1 else { return true }
      let middle = subtree.lowerBound + MerkleTree.split(UInt64(subtree.count))
      return outside(subtree.lowerBound..<middle) && outside(middle..<subtree.upperBound)
    }
    return outside(0..<own.size) ? RangeProof(hashes: hashes) : nil
  }

  private func root(of subtree: Range<UInt64>) -> Digest? {
    if let hash = claimed[subtree], subtree.lowerBound > suspects.lowerBound || subtree.count == 1 { return hash }
    if subtree.upperBound <= suspects.lowerBound { return own.subtreeRoot(subtree) }
    guard subtree.count > 1 else { return nil }
    let middle = subtree.lowerBound + MerkleTree.split(UInt64(subtree.count))
    guard let left = root(of: subtree.lowerBound..<middle), let right = root(of: middle..<subtree.upperBound) else {
      return claimed[subtree]
    }
    return MerkleTree.nodeHash(left, right)
  }
}
