import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import Merkle
import NodeInterface
import Synchronization
import TestSupport
import Watchtower

/// A provider of the attacker's own making: it posts any records, and shows any trace, or none.
struct Attacker {
  let network: ProviderNetwork
  /// The model that the watchtower knows.
  var model = TinyModel.model

  /// What became of an attack.
  enum Fate {
    /// The claim stands, and nobody objected.
    case unnoticed
    /// The watchtower said that it cannot judge the claim.
    case flagged(String)
    /// The claim was slashed, for this reason.
    case slashed(String)
  }

  /// Posts records as a claim; throws what the chain refuses it for.
  func post(_ records: [Record], as name: String = "provider") async throws -> Digest {
    let batch = TestRecords.batch(records)
    let wallet = Wallet(key: TestChain.key(name), node: network.node, genesis: network.genesis)
    let nonce = try await network.node.account(wallet.account).nextNonce
    try await wallet.send(.postClaim(PostClaim(batch)), blob: batch.encoded)
    return Claim.identifier(provider: wallet.account, nonce: nonce)
  }

  /// A watchtower that reads traces where it is told to.
  func watchtower(
    _ source: @escaping @Sendable (AccountIdentifier) -> (any TraceSource)?,
    onReport: @escaping @Sendable (Watchtower.Report) -> Void = { _ in }
  ) -> Watchtower {
    Watchtower(
      node: network.node, wallet: Wallet(key: TestChain.key("challenger"), node: network.node, genesis: network.genesis),
      models: [WatchedModel(model)], traces: source, logger: ProviderNetwork.logger, onReport: onReport)
  }

  /// Posts one record and has it watched.
  func fate(of record: Record, showing source: (any TraceSource)?) async throws -> Fate {
    let claim = try await post([record])
    let results = Mutex<[ReviewResult]>([])
    try await watchtower({ _ in source }, onReport: { report in results.withLock { $0.append(report.result) } }).reviewPending()
    let result = results.withLock { $0.last }
    switch (result, try await network.node.claim(claim).claim.status) {
    case (.fraud(_, let reason), .slashed): return .slashed(reason)
    case (.unverified(_, let reason), .pending): return .flagged(reason)
    default: return .unnoticed
    }
  }

  /// An honest record of the test model to start from, whose answer is cut off by its length.
  static func honest(_ prompt: String = "one two", maxNewTokens: Int = 8) throws -> TinyRecord {
    try TinyRecord.honest(prompt, maxNewTokens: maxNewTokens)
  }
}

/// A trace that is shown as it is.
struct ShownTrace: TraceSource {
  let trace: Trace

  func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest] { trace.segments.map(\.root) }

  func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest] { trace.segments[segment].leafHashes }
}

/// A server that takes a request and never answers.
struct SilentTrace: TraceSource {
  private func wait() async throws(TraceFailure) -> Never {
    do { try await Task.sleep(for: .seconds(60)) } catch { throw .unreachable }
    throw .unreachable
  }

  func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest] { try await wait() }

  func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest] { try await wait() }
}
