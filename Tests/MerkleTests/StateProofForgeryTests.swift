import Bytes
import Cryptography
import Merkle
import TestSupport
import Testing

/// A present key shown as absent is how proofs of state were broken elsewhere (ICS23, "Dragonberry"). Here the forger has the whole tree.
@Suite("Forged absence and forged presence [JMT-3]")
struct StateProofForgeryTests {
  private let changes: [StateChange]
  private let tree: StateTree<StateTreeMemory>
  private let root: Digest

  init() throws {
    var generator = SeededGenerator(seed: 40)
    var memory = StateTreeMemory()
    // Half of the keys share their first 20 bits, so that some paths are long and have empty halves.
    changes = (0..<24).map { index in
      let bytes = index.isMultiple(of: 2) ? generator.bytes(32) : [0xab, 0xcd, 0xe0 | UInt8(index & 15)] + generator.bytes(29)
      return StateChange(keyHash: Digest(bytes) ?? .zero, value: [UInt8(index)])
    }.sorted { $0.keyHash < $1.keyHash }
    let update = try StateTree(reader: memory, version: nil).updated(by: changes, version: 0)
    memory.apply(update)
    tree = StateTree(reader: memory, version: 0)
    root = update.root
  }

  @Test("No present key is absent, by any cut of its path and any pair of the tree")
  func forgedAbsence() throws {
    for change in changes {
      let proof = try tree.proof(of: change.keyHash).proof
      var ends: [StateProof.End] = [.present, .absentEmpty]
      for other in changes {
        ends.append(.absentOther(keyHash: other.keyHash, valueHash: Digest.hash(other.value ?? [])))
      }
      // A branch's own parts shown as if they were a pair.
      for sibling in proof.siblings { ends.append(.absentOther(keyHash: sibling, valueHash: sibling)) }
      for count in 0...proof.siblings.count {
        for end in ends {
          for siblings in [
            Array(proof.siblings[..<count]), Array(proof.siblings[count...]), proof.siblings + [.zero], proof.siblings + [root],
          ] {
            #expect(throws: StateProofRejection.self) {
              try StateProof(siblings: siblings, end: end).verify(keyHash: change.keyHash, value: nil, root: root)
            }
          }
        }
      }
    }
  }

  @Test("No absent key is present, with another key's proof or its own")
  func forgedPresence() throws {
    var generator = SeededGenerator.printed()
    for change in changes {
      let proof = try tree.proof(of: change.keyHash).proof
      let near = try #require(Digest(change.keyHash.bytes.dropLast() + [(change.keyHash.bytes.last ?? 0) ^ 1]))
      for key in [near, generator.digest()] {
        #expect(throws: StateProofRejection.rootMismatch) { try proof.verify(keyHash: key, value: change.value, root: root) }
        let absence = try tree.proof(of: key).proof
        #expect(throws: StateProofRejection.wrongKind) { try absence.verify(keyHash: key, value: change.value, root: root) }
        let presence = StateProof(siblings: absence.siblings, end: .present)
        #expect(throws: StateProofRejection.rootMismatch) { try presence.verify(keyHash: key, value: change.value, root: root) }
      }
    }
  }

  @Test("Each rejection, in order")
  func rejections() throws {
    let (first, second) = (changes[0], changes[1])
    let (value, proof) = try tree.proof(of: first.keyHash)
    let own = StateProof.End.absentOther(keyHash: first.keyHash, valueHash: Digest.hash(value ?? []))
    func verify(_ siblings: [Digest], _ end: StateProof.End, value: [UInt8]?) throws {
      try StateProof(siblings: siblings, end: end).verify(keyHash: first.keyHash, value: value, root: root)
    }
    try verify(proof.siblings, .present, value: value)
    #expect(throws: StateProofRejection.wrongKind) { try verify(proof.siblings, .present, value: nil) }
    #expect(throws: StateProofRejection.wrongKind) { try verify(proof.siblings, own, value: value) }
    let many = [Digest](repeating: root, count: 257)
    #expect(throws: StateProofRejection.tooManySiblings) { try verify(many, .present, value: value) }
    #expect(throws: StateProofRejection.rootMismatch) { try verify(many.dropLast(), .present, value: value) }
    #expect(throws: StateProofRejection.emptySibling) { try verify(proof.siblings + [.zero], .present, value: value) }
    #expect(throws: StateProofRejection.keyIsPresent) { try verify(proof.siblings, own, value: nil) }
    let foreign = StateProof.End.absentOther(keyHash: second.keyHash, valueHash: .zero)
    #expect(throws: StateProofRejection.foreignLeaf) { try verify(many.dropLast(), foreign, value: nil) }
    #expect(throws: StateProofRejection.rootMismatch) { try verify(proof.siblings, .absentEmpty, value: nil) }
    #expect(throws: StateProofRejection.rootMismatch) { try verify([], .absentEmpty, value: nil) }
    #expect(throws: StateProofRejection.rootMismatch) { try verify(proof.siblings, .present, value: [9, 9]) }
  }

  @Test("The empty state: everything is absent, nothing present")
  func emptyState() throws {
    let empty = StateTree(reader: StateTreeMemory(), version: nil)
    let proof = try empty.proof(of: changes[0].keyHash).proof
    #expect(proof == StateProof(siblings: [], end: .absentEmpty))
    try proof.verify(keyHash: changes[0].keyHash, value: nil, root: .zero)
    #expect(throws: StateProofRejection.rootMismatch) { try proof.verify(keyHash: changes[0].keyHash, value: nil, root: root) }
  }

  @Test("Decoding is bounded and knows no other tag")
  func decoding() throws {
    let most = StateProof(siblings: [Digest](repeating: root, count: 256), end: .absentEmpty)
    #expect(try StateProof(decoding: most.encoded) == most)
    let more = StateProof(siblings: [Digest](repeating: root, count: 257), end: .absentEmpty)
    #expect(throws: DecodingRejection.countAboveLimit) { try StateProof(decoding: more.encoded) }
    #expect(throws: DecodingRejection.unknownTag) { try StateProof(decoding: [3, 0, 0, 0, 0]) }
    #expect(throws: DecodingRejection.truncated) { try StateProof(decoding: [2, 0, 0, 0, 0]) }
    #expect(throws: DecodingRejection.trailingBytes) { try StateProof(decoding: [0, 0, 0, 0, 0, 0]) }
  }
}
