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

  @Test("A key that is no validator's is refused")
  func notAValidator() {
    let chain = TestChain(validatorCount: 1)
    #expect(throws: NodeFailure.self) { try Node(store: MemoryStore(), genesis: chain.genesis, key: TestChain.key("alice"), log: log) }
  }
}
