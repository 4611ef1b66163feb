import Bytes
import Cryptography
import Merkle
import TestSupport
import Testing

/// R(S, b) of SPEC, word for word: the slow twin of the state tree. `[JMT-1]`
func referenceStateRoot(_ pairs: [(key: Digest, value: [UInt8])], bit: Int = 0) -> Digest {
  guard let first = pairs.first else { return .zero }
  guard pairs.count > 1 else { return Digest.hash([2] + first.key.bytes + Digest.hash(first.value).bytes) }
  let left = referenceStateRoot(pairs.filter { !$0.key.bit(at: bit) }, bit: bit + 1)
  let right = referenceStateRoot(pairs.filter { $0.key.bit(at: bit) }, bit: bit + 1)
  return Digest.hash([3] + left.bytes + right.bytes)
}

@Suite("The state tree [JMT-1] [JMT-2] [JMT-3]")
struct StateTreeTests {
  /// A key of the given first bytes and zeros.
  private func key(_ bytes: UInt8...) throws -> Digest {
    try #require(Digest(bytes + [UInt8](repeating: 0, count: 32 - bytes.count)))
  }

  private func root(of pairs: [(Digest, String)]) throws -> Digest {
    let changes = pairs.map { StateChange(keyHash: $0.0, value: Array($0.1.utf8)) }
    return try StateTree(reader: StateTreeMemory(), version: nil).updated(by: changes, version: 0).root
  }

  @Test("The examples of SPEC")
  func examples() throws {
    #expect(try root(of: []) == .zero)
    #expect(try root(of: [(key(0), "a")]).hex == "711f8dfc6c2b58dc4b3743e5aaae634dda71017ed8de3eee263b6acd8ff9d925")
    #expect(try root(of: [(key(0), "a"), (key(0x80), "b")]).hex == "45d96daa9683029607cd7aa849edaa2d8fa9ddd64055102a01d0713e2c8964fe")
    #expect(try root(of: [(key(0), "a"), (key(1), "b")]).hex == "0a35277b0b58ad2f2c6d4a067e83b586f062be9060ea5f89f575f17da0d6ea8b")
  }

  @Test("Random updates and deletions: each version has the root of its set, all old versions stay readable, pruning loses nothing")
  func random() throws {
    var generator = SeededGenerator.printed()
    for round in 0..<10 {
      var memory = StateTreeMemory()
      var model: [Digest: [UInt8]] = [:]
      var history: [(model: [Digest: [UInt8]], root: Digest)] = []
      var stale: [[StateNodeKey]] = []
      // Few distinct leading bytes make keys that part late; the last rounds have keys that part in the last bits alone.
      let keys = try (0..<40).map { index in
        round < 6 ? generator.digest() : try #require(Digest([UInt8](repeating: 0x5a, count: 31) + [UInt8(index * (round - 5))]))
      }
      for version in 0..<UInt64(30) {
        let isShrinking = version > 20
        let chosen = Set((0..<Int.random(in: 0...8, using: &generator)).compactMap { _ in keys.randomElement(using: &generator) })
        let changes = chosen.sorted().map { key in
          let deletes = Int.random(in: 0..<4, using: &generator) < (isShrinking ? 3 : 1)
          return StateChange(keyHash: key, value: deletes ? nil : generator.bytes(Int.random(in: 0...3, using: &generator)))
        }
        let update = try StateTree(reader: memory, version: version == 0 ? nil : version - 1).updated(by: changes, version: version)
        for change in changes { model[change.keyHash] = change.value }
        #expect(update.root == referenceStateRoot(model.map { (key: $0.key, value: $0.value) }), "seed \(generator.seed)")
        #expect(Set(update.newNodes.map(\.key)).count == update.newNodes.count, "a node is written once")
        memory.apply(update)
        history.append((model, update.root))
        stale.append(update.staleNodes)
      }
      try check(memory, history, keys, from: 0)
      // Versions below 15 are no longer wanted.
      for keys in stale[...15] { memory.prune(keys) }
      try check(memory, history, keys, from: 15)
      // When only the last version is wanted, only its nodes are left.
      for keys in stale { memory.prune(keys) }
      try check(memory, history, keys, from: 29)
      #expect(try memory.count == reachableCount(StateTree(reader: memory, version: 29)))
    }
  }

  private func check(
    _ memory: StateTreeMemory, _ history: [(model: [Digest: [UInt8]], root: Digest)], _ keys: [Digest], from first: Int
  ) throws {
    for version in first..<history.count {
      let (model, root) = history[version]
      let tree = StateTree(reader: memory, version: UInt64(version))
      #expect(try tree.root() == root)
      var visited: [Digest] = []
      try tree.visit { key, value in
        visited.append(key)
        return model[key] == value
      }
      #expect(visited == model.keys.sorted())
      for (index, key) in keys.enumerated() where (index + version).isMultiple(of: 6) {
        #expect(try tree.value(of: key) == model[key])
        let (value, proof) = try tree.proof(of: key)
        #expect(value == model[key])
        try proof.verify(keyHash: key, value: value, root: root)
        #expect(try StateProof(decoding: proof.encoded) == proof)
      }
    }
  }

  private func reachableCount(_ tree: StateTree<StateTreeMemory>) throws -> Int {
    func count(_ node: StateNode, _ path: NibblePath) throws -> Int {
      guard case .branch(let branch) = node else { return 1 }
      return try branch.children.enumerated().reduce(1) { sum, slot in
        guard let child = slot.element else { return sum }
        return sum + (try count(try tree.load(child.version, path.appending(slot.offset)), path.appending(slot.offset)))
      }
    }
    return try count(try tree.rootNode(), .root)
  }

  @Test("The order and the grouping of changes leave no trace")
  func orderIndependence() throws {
    var generator = SeededGenerator.printed()
    let pairs = (0..<50).map { _ in (key: generator.digest(), value: generator.bytes(5)) }
    let expected = referenceStateRoot(pairs)
    for _ in 0..<20 {
      var (memory, version, last) = (StateTreeMemory(), UInt64(0), Digest.zero)
      var rest = pairs.shuffled(using: &generator)[...]
      while !rest.isEmpty {
        let group = rest.prefix(Int.random(in: 1...20, using: &generator))
        rest = rest.dropFirst(group.count)
        let changes = group.map { StateChange(keyHash: $0.key, value: $0.value) }.sorted { $0.keyHash < $1.keyHash }
        let update = try StateTree(reader: memory, version: version == 0 ? nil : version).updated(by: changes, version: version + 1)
        memory.apply(update)
        (version, last) = (version + 1, update.root)
      }
      #expect(last == expected, "seed \(generator.seed)")
    }
  }

  @Test("Changes that change nothing write only the root's node")
  func unchanged() throws {
    var generator = SeededGenerator.printed()
    var memory = StateTreeMemory()
    let pairs = (0..<50).map { _ in StateChange(keyHash: generator.digest(), value: generator.bytes(5)) }.sorted { $0.keyHash < $1.keyHash }
    memory.apply(try StateTree(reader: memory, version: nil).updated(by: pairs, version: 0))
    let tree = StateTree(reader: memory, version: 0)
    let absent = StateChange(keyHash: generator.digest(), value: nil)
    for changes in [[], pairs, [pairs[3]], [absent]] {
      let update = try tree.updated(by: changes, version: 7)
      #expect(update.root == (try tree.root()))
      #expect(update.newNodes.map(\.key) == [StateNodeKey(version: 7, path: .root)])
      #expect(update.staleNodes == [StateNodeKey(version: 0, path: .root)])
    }
  }
}
