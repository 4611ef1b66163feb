/// Why a proof about an RFC 9162 tree proves nothing. `[TREE-3]`
public enum ProofRejection: Error, Hashable, Sendable, CaseIterable {
  /// The tree would have no leaves, or more than 2^40.
  case sizeOutOfRange
  /// The leaf, or the range of leaves, is empty or does not lie inside the tree; or the older tree is the larger one.
  case indexOutOfRange
  /// The proof has more or fewer hashes than the shape of the tree demands.
  case wrongHashCount
  /// The hashes lead to a different root.
  case rootMismatch
}
