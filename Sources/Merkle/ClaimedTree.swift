import Bytes

/// A tree that somebody claims, as far as evidence about it needs it: known whole, or along one way. `[STEP-2]`
public protocol ClaimedTree: Sendable {
  /// The root, or nil if too little is known.
  var claimedRoot: Digest? { get }
  /// The hash of a leaf, or nil if there is none or it is not known.
  func claimedHash(ofLeaf leaf: UInt64) -> Digest?
  /// The range proof of leaves, or nil if there are none or too little is known. `[TREE-5]`
  func claimedProof(of leaves: Range<UInt64>) -> RangeProof?
}

extension StoredTree: ClaimedTree {
  public var claimedRoot: Digest? { root }

  public func claimedHash(ofLeaf leaf: UInt64) -> Digest? { leaf < size ? leafHashes[Int(leaf)] : nil }

  public func claimedProof(of leaves: Range<UInt64>) -> RangeProof? { rangeProof(leaves) }
}

extension DisputedTree: ClaimedTree {
  public var claimedRoot: Digest? { root }

  public func claimedHash(ofLeaf leaf: UInt64) -> Digest? { leaf == firstDifference ? differingHash : nil }

  public func claimedProof(of leaves: Range<UInt64>) -> RangeProof? { rangeProof(leaves) }
}
