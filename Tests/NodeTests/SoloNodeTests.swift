import Bytes
import Ledger
import Logging
import Node
import NodeInterface
import Store
import TestSupport
import Testing

@Suite("A solo node")
struct SoloNodeTests {
  private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test("It makes blocks, registers a model, and has all of it again after a restart [BLOCK-7]")
  func restart() async throws {
    let chain = TestChain(validatorCount: 1)
    let store = MemoryStore()
    let node = try Node(store: store, genesis: chain.genesis, key: chain.validators[0], log: log)
    let registration = chain.registration()
    _ = try await node.submit(Submission(transaction: registration.transaction.encoded, blob: registration.blob), wait: .accepted)
    _ = try await node.produceBlock()
    _ = try await node.produceBlock()
    let before = try await node.status()
    #expect(before.height == 2)
    #expect(try await node.models().count == 1)

    let again = try Node(store: store, genesis: chain.genesis, key: chain.validators[0], log: log)
    let after = try await again.status()
    #expect(after.height == before.height)
    #expect(after.stateRoot == before.stateRoot)
    #expect(after.headerHash == before.headerHash)
  }

  @Test("What was acknowledged is there after a restart, though no block was made")
  func acknowledged() async throws {
    let chain = TestChain(validatorCount: 1)
    let store = MemoryStore()
    let node = try Node(store: store, genesis: chain.genesis, key: chain.validators[0], log: log)
    let registration = chain.registration()
    _ = try await node.submit(Submission(transaction: registration.transaction.encoded, blob: registration.blob), wait: .accepted)
    let again = try Node(store: store, genesis: chain.genesis, key: chain.validators[0], log: log)
    #expect(try await again.status().poolTransactions == 1)
    _ = try await again.produceBlock()
    #expect(try await again.models().count == 1)
  }

  /// A clock that reads what it is made with.
  private struct FixedClock: NodeClock {
    let time: UInt64
    func now() -> UInt64 { time }
    func sleep(milliseconds: UInt64) async throws(CancellationError) {}
  }

  @Test("After a long pause the time of blocks catches up hour by hour, and a clock that runs wild cannot stop it [BLOCK-9]")
  func times() async throws {
    let chain = TestChain(validatorCount: 1)
    let store = MemoryStore()
    func headers(clock: UInt64, count: Int) async throws -> [UInt64] {
      let node = try Node(store: store, genesis: chain.genesis, key: chain.validators[0], clock: FixedClock(time: clock), log: log)
      var times: [UInt64] = []
      for _ in 0..<count { times.append(try await node.produceBlock().time) }
      return times
    }
    #expect(try await headers(clock: 5000, count: 2) == [5000, 5001])
    #expect(try await headers(clock: 8_000_000, count: 3) == [3_605_001, 7_205_001, 8_000_000])
    #expect(try await headers(clock: .max, count: 1) == [11_600_000])
    #expect(try await headers(clock: 9_000_000, count: 1) == [11_600_001])
  }

  @Test("A key that is no validator's is refused")
  func notAValidator() {
    let chain = TestChain(validatorCount: 1)
    #expect(throws: NodeFailure.self) { try Node(store: MemoryStore(), genesis: chain.genesis, key: TestChain.key("alice"), log: log) }
  }
}
