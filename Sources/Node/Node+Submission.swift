import Bytes
import Cryptography
import Ledger
import NodeInterface
import Store

extension Node {
  /// How long a caller that asks for inclusion waits.
  static let inclusionSeconds: UInt32 = 30

  public nonisolated func submit(_ submission: Submission, wait: SubmissionWait) async throws(NodeError) -> TransactionStatus {
    let candidate = try checked(submission)
    let id = candidate.transaction.identifier
    if let upstream = await self.handOn { return try await upstream.submit(submission, wait: wait) }
    if let status = try await admit(candidate, submission.encoded) { return status }
    try await flushed()
    guard wait == .included else { return TransactionStatus(id: id, inclusion: nil) }
    await waitFor(.transaction(id), seconds: Node.inclusionSeconds)
    return try await transaction(id)
  }

  /// The node to hand transactions on to, or nil.
  private var handOn: (any NodeAPI)? { upstream }

  /// Checks what needs no state, outside the actor: many callers can do so at once.
  private nonisolated func checked(_ submission: Submission) throws(NodeError) -> Candidate {
    let candidate: Candidate
    do throws(Inadmissible) {
      candidate = try Candidate(VerifiedTransaction(decoding: submission.transaction, chain: genesis.root), blob: submission.blob)
    } catch {
      throw .inadmissible(code: error.rawValue, reason: error.description)
    }
    guard candidate.blob != nil || submission.blob == nil else {
      throw .malformed("the transaction names no blob, but there is one beside it")
    }
    return candidate
  }

  /// Takes a transaction into the pool and the journal, unless the chain holds it already; then its status is returned.
  private func admit(_ candidate: Candidate, _ submission: [UInt8]) throws(NodeError) -> TransactionStatus? {
    if let halted { throw .halted(halted.description) }
    let id = candidate.transaction.identifier
    guard !pool.contains(id) else { return nil }
    if let place = try place(of: id) { return TransactionStatus(id: id, inclusion: place) }
    let pooled = PooledTransaction(candidate: candidate, arrival: journal.arrival(), height: chain.height)
    let account = chain.tip.state.account(candidate.transaction.sender)
    let replaced = try pool.check(pooled, account: account, parameters: genesis.parameters)
    pool.insert(pooled)
    journal.add(pooled, submission, replacing: replaced)
    if configuration.producesAtOnce { signals.continuation.yield(.transaction) }
    return nil
  }

  /// Waits until the journal is on the disk.
  private func flushed() async throws(NodeError) {
    guard !journal.isFlushed else { return }
    if !journal.isScheduled {
      journal.isScheduled = true
      Task { self.flush() }
    }
    let failure = await withCheckedContinuation { journal.wait($0) }
    if let failure { throw .halted(failure.description) }
  }

  private func flush() {
    journal.isScheduled = false
    guard !journal.isFlushed else { return }
    let batch = journal.takePending()
    if let halted { return journal.finishWrite(halted) }
    do throws(StoreFailure) {
      try store.write(batch, .synced)
      journal.finishWrite(nil)
    } catch {
      halt(.store(error))
      journal.finishWrite(.store(error))
    }
  }

  /// Where a transaction stands in the chain, or nil.
  func place(of id: Digest) throws(NodeError) -> TransactionStatus.Inclusion? {
    try answered { () throws(NodeFailure) in
      try chain.reader.place(of: id).map { .init(height: $0.height.value, index: $0.index, outcome: $0.outcome) }
    }
  }

  /// Waits until a condition holds, the node stops, or the time is up.
  func waitFor(_ condition: Waiters.Condition, seconds: UInt32) async {
    guard halted == nil, !holds(condition), seconds > 0, let number = waiters.number() else { return }
    let timeout = Task { [clock] in
      try? await clock.sleep(milliseconds: UInt64(seconds) * 1000)
      self.waiters.wake(number)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiters.add(number, condition, $0) }
    } onCancel: {
      timeout.cancel()
    }
    timeout.cancel()
  }

  private func holds(_ condition: Waiters.Condition) -> Bool {
    switch condition {
    case .height(let height): height <= chain.height
    case .transaction(let id): !pool.contains(id)
    }
  }

  /// Runs a read; a failure stops the node and becomes the caller's error.
  func answered<Value>(_ body: () throws(NodeFailure) -> Value) throws(NodeError) -> Value {
    do throws(NodeFailure) {
      return try body()
    } catch {
      halt(error)
      throw .halted(error.description)
    }
  }
}
