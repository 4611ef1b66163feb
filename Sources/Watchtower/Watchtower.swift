import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import Logging
import Merkle
import NodeInterface

/// A model that a watchtower can replay, with the trees from which it makes proofs.
public struct WatchedModel: Sendable {
  /// The model.
  public let model: Model
  /// The trees over its tensors.
  public let trees: ModelTrees

  /// The root under which claims name it.
  public var root: Digest { trees.commitment(to: model).modelRoot }

  /// Hashes a model's tensors.
  public init(_ model: Model) {
    self.model = model
    trees = ModelTrees(model)
  }
}

/// Follows a chain, replays what providers claim, and proves fraud.
public actor Watchtower {
  /// What a watchtower does about a lie.
  public enum Mode: String, CaseIterable, Sendable {
    /// It reports.
    case watch
    /// It reports, and answers questions about claims that it found honest, whoever posted them.
    case defend
    /// It does that too, sends proofs, and asks for traces that are withheld.
    case challenge
  }

  /// What a watchtower says about a claim.
  public struct Report: Hashable, Sendable {
    /// The claim's id.
    public let claim: Digest
    /// Who posted it.
    public let provider: AccountIdentifier
    /// What was found.
    public let result: ReviewResult
    /// Bytes of the fraud proof that was sent, 0 without one.
    public let proofBytes: Int
  }

  /// Bounds on what a watchtower does at a time.
  public struct Limits: Hashable, Sendable {
    /// How many claims are under review at a time. Most of a review is waiting for a provider; replays run one after the other.
    public var reviews = 16
    /// How long the provider's traces may take in the review of one claim.
    public var traceTime = Duration.seconds(240)
    /// How many withheld traces are asked for on the chain at a time; 0 never asks. Each holds the hashes of a whole trace, and each question a
    /// bond, which is lost if the claim stands.
    public var disputes = 0
    /// One claim in so many is replayed, at least 1; the others are left to other watchtowers.
    public var sampling: UInt64 = 1

    /// The defaults.
    public init() {}
  }

  let node: any NodeAPI
  let wallet: Wallet
  private let models: [Digest: WatchedModel]
  private let traces: @Sendable (AccountIdentifier) -> (any TraceSource)?
  private let mode: Mode
  let workers: Workers
  private let limits: Limits
  private let sample: ClaimSample
  let replays = ReplayQueue()
  let logger: Logger
  private let onReport: @Sendable (Report) async -> Void

  /// What was found about claims that are still pending.
  private var results: [Digest: ReviewResult] = [:]
  /// How often an unverified claim was passed over since it was last tried, and after how many times it is tried again.
  private var patience: [Digest: (passed: Int, needed: Int)] = [:]
  /// The claims that wait for a review, the most urgent last.
  private var queue: [ClaimView] = []
  /// The claims under review.
  private var underReview: Set<Digest> = []
  /// The questions that this watchtower has asked of claims that may be pending.
  private(set) var openChallenges: Set<ChallengeKey> = []
  /// The questions about honest claims.
  var defence: Defence
  /// How many disputes are on the chain.
  private var disputes = 0
  /// How many tasks take claims from the queue.
  private var reviewers = 0

  /// Makes a watchtower.
  /// - Parameters:
  ///   - wallet: pays for proofs and is rewarded.
  ///   - models: the models that it holds, by root; claims on others are reported as unverified.
  ///   - traces: where a provider's traces are read, or nil where that is not known.
  ///   - onReport: called once for each finding, and again when an unverified claim could be judged after all.
  public init(
    node: any NodeAPI, wallet: Wallet, models: [WatchedModel], traces: @escaping @Sendable (AccountIdentifier) -> (any TraceSource)?,
    mode: Mode = .challenge, workers: Workers = .one, limits: Limits = Limits(), logger: Logger,
    onReport: @escaping @Sendable (Report) async -> Void = { _ in }
  ) {
    self.node = node
    self.wallet = wallet
    self.models = Dictionary(models.map { ($0.root, $0) }, uniquingKeysWith: { first, _ in first })
    self.traces = traces
    self.mode = mode
    self.workers = workers
    self.limits = limits
    sample = ClaimSample(oneIn: limits.sampling, key: wallet.key)
    self.logger = logger
    self.onReport = onReport
    defence = Defence(wallet.parameters)
  }

  /// Whether a claim was replayed and found honest.
  func isHonest(_ claim: Digest) -> Bool { results[claim] == .honest }

  /// The model of a root, if it is held here.
  func held(_ modelRoot: Digest) -> WatchedModel? { models[modelRoot] }

  /// Watches block after block until the task is cancelled. A review that lasts delays neither the next block nor other reviews.
  public func run() async {
    await withDiscardingTaskGroup { group in
      var height: UInt64 = 0
      while !Task.isCancelled {
        do throws(NodeError) {
          try await closeChallenges()
          if mode != .watch { try await defendHonestClaims() }
          try await fillQueue()
          startReviews(in: &group)
          let newest = try await node.status().height
          height = max(height, newest)
          _ = try await node.block(at: Height(height + 1), waitingUpTo: 5)
          height += 1
        } catch {
          // `notFound` only says that no block was made in time.
          if case .notFound = error { continue }
          if Task.isCancelled { break }
          logger.warning("the node cannot be read, trying again: \(error.description)")
          try? await Task.sleep(for: .seconds(1))
        }
      }
      queue = []
      group.cancelAll()
    }
  }

  /// Reviews every pending claim that has not been judged, and returns when all of them are.
  public func reviewPending() async throws(NodeError) {
    try await fillQueue()
    await withDiscardingTaskGroup { group in startReviews(in: &group) }
  }

  /// Starts as many reviewers as there may be and the queue can use.
  private func startReviews(in group: inout DiscardingTaskGroup) {
    for _ in 0..<max(0, min(limits.reviews - reviewers, queue.count)) {
      reviewers += 1
      group.addTask { await self.reviewQueue() }
    }
  }

  /// Reviews claims until none waits.
  private func reviewQueue() async {
    while let view = queue.popLast() {
      underReview.insert(view.id)
      await review(view)
      underReview.remove(view.id)
    }
    reviewers -= 1
  }

  /// Lines up the pending claims that are due for a review, in place of what waited.
  private func fillQueue() async throws(NodeError) {
    var pending: [ClaimView] = []
    var cursor: UInt64?
    repeat {
      let page = try await node.claims(ClaimQuery(state: .pending, cursor: cursor, limit: ClaimQuery.maximumLimit))
      pending += page.items
      cursor = page.next
    } while cursor != nil
    let ids = Set(pending.map(\.id))
    results = results.filter { ids.contains($0.key) }
    patience = patience.filter { ids.contains($0.key) }
    // Those whose window ends first come first.
    let waiting = Set(queue.map(\.id))
    queue = pending.filter { waiting.contains($0.id) || isWanted($0.id) }.sorted { ($0.claim.deadline, $0.id) > ($1.claim.deadline, $1.id) }
  }

  /// Whether a claim that is not under review needs one.
  private func isWanted(_ claim: Digest) -> Bool {
    guard !underReview.contains(claim), sample.contains(claim) else { return false }
    switch results[claim] {
    case nil: return true
    case .honest: return false
    case .fraud: return mode == .challenge
    case .unverified: return isDue(claim)
    }
  }

  /// Whether an unverified claim is tried again now: after 1, 2, 4, 8 passes, so that a withholding provider costs few replays.
  private func isDue(_ claim: Digest) -> Bool {
    var entry = patience[claim] ?? (passed: 0, needed: 1)
    entry.passed += 1
    let isDue = entry.passed >= entry.needed
    patience[claim] = isDue ? (passed: 0, needed: entry.needed * 2) : entry
    return isDue
  }

  private func review(_ view: ClaimView) async {
    let (judged, proof) = await judge(view)
    var result = judged
    var proofBytes = 0
    if case .fraud(let record, let reason) = judged, let proof, mode == .challenge {
      proofBytes = proof.encoded.count
      switch await prosecute(proof, against: view.id) {
      case .settled: break
      case .refused(let refusal):
        // Sending it again with every block would only cost its fee again: it waits like a claim that cannot be judged.
        result = .unverified(record: record, reason: "\(reason); the chain refused the proof: \(refusal)")
        proofBytes = 0
      case .failed: return
      }
    }
    guard results[view.id] != result else { return }
    results[view.id] = result
    await onReport(Report(claim: view.id, provider: view.claim.provider, result: result, proofBytes: proofBytes))
  }

  private func judge(_ view: ClaimView) async -> (ReviewResult, FraudProof?) {
    guard let held = models[view.claim.modelRoot] else { return (.unverified(record: 0, reason: "the model is not held here"), nil) }
    let review: ClaimReview
    do {
      review = try ClaimReview(id: view.id, claim: view.claim, blob: try await node.blob(view.claim.blob))
    } catch {
      return (.unverified(record: 0, reason: "the node does not give the records: \(error)"), nil)
    }
    let source = traces(view.claim.provider).map { TimedTraceSource($0, budget: limits.traceTime) }
    // What needs no answer of the provider comes first, for all records: it cannot be delayed.
    var differing: [(Investigation, RecordReview?)] = []
    var unverified: ReviewResult?
    func settle(_ finding: Investigation.Finding, _ index: Int) -> (ReviewResult, FraudProof?)? {
      switch finding {
      case .honest: return nil
      case .unverified(let reason):
        unverified = unverified ?? .unverified(record: index, reason: reason)
        return nil
      case .fraud(let evidence):
        return (
          .fraud(record: index, reason: evidence.summary(graph: held.model.graph)), review.fraudProof(record: index, evidence)
        )
      }
    }
    for (index, record) in review.batch.records.enumerated() {
      let investigation = Investigation(
        claim: view.id, index: index, record: record, held: held, source: source, workers: workers, replays: replays)
      switch await investigation.opening() {
      case .found(let finding): if let settled = settle(finding, index) { return settled }
      // The replay of one record is kept, those of the others are made again: each holds the hashes of a whole trace.
      case .differs(let own): differing.append((investigation, differing.isEmpty ? own : nil))
      }
    }
    for (investigation, kept) in differing {
      var own = kept
      if own == nil, case .differs(let again) = await investigation.opening() { own = again }
      guard let own else { continue }
      let finding = await investigation.pursuit(of: own)
      guard case .unverified = finding, mode == .challenge, disputes < limits.disputes else {
        if let settled = settle(finding, investigation.index) { return settled }
        continue
      }
      switch await disputed(own, record: investigation.index, of: review) {
      case .proved(let proof): if let settled = settle(.fraud(.step(proof)), investigation.index) { return settled }
      case .silent: return (.fraud(record: investigation.index, reason: "the provider did not say what its trace is"), nil)
      case .undecided(let reason): _ = settle(.unverified(reason), investigation.index)
      }
    }
    return (unverified ?? .honest, nil)
  }

  /// Runs a dispute on the chain; meanwhile another review takes this one's turn.
  private func disputed(_ own: RecordReview, record: Int, of claims: ClaimReview) async -> DisputeEnd {
    disputes += 1
    reviewers -= 1
    defer {
      disputes -= 1
      reviewers += 1
    }
    return await dispute(own, record: record, of: claims)
  }

  /// Notes a question whose bond comes back when the claim falls.
  func asked(_ key: ChallengeKey) { openChallenges.insert(key) }

  /// Forgets a question whose bond is settled.
  func closed(_ key: ChallengeKey) { openChallenges.remove(key) }
}
