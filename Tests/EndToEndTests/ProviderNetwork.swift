import Bytes
import Cryptography
import Inference
import Ledger
import Logging
import Node
import NodeInterface
import Provider
import Store
import TestSupport

/// A solo node in this process with the test model registered; blocks are made as transactions come.
struct ProviderNetwork {
  let genesis: Genesis
  let node: Node
  private let blocks: Task<Void, Never>

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Starts the network.
  init(registersModel: Bool = true) async throws {
    let chain = TestChain(validatorCount: 1)
    genesis = chain.genesis
    var configuration = Node.Configuration()
    configuration.producesAtOnce = true
    let node = try Node(
      store: MemoryStore(), genesis: chain.genesis, key: chain.validators[0], configuration: configuration,
      clock: StandingClock(), log: ProviderNetwork.logger)
    self.node = node
    blocks = Task { try? await node.run() }
    if registersModel {
      let registration = chain.registration()
      _ = try await node.submit(Submission(transaction: registration.transaction.encoded, blob: registration.blob), wait: .included)
    }
  }

  func stop() { blocks.cancel() }

  /// A provider of the test model.
  func provider(
    _ name: String = "provider", store: any KeyValueStore = MemoryStore(), node: (any NodeAPI)? = nil, tampering: Tampering = .honest,
    configure: (inout ProviderConfiguration) -> Void = { _ in }
  ) throws -> Provider {
    var configuration = ProviderConfiguration()
    configuration.newTokenLimit = 32
    configure(&configuration)
    return try Provider(
      model: TinyModel.model, commitment: TinyModel.commitment, key: TestChain.key(name), genesis: genesis, node: node ?? self.node,
      store: store, configuration: configuration, tampering: tampering, logger: ProviderNetwork.logger)
  }

  /// A request that a client signed.
  static func request(_ prompt: String, to provider: String = "provider", salt: UInt8 = 0, maxNewTokens: Int = 6) throws -> (
    Request, Signature
  ) {
    let client = TestChain.key("alice")
    guard
      let salt = Digest([UInt8](repeating: salt, count: 32)),
      let request = Request(
        modelRoot: TinyModel.commitment.modelRoot, provider: TestChain.key(provider).publicKey, client: client.publicKey, salt: salt,
        maxNewTokens: maxNewTokens, prompt: Array(prompt.utf8))
    else { throw ProviderTestError.request }
    return (request, client.sign(request.digest))
  }
}

enum ProviderTestError: Error {
  case request
}

/// A clock that stands still, so that a window ends only when a test makes blocks.
private struct StandingClock: NodeClock {
  func now() -> UInt64 { 2000 }

  func sleep(milliseconds: UInt64) async throws(CancellationError) {
    do { try await Task.sleep(for: .seconds(3600)) } catch { throw CancellationError() }
  }
}

/// A node over a bad connection: submissions, or the answers to them, are lost.
struct UnreliableNode: NodeAPI {
  enum Loss {
    case submission
    case answer
  }

  let node: any NodeAPI
  let loses: Loss

  func submit(_ submission: Submission, wait: SubmissionWait) async throws(NodeError) -> TransactionStatus {
    if loses == .answer { _ = try await node.submit(submission, wait: wait) }
    throw .unavailable("lost")
  }

  func status() async throws(NodeError) -> NodeStatus { try await node.status() }
  func genesis() async throws(NodeError) -> Genesis { try await node.genesis() }
  func transaction(_ id: Digest) async throws(NodeError) -> TransactionStatus { try await node.transaction(id) }
  func block(at height: Height, waitingUpTo seconds: UInt32) async throws(NodeError) -> [UInt8] {
    try await node.block(at: height, waitingUpTo: seconds)
  }
  func header(at height: Height) async throws(NodeError) -> Header { try await node.header(at: height) }
  func blocks(before cursor: UInt64?, limit: Int) async throws(NodeError) -> Page<BlockSummary> {
    try await node.blocks(before: cursor, limit: limit)
  }
  func attestations(at height: Height) async throws(NodeError) -> [Attestation] { try await node.attestations(at: height) }
  func attest(_ attestation: Attestation, at height: Height) async throws(NodeError) { try await node.attest(attestation, at: height) }
  func account(_ identifier: AccountIdentifier) async throws(NodeError) -> AccountView { try await node.account(identifier) }
  func claim(_ id: Digest) async throws(NodeError) -> ClaimView { try await node.claim(id) }
  func claims(_ query: ClaimQuery) async throws(NodeError) -> Page<ClaimView> { try await node.claims(query) }
  func models() async throws(NodeError) -> [ModelView] { try await node.models() }
  func model(_ root: Digest) async throws(NodeError) -> RegisteredModel { try await node.model(root) }
  func blob(_ digest: Digest) async throws(NodeError) -> [UInt8] { try await node.blob(digest) }
  func stateProof(_ key: StateKey, at height: Height?) async throws(NodeError) -> StateProofAnswer {
    try await node.stateProof(key, at: height)
  }
  func receipt(claim: Digest, record: UInt32) async throws(NodeError) -> [UInt8] { try await node.receipt(claim: claim, record: record) }
  func events() async throws(NodeError) -> AsyncStream<NodeEvent> { try await node.events() }
}
