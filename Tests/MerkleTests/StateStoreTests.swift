import Bytes
import Merkle
import TestSupport
import Testing

/// A store that fails, loses or damages what it is told to.
private struct FaultyStore: StateTreeReader {
  struct DiskFailure: Error, Equatable {}

  var memory = StateTreeMemory()
  var failing: Set<StateNodeKey> = []
  var lost: Set<StateNodeKey> = []
  var replaced: [StateNodeKey: [UInt8]] = [:]

  func node(at key: StateNodeKey) throws(DiskFailure) -> [UInt8]? {
    guard !failing.contains(key) else { throw DiskFailure() }
    if lost.contains(key) { return nil }
    if let bytes = replaced[key] { return bytes }
    return memory.node(at: key)
  }
}

@Suite("Stored nodes of the state tree")
struct StateStoreTests {
  private let changes: [StateChange]
  private let nodes: [StateTreeUpdate.NewNode]
  private let store: FaultyStore

  init() throws {
    var generator = SeededGenerator(seed: 7)
    changes = (0..<300).map { _ in StateChange(keyHash: generator.digest(), value: generator.bytes(9)) }.sorted { $0.keyHash < $1.keyHash }
    var store = FaultyStore()
    let update = try StateTree(reader: store, version: nil).updated(by: changes, version: 3)
    store.memory.apply(update)
    nodes = update.newNodes
    self.store = store
  }

  @Test("A node has one encoding, and a changed one never traps")
  func nodeEncoding() throws {
    var generator = SeededGenerator.printed()
    for round in 0..<10_000 {
      let bytes = nodes[round % nodes.count].bytes
      #expect(try StateNode(decoding: bytes).encoded == bytes)
      let changed = generator.mutated(bytes)
      if let node = try? StateNode(decoding: changed) { #expect(node.encoded == changed, "seed \(generator.seed)") }
      _ = try? StateNode(decoding: generator.bytes(round % 90))
    }
  }

  @Test("A branch's encoding is held to the shape of the tree")
  func branchShape() throws {
    func branch(_ used: UInt16, _ leaves: UInt16, _ children: [Digest]) -> [UInt8] {
      var writer = ByteWriter()
      writer.write(UInt8(2))
      writer.write(used)
      writer.write(leaves)
      for child in children {
        writer.write(UInt64(1))
        writer.write(child)
      }
      return writer.bytes
    }
    let child = changes[0].keyHash
    #expect(throws: Never.self) { try StateNode(decoding: branch(0b11, 0b10, [child, child])) }
    #expect(throws: Never.self) { try StateNode(decoding: branch(0b10, 0, [child])) }
    #expect(throws: DecodingRejection.outOfRange) { try StateNode(decoding: branch(0, 0, [])) }
    #expect(throws: DecodingRejection.outOfRange) { try StateNode(decoding: branch(0b10, 0b10, [child])) }
    #expect(throws: DecodingRejection.outOfRange) { try StateNode(decoding: branch(0b11, 0b100, [child, child])) }
    #expect(throws: DecodingRejection.outOfRange) { try StateNode(decoding: branch(0b11, 0, [child, .zero])) }
    #expect(throws: DecodingRejection.unknownTag) { try StateNode(decoding: [3]) }
  }

  @Test("Storage keys sort by version, differ for different places and read back")
  func storageKeys() throws {
    #expect(Set(nodes.map { $0.key.storageKey }).count == nodes.count)
    let low = StateNodeKey(version: 255, path: .root).storageKey
    let high = StateNodeKey(version: 256, path: .root).storageKey
    #expect(low.lexicographicallyPrecedes(high))
    #expect(Array(high.prefix(8)) == [0, 0, 0, 0, 0, 0, 1, 0])
    for node in nodes { #expect(try NibblePath(decoding: node.key.path.encoded) == node.key.path) }
    #expect(throws: DecodingRejection.countAboveLimit) { try NibblePath(decoding: [65] + [UInt8](repeating: 0, count: 33)) }
    #expect(throws: DecodingRejection.outOfRange) { try NibblePath(decoding: [1, 0x11]) }
    #expect(throws: Never.self) { try NibblePath(decoding: [1, 0x10]) }
  }

  @Test("A store's failure, a missing node and a damaged one are told apart, and never read as absence")
  func faults() throws {
    let rootKey = StateNodeKey(version: 3, path: .root)
    for node in nodes.shuffled().prefix(40) + nodes.filter({ $0.key == rootKey }) {
      var (failing, losing, damaged) = (store, store, store)
      failing.failing = [node.key]
      losing.lost = [node.key]
      damaged.replaced = [node.key: [9]]
      #expect { try visitAll(failing) } throws: { error in
        if case StateTreeFailure<FaultyStore.DiskFailure>.store(FaultyStore.DiskFailure()) = error { true } else { false }
      }
      #expect { try visitAll(losing) } throws: { error in
        if case StateTreeFailure<FaultyStore.DiskFailure>.missingNode(node.key) = error { true } else { false }
      }
      #expect { try visitAll(damaged) } throws: { error in
        if case StateTreeFailure<FaultyStore.DiskFailure>.damagedNode(node.key, .unknownTag) = error { true } else { false }
      }
    }
  }

  @Test("A store that mixes its nodes up causes failures, never traps")
  func mixedUp() throws {
    var generator = SeededGenerator.printed()
    for _ in 0..<100 {
      var mixed = store
      for _ in 0..<5 {
        guard let target = nodes.randomElement(using: &generator), let source = nodes.randomElement(using: &generator) else { continue }
        mixed.replaced[target.key] = Bool.random(using: &generator) ? source.bytes : generator.mutated(source.bytes)
      }
      let tree = StateTree(reader: mixed, version: 3)
      let deletions = changes.filter { _ in Bool.random(using: &generator) }.map { StateChange(keyHash: $0.keyHash, value: nil) }
      _ = try? tree.updated(by: deletions, version: 4)
      _ = try? tree.root()
      for change in changes.prefix(40) { _ = try? tree.proof(of: change.keyHash) }
    }
  }

  @Test("A branch below the last half byte of a key is damage, not a trap")
  func tooDeep() throws {
    let shared = [UInt8](repeating: 0x5a, count: 31)
    let keys = try [0x10, 0x11].map { try #require(Digest(shared + [$0])) }
    var deep = FaultyStore()
    let update = try StateTree(reader: deep, version: nil)
      .updated(by: keys.map { StateChange(keyHash: $0, value: [1]) }, version: 0)
    deep.memory.apply(update)
    let leaf = try #require(update.newNodes.first { $0.key.path.count == NibblePath.maximumCount })
    let branch = try #require(nodes.first { $0.bytes.first == 2 })
    deep.replaced[leaf.key] = branch.bytes
    let tree = StateTree(reader: deep, version: 0)
    let key = try #require(keys.first { $0.nibble(at: 63) == leaf.key.path.nibbles.last.map { Int($0) } })
    for read in [{ _ = try tree.value(of: key) }, { _ = try tree.proof(of: key) }, { try tree.visit { _, _ in true } }] {
      #expect(throws: StateTreeFailure<FaultyStore.DiskFailure>.self) { try read() }
    }
    #expect(throws: StateTreeFailure<FaultyStore.DiskFailure>.self) {
      try tree.updated(by: [StateChange(keyHash: key, value: nil)], version: 1)
    }
  }

  private func visitAll(_ store: FaultyStore) throws {
    try StateTree(reader: store, version: 3).visit { _, _ in true }
  }
}
