import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import NodeInterface
import Provider
import Synchronization
import TestSupport
import Testing
import Watchtower

/// A provider that never says anything about its traces, also when it is no longer asked, until it is released.
private final class SilentSource: TraceSource {
  private struct State {
    var questions = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isReleased = false
  }

  private let state = Mutex(State())

  /// How often it was asked.
  var questions: Int { state.withLock { $0.questions } }

  func release() {
    let waiting = state.withLock { state in
      state.isReleased = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  private func silence() async throws(TraceFailure) -> [Digest] {
    await withCheckedContinuation { continuation in
      let isReleased = state.withLock { state in
        state.questions += 1
        if !state.isReleased { state.waiting.append(continuation) }
        return state.isReleased
      }
      if isReleased { continuation.resume() }
    }
    throw .unreachable
  }

  func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest] { try await silence() }
  func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest] { try await silence() }
}

@Suite("A watchtower and a provider that stalls")
struct WatchtowerTests {
  /// Two claims that only their traces prove wrong: the first provider's never come.
  private struct Scene {
    let network: ProviderNetwork
    let watchtower: Watchtower
    let silent = SilentSource()
    let stalled: Digest
    let open: Digest
    let reports = Reports()

    init(limits: Watchtower.Limits) async throws {
      network = try await ProviderNetwork()
      let lie = Tampering.flipBit(Tampering.LeafBit(segment: 5, row: 3, chunk: 1, bit: 4))
      var claims: [Digest] = []
      var providers: [Provider] = []
      for name in ["provider-2", "provider"] {
        let provider = try network.provider(name, tampering: lie)
        for salt in 0..<2 as Range<UInt8> {
          let (request, signature) = try ProviderNetwork.request("one two", to: name, salt: salt, maxNewTokens: 4)
          _ = try await provider.answer(request, signature: signature)
        }
        claims.append(try #require(try await provider.post()))
        providers.append(provider)
      }
      (stalled, open) = (claims[0], claims[1])
      let (silent, reports, answering) = (silent, reports, providers[1])
      watchtower = Watchtower(
        node: network.node, wallet: Wallet(key: TestChain.key("challenger"), node: network.node, genesis: network.genesis),
        models: [WatchedModel(TinyModel.model)],
        traces: { $0 == AccountIdentifier(answering.publicKey) ? answering as any TraceSource : silent }, limits: limits,
        logger: ProviderNetwork.logger,
        onReport: { report in reports.add(report) })
    }

    func isSlashed(_ claim: Digest) async throws -> Bool {
      if case .slashed = try await network.node.claim(claim).claim.status { true } else { false }
    }
  }

  private final class Reports: Sendable {
    private let reports = Mutex<[Watchtower.Report]>([])

    func add(_ report: Watchtower.Report) { reports.withLock { $0.append(report) } }

    func result(of claim: Digest) -> ReviewResult? { reports.withLock { $0.last { $0.claim == claim }?.result } }
  }

  @Test("A stalled trace delays neither the review of another claim nor later blocks")
  func concurrency() async throws {
    var limits = Watchtower.Limits()
    limits.reviews = 2
    limits.traceTime = .seconds(3600)
    let scene = try await Scene(limits: limits)
    defer { scene.network.stop() }
    let watching = Task { await scene.watchtower.run() }
    for _ in 0..<1000 where try await !scene.isSlashed(scene.open) { try await Task.sleep(for: .milliseconds(20)) }
    #expect(try await scene.isSlashed(scene.open))
    #expect(try await !scene.isSlashed(scene.stalled))
    watching.cancel()
    scene.silent.release()
    await watching.value
    #expect(scene.silent.questions == 1)
  }

  @Test("A stalled trace is given up after a time, once for all records of the claim")
  func timeout() async throws {
    var limits = Watchtower.Limits()
    limits.reviews = 1
    limits.traceTime = .milliseconds(200)
    let scene = try await Scene(limits: limits)
    defer { scene.network.stop() }
    defer { scene.silent.release() }
    try await scene.watchtower.reviewPending()
    #expect(try await scene.isSlashed(scene.open))
    #expect(try await !scene.isSlashed(scene.stalled))
    #expect(
      scene.reports.result(of: scene.stalled) == .unverified(record: 0, reason: "the trace differs, and the provider's is unreachable"))
    #expect(scene.silent.questions == 1)
  }
}
