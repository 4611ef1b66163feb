import Bytes
import Merkle
import TestSupport
import Testing

/// Ten thousand changed proofs of each kind: none verifies, none traps, and what decodes encodes to the same bytes.
@Suite("Changed proofs [TREE-3] [TREE-4] [TREE-5] [JMT-3]")
struct ProofMutationTests {
  private static let rounds = 10_000
  private let leaves = ReferenceTree.leaves(77)
  private let tree = StoredTree(leafHashes: ReferenceTree.leaves(77))

  @Test func inclusion() throws {
    var generator = SeededGenerator.printed("inclusion")
    for _ in 0..<ProofMutationTests.rounds {
      let index = UInt64.random(in: 0..<77, using: &generator)
      let proof = try #require(tree.inclusionProof(index: index))
      if let changed = try decoded(proof, &generator) {
        #expect(throws: ProofRejection.self, "seed \(generator.seed)") {
          try changed.verify(leafHash: leaves[Int(index)], index: index, size: 77, root: tree.root)
        }
      }
      let (otherIndex, otherLeaf) = (UInt64.random(in: 0..<80, using: &generator), Int.random(in: 0..<77, using: &generator))
      guard otherIndex != index || otherLeaf != Int(index) else { continue }
      #expect(throws: ProofRejection.self, "seed \(generator.seed)") {
        try proof.verify(leafHash: leaves[otherLeaf], index: otherIndex, size: 77, root: tree.root)
      }
    }
  }

  @Test func range() throws {
    var generator = SeededGenerator.printed("range")
    for _ in 0..<ProofMutationTests.rounds {
      let first = Int.random(in: 0..<77, using: &generator)
      let end = Int.random(in: first + 1...min(77, first + 12), using: &generator)
      let proof = try #require(tree.rangeProof(UInt64(first)..<UInt64(end)))
      let range = Array(leaves[first..<end])
      if let changed = try decoded(proof, &generator) {
        #expect(throws: ProofRejection.self, "seed \(generator.seed)") {
          try changed.verify(leafHashes: range, first: UInt64(first), size: 77, root: tree.root)
        }
      }
      let otherFirst = UInt64.random(in: 0..<80, using: &generator)
      var others = range
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: others.swapAt(0, others.count - 1)
      case 1: others.removeLast()
      case 2: others.append(leaves[min(end, 76)])
      default: others[others.count / 2] = generator.digest()
      }
      guard others != range else { continue }
      for place in [UInt64(first), otherFirst] {
        // One leaf more at the right place can be true as well: then the proof has a hash too many.
        #expect(throws: ProofRejection.self, "seed \(generator.seed)") {
          try proof.verify(leafHashes: others, first: place, size: 77, root: tree.root)
        }
      }
    }
  }

  @Test func consistency() throws {
    var generator = SeededGenerator.printed("consistency")
    for _ in 0..<ProofMutationTests.rounds {
      let newSize = UInt64.random(in: 2...77, using: &generator)
      let oldSize = UInt64.random(in: 1..<newSize, using: &generator)
      let proof = try #require(tree.consistencyProof(oldSize: oldSize, newSize: newSize))
      let (oldRoot, newRoot) = (try #require(tree.root(size: oldSize)), try #require(tree.root(size: newSize)))
      if let changed = try decoded(proof, &generator) {
        #expect(throws: ProofRejection.self, "seed \(generator.seed)") {
          try changed.verify(oldSize: oldSize, oldRoot: oldRoot, newSize: newSize, newRoot: newRoot)
        }
      }
      let foreign = generator.digest()
      #expect(throws: ProofRejection.self) { try proof.verify(oldSize: oldSize, oldRoot: foreign, newSize: newSize, newRoot: newRoot) }
      #expect(throws: ProofRejection.self) { try proof.verify(oldSize: oldSize, oldRoot: oldRoot, newSize: newSize, newRoot: foreign) }
    }
  }

  @Test func state() throws {
    var generator = SeededGenerator.printed("state")
    let pairs = (0..<60).map { _ in (key: generator.digest(), value: generator.bytes(Int.random(in: 0...40, using: &generator))) }
    var memory = StateTreeMemory()
    let changes = pairs.map { StateChange(keyHash: $0.key, value: $0.value) }.sorted { $0.keyHash < $1.keyHash }
    let update = try StateTree(reader: memory, version: nil).updated(by: changes, version: 1)
    memory.apply(update)
    let state = StateTree(reader: memory, version: 1)

    for round in 0..<ProofMutationTests.rounds {
      let isPresent = round.isMultiple(of: 2)
      let pair = pairs[Int.random(in: 0..<pairs.count, using: &generator)]
      let key = isPresent ? pair.key : generator.digest()
      let (value, proof) = try state.proof(of: key)
      try proof.verify(keyHash: key, value: value, root: update.root)
      if let changed = try decoded(proof, &generator) {
        #expect(throws: StateProofRejection.self, "seed \(generator.seed)") {
          try changed.verify(keyHash: key, value: value, root: update.root)
        }
        // Neither the opposite nor another value.
        let lie = value == nil ? pair.value : nil
        #expect(throws: StateProofRejection.self, "seed \(generator.seed)") {
          try changed.verify(keyHash: key, value: lie, root: update.root)
        }
        #expect(throws: StateProofRejection.self, "seed \(generator.seed)") {
          try changed.verify(keyHash: key, value: [1, 2, 3], root: update.root)
        }
      }
    }
  }

  /// What a changed encoding decodes to; nil when it is refused, or is the same proof after all.
  private func decoded<Proof: CanonicallyCodable & Equatable>(_ proof: Proof, _ generator: inout SeededGenerator) throws -> Proof? {
    #expect(try Proof(decoding: proof.encoded) == proof)
    let bytes = generator.mutated(proof.encoded)
    guard let changed = try? Proof(decoding: bytes) else { return nil }
    #expect(changed.encoded == bytes, "seed \(generator.seed)")
    return changed == proof ? nil : changed
  }
}
