import Bytes
import Ledger
import Logging
import Node
import NodeInterface
import Store
import TestSupport

/// A clock that a test moves; whoever sleeps is woken only by being cancelled.
struct StillClock: NodeClock {
  func now() -> UInt64 { 5000 }

  func sleep(milliseconds: UInt64) async throws(CancellationError) {
    do { try await Task.sleep(for: .seconds(3600)) } catch { throw CancellationError() }
  }
}

/// Makes nodes of the test network with one validator, and transactions for them.
struct NodeFixture {
  let chain = TestChain(validatorCount: 1)

  static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  func node(
    _ store: any KeyValueStore, upstream: (any NodeAPI)? = nil, _ configuration: Node.Configuration = Node.Configuration()
  ) throws(NodeFailure) -> Node {
    try Node(
      store: store, genesis: chain.genesis, key: upstream == nil ? chain.validators[0] : nil, upstream: upstream,
      configuration: configuration, clock: StillClock(), log: NodeFixture.log)
  }

  /// A transfer of 1 to bob.
  func transfer(nonce: UInt64, from name: String = "alice", fee: Amount? = nil) -> Submission {
    let payload = Payload.transfer(Transfer(to: TestChain.key("bob").publicKey, amount: Amount(1)))
    return Submission(transaction: chain.transaction(payload, from: name, nonce: nonce, fee: fee).transaction.encoded)
  }

  /// The registration of the test model.
  var registration: Submission {
    let registration = chain.registration()
    return Submission(transaction: registration.transaction.encoded, blob: registration.blob)
  }

  /// A claim on the test model with one honest record.
  func claim() throws -> Submission {
    let posting = chain.posting([try TinyRecord.honest("a question").record])
    return Submission(transaction: posting.transaction.encoded, blob: posting.blob)
  }
}
