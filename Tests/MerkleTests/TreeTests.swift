import Bytes
import Merkle
import TestSupport
import Testing

@Suite("Trees against their definitions [TREE-1] [TREE-2]")
struct TreeTests {
  @Test("Every proof of every small tree is the definition's, and verifies")
  func exhaustive() throws {
    let leaves = ReferenceTree.leaves(24)
    let tree = StoredTree(leafHashes: leaves)
    for count in 1...leaves.count {
      let (size, part) = (UInt64(count), leaves[..<count])
      let root = ReferenceTree.root(part)
      #expect(tree.root(size: size) == root)
      for index in 0..<count {
        let proof = try #require(tree.inclusionProof(index: UInt64(index), size: size))
        #expect(proof.path == ReferenceTree.path(index, part))
        try proof.verify(leafHash: leaves[index], index: UInt64(index), size: size, root: root)
        for end in index + 1...count {
          let proof = try #require(tree.rangeProof(UInt64(index)..<UInt64(end), size: size))
          #expect(proof.hashes == ReferenceTree.range(index..<end, part))
          try proof.verify(leafHashes: Array(leaves[index..<end]), first: UInt64(index), size: size, root: root)
        }
      }
      for old in 1...count {
        let proof = try #require(tree.consistencyProof(oldSize: UInt64(old), newSize: size))
        #expect(proof.path == ReferenceTree.consistency(old, part))
        try proof.verify(oldSize: UInt64(old), oldRoot: ReferenceTree.root(leaves[..<old]), newSize: size, newRoot: root)
      }
    }
  }

  @Test("Large trees: random sizes, places and ranges")
  func large() throws {
    var generator = SeededGenerator.printed()
    let leaves = ReferenceTree.leaves(5_000)
    let tree = StoredTree(leafHashes: leaves)
    for _ in 0..<40 {
      let count = Int.random(in: 1...leaves.count, using: &generator)
      let (size, part) = (UInt64(count), leaves[..<count])
      let root = ReferenceTree.root(part)
      #expect(tree.root(size: size) == root, "seed \(generator.seed)")
      let first = Int.random(in: 0..<count, using: &generator)
      let end = Int.random(in: first + 1...count, using: &generator)
      let inclusion = try #require(tree.inclusionProof(index: UInt64(first), size: size))
      try inclusion.verify(leafHash: leaves[first], index: UInt64(first), size: size, root: root)
      let range = try #require(tree.rangeProof(UInt64(first)..<UInt64(end), size: size))
      #expect(range.hashes == ReferenceTree.range(first..<end, part), "seed \(generator.seed)")
      try range.verify(leafHashes: Array(leaves[first..<end]), first: UInt64(first), size: size, root: root)
      let consistency = try #require(tree.consistencyProof(oldSize: UInt64(end), newSize: size))
      try consistency.verify(oldSize: UInt64(end), oldRoot: ReferenceTree.root(leaves[..<end]), newSize: size, newRoot: root)
    }
  }

  @Test("A tree that grows is the tree that is made at once")
  func growth() throws {
    let leaves = ReferenceTree.leaves(130)
    var (grown, builder) = (StoredTree(), TreeBuilder())
    for (index, leaf) in leaves.enumerated() {
      grown.append(leafHash: leaf)
      builder.append(leafHash: leaf)
      #expect(builder.size == UInt64(index) + 1)
      #expect(builder.root == ReferenceTree.root(leaves[...index]))
      #expect(grown.root == builder.root)
      #expect(try TreeBuilder(decoding: builder.encoded) == builder)
      let proof = try #require(grown.inclusionProof(index: UInt64(index / 2)))
      #expect(proof == StoredTree(leafHashes: Array(leaves[...index])).inclusionProof(index: UInt64(index / 2)))
    }
    #expect(grown.leafHashes == leaves)
  }

  @Test("The empty tree has a root and no proofs")
  func empty() throws {
    let tree = StoredTree()
    #expect(tree.root == MerkleTree.emptyRoot)
    #expect(StoredTree(leafHashes: []).root == MerkleTree.emptyRoot)
    #expect(MerkleTree.leafHash([]) != MerkleTree.emptyRoot)
    #expect(tree.inclusionProof(index: 0) == nil)
    #expect(tree.rangeProof(0..<0) == nil)
    #expect(tree.rangeProof(0..<1) == nil)
    #expect(tree.root(size: 1) == nil)
    #expect(tree.consistencyProof(oldSize: 0)?.path == [])
  }

  @Test("A builder's encoding is bounded and exact")
  func builderEncoding() throws {
    var writer = ByteWriter()
    writer.write(UInt64.max)
    #expect(throws: DecodingRejection.outOfRange) { try TreeBuilder(decoding: writer.bytes) }
    var builder = TreeBuilder()
    for leaf in ReferenceTree.leaves(5) { builder.append(leafHash: leaf) }
    #expect(builder.encoded.count == 8 + 2 * 32)
    #expect(throws: DecodingRejection.truncated) { try TreeBuilder(decoding: builder.encoded.dropLast()) }
    #expect(throws: DecodingRejection.trailingBytes) { try TreeBuilder(decoding: builder.encoded + [0]) }
  }
}
