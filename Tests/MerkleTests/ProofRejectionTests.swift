import Bytes
import Merkle
import TestSupport
import Testing

@Suite("Proofs that prove nothing [TREE-3] [TREE-4] [TREE-5]")
struct ProofRejectionTests {
  private let leaves = ReferenceTree.leaves(100)
  private let tree = StoredTree(leafHashes: ReferenceTree.leaves(100))
  private let tooLarge = MerkleTree.maximumSize + 1

  @Test("An inclusion proof's rejections, in order")
  func inclusion() throws {
    let proof = try #require(tree.inclusionProof(index: 5))
    func verify(_ proof: InclusionProof, index: UInt64, size: UInt64, root: Digest) throws {
      try proof.verify(leafHash: leaves[5], index: index, size: size, root: root)
    }
    #expect(throws: ProofRejection.sizeOutOfRange) { try verify(proof, index: 0, size: 0, root: tree.root) }
    #expect(throws: ProofRejection.sizeOutOfRange) { try verify(proof, index: 5, size: tooLarge, root: tree.root) }
    #expect(throws: ProofRejection.sizeOutOfRange) { try verify(proof, index: .max, size: .max, root: tree.root) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify(proof, index: 100, size: 100, root: tree.root) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify(proof, index: .max, size: 100, root: tree.root) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify(proof, index: 99, size: 100, root: tree.root) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify(InclusionProof(path: []), index: 5, size: 100, root: tree.root) }
    #expect(throws: ProofRejection.rootMismatch) { try verify(proof, index: 6, size: 100, root: tree.root) }
    let deepest = InclusionProof(path: [Digest](repeating: .zero, count: 40))
    #expect(throws: ProofRejection.rootMismatch) { try verify(deepest, index: 5, size: MerkleTree.maximumSize, root: .zero) }
  }

  @Test("A node can stand for no leaf: an inner hash shown as a leaf has a path of the wrong length")
  func innerNode() throws {
    let pair = MerkleTree.nodeHash(leaves[4], leaves[5])
    let proof = try #require(tree.inclusionProof(index: 4))
    let shortened = InclusionProof(path: Array(proof.path.dropFirst()))
    #expect(throws: ProofRejection.wrongHashCount) { try shortened.verify(leafHash: pair, index: 4, size: 100, root: tree.root) }
  }

  @Test("A range proof's rejections, in order")
  func range() throws {
    let proof = try #require(tree.rangeProof(5..<9))
    func verify(_ hashes: [Digest], _ leaves: ArraySlice<Digest>, first: UInt64, size: UInt64) throws {
      try RangeProof(hashes: hashes).verify(leafHashes: Array(leaves), first: first, size: size, root: tree.root)
    }
    #expect(throws: ProofRejection.sizeOutOfRange) { try verify(proof.hashes, leaves[5..<9], first: 5, size: 0) }
    #expect(throws: ProofRejection.sizeOutOfRange) { try verify(proof.hashes, leaves[5..<9], first: 5, size: tooLarge) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify([tree.root], [], first: 5, size: 100) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify(proof.hashes, leaves[5..<9], first: 97, size: 100) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify(proof.hashes, leaves[5..<9], first: 100, size: 100) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify(proof.hashes, leaves[5..<9], first: .max, size: 100) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify(proof.hashes + [.zero], leaves[5..<9], first: 5, size: 100) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify(proof.hashes.dropLast(), leaves[5..<9], first: 5, size: 100) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify([tree.root], leaves[5..<9], first: 5, size: 100) }
    #expect(throws: ProofRejection.rootMismatch) { try verify(proof.hashes, leaves[6..<10], first: 5, size: 100) }
    let deepest = [Digest](repeating: .zero, count: 40)
    #expect(throws: ProofRejection.rootMismatch) { try verify(deepest, leaves[..<1], first: 1 << 39, size: MerkleTree.maximumSize) }
    #expect(tree.rangeProof(0..<100)?.hashes == [], "the whole tree needs no hash")
  }

  @Test("A consistency proof's rejections, in order")
  func consistency() throws {
    let proof = try #require(tree.consistencyProof(oldSize: 50))
    let oldRoot = try #require(tree.root(size: 50))
    func verify(_ path: [Digest], _ oldSize: UInt64, _ oldRoot: Digest, _ newSize: UInt64, _ newRoot: Digest) throws {
      try ConsistencyProof(path: path).verify(oldSize: oldSize, oldRoot: oldRoot, newSize: newSize, newRoot: newRoot)
    }
    try verify(proof.path, 50, oldRoot, 100, tree.root)
    #expect(throws: ProofRejection.sizeOutOfRange) { try verify(proof.path, 50, oldRoot, tooLarge, tree.root) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify(proof.path, 101, oldRoot, 100, tree.root) }
    #expect(throws: ProofRejection.indexOutOfRange) { try verify([], 1, leaves[0], 0, MerkleTree.emptyRoot) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify([], 50, oldRoot, 100, tree.root) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify(proof.path + [.zero], 50, oldRoot, 100, tree.root) }
    #expect(throws: ProofRejection.rootMismatch) { try verify(proof.path, 50, tree.root, 100, tree.root) }
    #expect(throws: ProofRejection.rootMismatch) { try verify(proof.path, 50, oldRoot, 100, oldRoot) }
    // The trees that need no hashes.
    try verify([], 0, MerkleTree.emptyRoot, 100, tree.root)
    try verify([], 0, MerkleTree.emptyRoot, 0, MerkleTree.emptyRoot)
    try verify([], 100, tree.root, 100, tree.root)
    #expect(throws: ProofRejection.rootMismatch) { try verify([], 0, .zero, 100, tree.root) }
    #expect(throws: ProofRejection.rootMismatch) { try verify([], 0, MerkleTree.emptyRoot, 0, tree.root) }
    #expect(throws: ProofRejection.rootMismatch) { try verify([], 100, oldRoot, 100, tree.root) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify([.zero], 0, MerkleTree.emptyRoot, 100, tree.root) }
    #expect(throws: ProofRejection.wrongHashCount) { try verify([.zero], 100, tree.root, 100, tree.root) }
  }

  @Test("A rewritten history has no consistency proof, whichever hashes are offered")
  func rewritten() throws {
    var forged = leaves
    forged[10] = .zero
    let forgedTree = StoredTree(leafHashes: forged)
    let oldRoot = try #require(tree.root(size: 50))
    for offered in [tree, forgedTree] {
      let proof = try #require(offered.consistencyProof(oldSize: 50))
      #expect(throws: ProofRejection.rootMismatch) {
        try proof.verify(oldSize: 50, oldRoot: oldRoot, newSize: 100, newRoot: forgedTree.root)
      }
    }
  }

  @Test("The counts of hashes are bounded when decoding")
  func bounds() {
    func list(_ count: Int) -> [UInt8] {
      var writer = ByteWriter()
      writer.writeList([Digest](repeating: .zero, count: count)) { $0.write($1) }
      return writer.bytes
    }
    #expect(throws: Never.self) { try InclusionProof(decoding: list(40)) }
    #expect(throws: DecodingRejection.countAboveLimit) { try InclusionProof(decoding: list(41)) }
    #expect(throws: Never.self) { try ConsistencyProof(decoding: list(41)) }
    #expect(throws: DecodingRejection.countAboveLimit) { try ConsistencyProof(decoding: list(42)) }
    #expect(throws: Never.self) { try RangeProof(decoding: list(80)) }
    #expect(throws: DecodingRejection.countAboveLimit) { try RangeProof(decoding: list(81)) }
    #expect(throws: DecodingRejection.countAboveLimit) { try RangeProof(decoding: [255, 255, 255, 255]) }
  }
}
