import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import LightVerification
import NodeClient
import NodeHTTP
import NodeInterface
import Provider
import Synchronization
import TestSupport
import Testing
import Watchtower

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite("Node, provider, watchtower and client, each over HTTP")
struct WatchHTTPTests {
  /// A node and a provider, each served on a port of this machine.
  private struct Served {
    let network: ProviderNetwork
    let provider: Provider
    let node: NodeClient
    let traces: TraceClient
    let client: ProviderClient
    let nodeURL: String
    private let serving: [Task<Void, any Error>]

    init(tampering: Tampering) async throws {
      network = try await ProviderNetwork()
      provider = try network.provider(tampering: tampering)
      let nodeServer = NodeServer(api: network.node, HTTPServer.Configuration(), log: ProviderNetwork.logger)
      let providerServer = try ProviderServer(provider: provider, HTTPServer.Configuration(), log: ProviderNetwork.logger)
      let (nodeTask, nodeURL) = try await Served.start { try await nodeServer.run(onReady: $0) }
      let (providerTask, providerURL) = try await Served.start { try await providerServer.run(onReady: $0) }
      serving = [nodeTask, providerTask]
      self.nodeURL = nodeURL
      node = try #require(NodeClient(address: nodeURL, chain: network.genesis.root))
      traces = try #require(TraceClient(address: providerURL))
      client = try #require(ProviderClient(address: providerURL))
    }

    private static func start(
      _ run: @escaping @Sendable (@escaping @Sendable (Int) async -> Void) async throws -> Void
    ) async throws -> (Task<Void, any Error>, String) {
      let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
      let task = Task { try await run { continuation.yield($0) } }
      var iterator = ports.makeAsyncIterator()
      return (task, "http://127.0.0.1:\(try #require(await iterator.next()))")
    }

    func stop() {
      for task in serving { task.cancel() }
      network.stop()
    }

    /// Asks as a client that signs for itself; returns what it was shown, and the request.
    func ask(_ question: String) async throws -> (shown: String, request: Request) {
      let key = TestChain.key("alice")
      let rendered = try await client.render(question, maxTokens: 6)
      let request = try #require(
        Request(
          modelRoot: rendered.modelRoot, provider: rendered.provider, client: key.publicKey, salt: .zero, maxNewTokens: rendered.maxTokens,
          prompt: Array(rendered.prompt.utf8)))
      let pieces = Mutex("")
      let reply = try await client.answer(question, request: request, signature: key.sign(request.digest)) { piece in
        pieces.withLock { $0 += piece }
      }
      #expect(pieces.withLock { $0 } == reply.text)
      #expect(reply.promise?.isFor(request, chain: network.genesis.root) == true)
      return (reply.text, request)
    }
  }

  @Test("A cheat is slashed, and a watchtower that comes later counts it as done [TX-7]")
  func cheat() async throws {
    let served = try await Served(tampering: .flipBit(Tampering.LeafBit(segment: 4, row: 2, chunk: 1, bit: 7)))
    defer { served.stop() }
    let (_, request) = try await served.ask("hi")
    #expect(try await served.client.receipt(ofRequest: request.digest) == nil)
    let claim = try #require(try await served.provider.post())
    let reports = Mutex<[Watchtower.Report]>([])
    func watchtower(_ node: any NodeAPI, _ name: String) -> Watchtower {
      Watchtower(
        node: node, wallet: Wallet(key: TestChain.key(name), node: served.node, genesis: served.network.genesis),
        models: [WatchedModel(TinyModel.model)], traces: { [traces = served.traces] _ in traces }, logger: ProviderNetwork.logger,
        onReport: { report in reports.withLock { $0.append(report) } })
    }
    // The second still sees the claim as it was before the first proved it wrong.
    let before = try await served.node.claims(ClaimQuery(state: .pending))
    try await watchtower(served.node, "challenger").reviewPending()
    try await watchtower(StaleNode(node: served.node, pending: before), "bob").reviewPending()
    let found = reports.withLock { $0 }
    #expect(found.count == 2)
    for report in found {
      guard case .fraud(0, _) = report.result else {
        Issue.record("fraud was expected: \(report)")
        continue
      }
    }
    guard case .slashed(_, TestChain.account("challenger")) = try await served.node.claim(claim).claim.status else {
      Issue.record("the claim is not slashed")
      return
    }
    let file = try #require(try await served.client.receipt(ofRequest: request.digest))
    guard case .slashed = try VerifiedReceipt(file: file, against: .genesis(served.network.genesis)).verdict else {
      Issue.record("the receipt does not say that the claim is slashed")
      return
    }
  }

  @Test("A client sees what is streamed, and compares it with the record [REC-1]", arguments: [true, false])
  func ask(isHonest: Bool) async throws {
    let served = try await Served(tampering: isHonest ? .honest : .showText(Array("Whatever.".utf8)))
    defer { served.stop() }
    let (shown, request) = try await served.ask("hi")
    _ = try await served.provider.post()
    let file = try #require(try await served.client.receipt(ofRequest: request.digest))
    let record = try VerifiedReceipt(file: file, against: .genesis(served.network.genesis)).record
    #expect(record.request == request)
    #expect((record.answer == Array(shown.utf8)) == isHonest)
    #expect((shown == "Whatever.") != isHonest)
  }

  @Test("What happened can be read by people: a block's transactions, a claim's records, the explorer's parts")
  func views() async throws {
    let served = try await Served(tampering: .honest)
    defer { served.stop() }
    let (shown, request) = try await served.ask("hi")
    let claim = try #require(try await served.provider.post())
    func get(_ path: String) async throws -> (body: Data, response: HTTPURLResponse) {
      let (body, response) = try await URLSession.shared.data(from: try #require(URL(string: served.nodeURL + path)))
      return (body, try #require(response as? HTTPURLResponse))
    }
    func list(_ path: String) async throws -> [[String: Any]] {
      try #require(try JSONSerialization.jsonObject(with: try await get(path).body) as? [[String: Any]])
    }
    let posted = try await served.node.claim(claim).claim.posted
    let transactions = try await list("/v1/blocks/\(posted)/transactions")
    #expect(transactions.map { $0["kind"] as? String } == ["post-claim"])
    #expect(transactions.first?["claim"] as? String == claim.hex)
    #expect(transactions.first?["outcome"] as? Int == 0)
    let registered = try await list("/v1/blocks/1/transactions").first
    #expect(registered?["kind"] as? String == "register-model")
    #expect(registered?["modelRoot"] as? String == TinyModel.commitment.modelRoot.hex)
    let records = try await list("/v1/claims/\(claim)/records")
    #expect(records.map { $0["answer"] as? String } == [shown])
    #expect(records.first?["request"] as? String == request.digest.hex)
    #expect(try await get("/v1/claims/\(Digest.zero)/records").response.statusCode == 404)
    #expect(try await get("/v1/blocks/99/transactions").response.statusCode == 404)

    let page = try await get("/")
    let policy = try #require(page.response.value(forHTTPHeaderField: "Content-Security-Policy"))
    #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
    for part in ["/explorer.css", "/explorer.js"] {
      #expect(String(decoding: page.body, as: UTF8.self).contains(part))
      #expect(try await get(part).response.statusCode == 200)
    }
    let script = String(decoding: try await get("/explorer.js").body, as: UTF8.self)
    #expect(script.contains(TestChain.key("watchtower").publicKey.xCoordinate.hex))
    #expect(!script.contains("innerHTML"))
  }

  @Test("A refusal is told with its reason")
  func refusal() async throws {
    let served = try await Served(tampering: .honest)
    defer { served.stop() }
    await #expect(throws: ProviderFailure.self) { try await served.client.render("hi", maxTokens: 0) }
    let (_, request) = try await served.ask("hi")
    do {
      _ = try await served.client.answer("hi", request: request, signature: TestChain.key("bob").sign(request.digest)) { _ in }
      Issue.record("a request with another's signature was answered")
    } catch {
      guard case .refused(400, let reason) = error else {
        Issue.record("400 was expected: \(error)")
        return
      }
      #expect(reason.contains("signed"))
    }
    #expect(ProviderClient(address: "ftp://a") == nil)
    await #expect(throws: ProviderFailure.self) { try await served.client.receipt(ofRequest: .zero) }
  }
}

/// A node whose list of claims stands still.
private struct StaleNode: NodeAPI {
  let node: NodeClient
  let pending: Page<ClaimView>

  func claims(_ query: ClaimQuery) async throws(NodeError) -> Page<ClaimView> { pending }

  func status() async throws(NodeError) -> NodeStatus { try await node.status() }
  func genesis() async throws(NodeError) -> Genesis { try await node.genesis() }
  func submit(_ submission: Submission, wait: SubmissionWait) async throws(NodeError) -> TransactionStatus {
    try await node.submit(submission, wait: wait)
  }
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
  func models() async throws(NodeError) -> [ModelView] { try await node.models() }
  func model(_ root: Digest) async throws(NodeError) -> RegisteredModel { try await node.model(root) }
  func blob(_ digest: Digest) async throws(NodeError) -> [UInt8] { try await node.blob(digest) }
  func stateProof(_ key: StateKey, at height: Height?) async throws(NodeError) -> StateProofAnswer {
    try await node.stateProof(key, at: height)
  }
  func receipt(claim: Digest, record: UInt32) async throws(NodeError) -> [UInt8] { try await node.receipt(claim: claim, record: record) }
  func events() async throws(NodeError) -> AsyncStream<NodeEvent> { try await node.events() }
}
