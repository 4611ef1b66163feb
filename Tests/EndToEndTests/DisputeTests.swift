import Bytes
import Cryptography
import Inference
import Ledger
import NodeInterface
import Provider
import TestSupport
import Testing
import Watchtower

@Suite("Disputes about traces that are withheld")
struct DisputeTests {
  /// A claim of a provider, and a watchtower that knows no address of it.
  private struct Scene {
    let network: ProviderNetwork
    let provider: Provider
    let claim: Digest
    let watchtower: Watchtower

    init(_ tampering: Tampering, mode: Watchtower.Mode = .challenge) async throws {
      network = try await ProviderNetwork()
      provider = try network.provider(tampering: tampering)
      let (request, signature) = try Scene.request()
      _ = try await provider.answer(request, signature: signature)
      claim = try #require(try await provider.post())
      var limits = Watchtower.Limits()
      limits.disputes = 4
      watchtower = Watchtower(
        node: network.node, wallet: Wallet(key: TestChain.key("challenger"), node: network.node, genesis: network.genesis),
        models: [WatchedModel(TinyModel.model)], traces: { _ in nil }, mode: mode, limits: limits, logger: ProviderNetwork.logger)
    }

    static func request() throws -> (Request, Signature) { try ProviderNetwork.request("one two three", maxNewTokens: 6) }

    var status: ClaimStatus {
      get async throws { try await network.node.claim(claim).claim.status }
    }

    /// Makes a block.
    func block() async throws {
      let bob = Wallet(key: TestChain.key("bob"), node: network.node, genesis: network.genesis)
      try await bob.send(.bond(Amount(1)))
    }
  }

  private func isSlashed(_ status: ClaimStatus) -> Bool {
    if case .slashed(_, TestChain.account("challenger")) = status { true } else { false }
  }

  @Test("A withheld lie is revealed question by question, and proved")
  func revealed() async throws {
    let scene = try await Scene(.flipBit(Tampering.LeafBit(segment: 6, row: 4, chunk: 1, bit: 9)))
    defer { scene.network.stop() }
    let defending = Task { await scene.provider.defend() }
    defer { defending.cancel() }
    try await scene.watchtower.reviewPending()
    #expect(isSlashed(try await scene.status))
  }

  @Test("Silence is slashed, and the challenger's bond comes back")
  func silent() async throws {
    let scene = try await Scene(.flipBit(Tampering.LeafBit(segment: 6, row: 4, chunk: 1, bit: 9)))
    defer { scene.network.stop() }
    let reviewing = Task { try await scene.watchtower.reviewPending() }
    let first = ChallengeKey(claim: scene.claim, question: .trace(record: 0, .init(height: 2, index: 0)))
    for _ in 0..<500 where try await scene.network.node.challenge(first) == nil { try await Task.sleep(for: .milliseconds(20)) }
    #expect(try await scene.network.node.challenge(first)?.challenger == TestChain.account("challenger"))
    for _ in 0..<3 { try await scene.block() }
    try await reviewing.value
    #expect(isSlashed(try await scene.status))
    try await scene.watchtower.closeChallenges()
    for _ in 0..<500 where try await scene.network.node.challenge(first) != nil { try await Task.sleep(for: .milliseconds(20)) }
    #expect(try await scene.network.node.challenge(first) == nil)
  }

  @Test("An honest provider answers whoever asks, and its claim becomes final")
  func honest() async throws {
    let scene = try await Scene(.honest)
    defer { scene.network.stop() }
    let defending = Task { await scene.provider.defend() }
    defer { defending.cancel() }
    let record = try #require(try await scene.provider.answer(toRequest: Scene.request().0.digest)).record
    let attacker = Wallet(key: TestChain.key("bob"), node: scene.network.node, genesis: scene.network.genesis)
    let key = ChallengeKey(claim: scene.claim, question: .trace(record: 0, .init(height: 2, index: 0)))
    let opening = AskQuestion.Opening(record: record.encoded, inclusion: .init(path: []))
    try await attacker.send(.ask(AskQuestion(key, opening: opening)))
    try await attacker.send(.ask(AskQuestion(ChallengeKey(claim: scene.claim, question: .weights(tensor: 2, leaf: 0)))))
    for _ in 0..<500 where try await scene.network.node.challenge(key)?.answer == .open { try await Task.sleep(for: .milliseconds(20)) }
    #expect(try await scene.network.node.challenge(key)?.answer.children != nil)
    for _ in 0..<12 { try await scene.block() }
    #expect(ClaimState(try await scene.status) == .finalized)
  }

  @Test("A watchtower answers for an honest claim whose provider is gone")
  func defended() async throws {
    let scene = try await Scene(.honest, mode: .defend)
    defer { scene.network.stop() }
    try await scene.watchtower.reviewPending()
    let record = try #require(try await scene.provider.answer(toRequest: Scene.request().0.digest)).record
    let attacker = Wallet(key: TestChain.key("bob"), node: scene.network.node, genesis: scene.network.genesis)
    let key = ChallengeKey(claim: scene.claim, question: .trace(record: 0, .init(height: 2, index: 0)))
    try await attacker.send(.ask(AskQuestion(key, opening: .init(record: record.encoded, inclusion: .init(path: [])))))
    try await scene.block()
    try await scene.watchtower.defendHonestClaims()
    for _ in 0..<500 where try await scene.network.node.challenge(key)?.answer == .open { try await Task.sleep(for: .milliseconds(20)) }
    guard case .answered(TestChain.account("challenger"), _)? = try await scene.network.node.challenge(key)?.answer else {
      Issue.record("the watchtower answers in the provider's place")
      return
    }
  }

  @Test("An answer carries the promise to post it; whoever was promised can have it punished [PROM-1] [TX-13]")
  func promise() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider { $0.promiseBlocks = 1 }
    let (request, signature) = try ProviderNetwork.request("one two three", maxNewTokens: 6)
    let answer = try await provider.answer(request, signature: signature)
    let promise = try #require(answer.promise)
    #expect(promise.covers(answer.record, chain: network.genesis.root))
    #expect(!promise.covers(answer.record, chain: .zero))
    var other = answer.record
    other.answer = []
    #expect(!promise.covers(other, chain: network.genesis.root))
    let client = Wallet(key: TestChain.key("alice"), node: network.node, genesis: network.genesis)
    await #expect(throws: WalletFailure.refused(.misconductNone)) { try await client.send(.misconduct(.unkept(promise))) }
    try await client.send(.misconduct(.unkept(promise)))
    #expect(try await network.node.account(AccountIdentifier(provider.publicKey)).stake.amount == Amount(200_000_000 - 1_000_001))
    _ = try await provider.post()
    #expect(try await provider.answer(request, signature: signature).promise == nil)
  }
}
