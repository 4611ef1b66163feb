import Bytes
import Inference
import Merkle

/// The trees of a trace or of a model's tensors, some of whose leaves are overwritten.
struct Forest {
  private let trees: [StoredTree]
  private let leafBytes: [Int]
  private let original: (Int) -> [UInt8]
  private var contents: [Int: [UInt8]] = [:]
  private var hashes: [Int: [Digest]] = [:]

  init(trees: [StoredTree], leafBytes: [Int], original: @escaping (Int) -> [UInt8]) {
    self.trees = trees
    self.leafBytes = leafBytes
    self.original = original
  }

  /// The bytes of a range of leaves.
  mutating func content(_ range: Range<Int>, of tree: Int) -> [UInt8] {
    let content = contents[tree] ?? original(tree)
    contents[tree] = content
    return Array(content[range.lowerBound * leafBytes[tree]..<range.upperBound * leafBytes[tree]])
  }

  /// Overwrites bytes in a range of leaves, as `ForgedStep.patchBytes` says.
  mutating func write(_ patch: [UInt8], to range: Range<Int>, of tree: Int) {
    let size = leafBytes[tree]
    var content = contents[tree] ?? original(tree)
    contents[tree] = nil
    let start = range.lowerBound * size
    let first = (Int(patch[1]) | Int(patch[2]) << 8) % (range.count * size)
    let last = min(first + 4 * (Int(patch[7]) + 1), range.count * size) - 1
    for offset in first...last { content[start + offset] = patch[3 + (offset - first) % 4] }
    var own = hashes[tree] ?? trees[tree].leafHashes
    hashes[tree] = nil
    for leaf in range.lowerBound + first / size...range.lowerBound + last / size {
      own[leaf] = MerkleTree.leafHash(Array(content[leaf * size..<(leaf + 1) * size]))
    }
    contents[tree] = content
    hashes[tree] = own
  }

  /// Puts another hash in the place of a leaf.
  mutating func replace(_ leaf: Int, of tree: Int, hash: Digest) {
    var own = hashes[tree] ?? trees[tree].leafHashes
    own[leaf] = hash
    hashes[tree] = own
  }

  /// The trees over what the leaves are now.
  var rooted: RootedForest {
    RootedForest(
      trees: trees.indices.map { tree in hashes[tree].map { StoredTree(leafHashes: $0) } ?? trees[tree] }, leafBytes: leafBytes,
      contents: contents)
  }
}

/// Trees with the tree over their roots. `[TRACE-2]` `[MODEL-5]`
struct RootedForest {
  private let trees: [StoredTree]
  private let leafBytes: [Int]
  private let contents: [Int: [UInt8]]
  private let roots: StoredTree

  init(trees: [StoredTree], leafBytes: [Int], contents: [Int: [UInt8]]) {
    self.trees = trees
    self.leafBytes = leafBytes
    self.contents = contents
    roots = StoredTree(
      leafHashes: trees.enumerated().map { MerkleTree.leafHash(TreePart.rootLeaf(index: $0, leafCount: Int($1.size), root: $1.root)) })
  }

  /// The root of the roots.
  var root: Digest { roots.root }

  /// The hash of one leaf.
  func leafHash(_ leaf: Int, of tree: Int) -> Digest { trees[tree].leafHashes[leaf] }

  /// Leaves with their proofs; the leaves are empty of a tree whose content nobody asked for.
  func part(_ range: Range<Int>, of tree: Int) -> TreePart {
    guard
      let proof = trees[tree].rangeProof(UInt64(range.lowerBound)..<UInt64(range.upperBound)),
      let place = roots.rangeProof(UInt64(tree)..<UInt64(tree) + 1)
    else { fatalError("the range lies inside its tree") }
    let leaves = contents[tree].map { Array($0[range.lowerBound * leafBytes[tree]..<range.upperBound * leafBytes[tree]]) } ?? []
    return TreePart(root: trees[tree].root, place: place, leaves: leaves, range: proof)
  }
}
