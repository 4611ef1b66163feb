import Bytes
import Merkle

/// The two proofs that lead from leaf hashes over a tree's root to a root of roots. `[STEP-2]`
struct TreePlacement {
  let root: Digest
  let place: RangeProof
  let range: RangeProof

  /// Whether the leaf hashes stand from `first` on in the tree number `index` of `treeCount` under `rootOfRoots`. `[STEP-4]`
  func verifies(_ leafHashes: [Digest], from first: Int, leafCount: Int, index: Int, treeCount: Int, rootOfRoots: Digest) -> Bool {
    let rootHash = MerkleTree.leafHash(TreePart.rootLeaf(index: index, leafCount: leafCount, root: root))
    do {
      try range.verify(leafHashes: leafHashes, first: UInt64(first), size: UInt64(leafCount), root: root)
      try place.verify(leafHashes: [rootHash], first: UInt64(index), size: UInt64(treeCount), root: rootOfRoots)
      return true
    } catch {
      return false
    }
  }
}
