import Bytes
import Cryptography
import Inference
import Ledger
import Logging
import NodeInterface
import Store

extension Provider {
  /// Posts records as claims until the task is cancelled: when a claim is full, or when its first record has waited for `claimDelay`.
  /// - Parameter sleep: waits; it throws when the task is cancelled.
  public func run(sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) async {
    var waited = Duration.zero
    var pause = configuration.pollInterval
    while !Task.isCancelled {
      do { try await sleep(pause) } catch { return }
      waited = queue.isEmpty ? .zero : waited + pause
      guard outgoing != nil || queue.count >= configuration.recordsPerClaim || waited >= configuration.claimDelay else { continue }
      do throws(PostingFailure) {
        if let claim = try await post() { logger.info("posted a claim", metadata: ["claim": "\(claim)"]) }
        waited = .zero
        pause = configuration.pollInterval
      } catch {
        logger.warning("no claim was posted", metadata: ["reason": "\(error)"])
        pause = min(pause * 2, configuration.longestPause)
      }
    }
  }

  /// Posts one claim of the oldest records, or goes on with the one that is on its way; returns its id when a block holds it.
  ///
  /// The signed claim is written down before it is sent, and the same bytes are sent until the chain has them or cannot have them any more: a
  /// provider that is killed at any point posts each record once.
  /// - Returns: nil if no record waits, or another call is posting.
  public func post() async throws(PostingFailure) -> Digest? {
    guard !isPosting else { return nil }
    isPosting = true
    defer { isPosting = false }
    guard let claim = try await nextClaim() else { return nil }
    let records: [Record]
    do { records = try journal.queuedRecords(claim.sequences) } catch { throw .store(error) }
    let submission = Submission(transaction: claim.transaction, blob: Inference.Batch(records)?.encoded)
    let status = try await send(submission, of: claim)
    guard let inclusion = status.inclusion else { throw .waiting }
    guard inclusion.outcome == 0 else {
      try await giveUp(claim, records: records, code: inclusion.outcome)
      throw .refused(code: inclusion.outcome)
    }
    do { try journal.settle(claim, records: records) } catch { throw .store(error) }
    dequeue(claim.sequences)
    outgoing = nil
    return claim.claim
  }

  /// Hands a claim in; one that can never stand in a block is forgotten, so that the next call signs anew.
  private func send(_ submission: Submission, of claim: OutgoingClaim) async throws(PostingFailure) -> TransactionStatus {
    do throws(NodeError) {
      return try await node.submit(submission, wait: .included)
    } catch {
      guard case .inadmissible(let code, _) = error, let reason = Inadmissible(rawValue: code) else { throw .node(error) }
      switch reason {
      case .nonceUsed:
        // The chain may hold this very claim, posted before a crash; or another transaction of the same key came first.
        do throws(NodeError) {
          return try await node.transaction(claim.transactionIdentifier)
        } catch {
          guard case .notFound = error else { throw .node(error) }
        }
        try forget()
        throw .superseded(reason)
      case .nonceAhead, .feeTooLow, .badSignature, .malformed, .wrongChain, .blobMissing, .blobSize:
        try forget()
        throw .superseded(reason)
      case .balanceBelowFee:
        throw .node(error)
      }
    }
  }

  /// The claim on its way, or a new one of the oldest records, written down.
  private func nextClaim() async throws(PostingFailure) -> OutgoingClaim? {
    if let outgoing { return outgoing }
    let sequences = nextSequences()
    guard !sequences.isEmpty else { return nil }
    let records: [Record]
    do { records = try journal.queuedRecords(sequences) } catch { throw .store(error) }
    guard let batch = Inference.Batch(records) else { return nil }
    let blob = batch.encoded
    let payload = Payload.postClaim(PostClaim(batch))
    let account = try await account()
    let body = TransactionBody(
      chain: genesis.root, sender: publicKey, nonce: account.nextNonce, payload: payload, blobBytes: blob.count,
      parameters: genesis.parameters)
    guard account.balance.amount >= body.fee else { throw .balanceTooLow(balance: account.balance.amount, fee: body.fee) }
    let transaction = body.signed(by: key)
    let claim = OutgoingClaim(
      claim: Claim.identifier(provider: AccountIdentifier(publicKey), nonce: account.nextNonce),
      transactionIdentifier: transaction.body.identifier, transaction: transaction.encoded, sequences: sequences)
    do { try journal.setOutgoing(claim) } catch { throw .store(error) }
    outgoing = claim
    return claim
  }

  /// The account, if a claim of it would be accepted: a refused one costs its fee.
  private func account() async throws(PostingFailure) -> AccountView {
    do throws(NodeError) {
      _ = try await node.model(commitment.modelRoot)
    } catch {
      guard case .notFound = error else { throw .node(error) }
      throw .modelNotRegistered(root: commitment.modelRoot)
    }
    let account: AccountView
    do { account = try await node.account(AccountIdentifier(publicKey)) } catch { throw .node(error) }
    let free = account.stake.amount.subtracting(account.locked.amount) ?? .zero
    let bond = genesis.parameters.claimBond
    guard free >= bond else { throw .stakeTooLow(free: free, bond: bond) }
    return account
  }

  /// The oldest records that fit into one claim and its blob. `[REC-7]` `[LED-6]`
  private func nextSequences() -> [UInt64] {
    var room = LedgerLimits.recordsBlobBytes - 4
    let fitting = queue.prefix(configuration.recordsPerClaim).prefix { record in
      room -= record.byteCount
      return room >= 0
    }
    return fitting.map(\.sequence)
  }

  /// After a refusal: sets aside the records that the chain can never take, and leaves the others in the queue.
  private func giveUp(_ claim: OutgoingClaim, records: [Record], code: UInt16) async throws(PostingFailure) {
    logger.error("the chain refused a claim", metadata: ["claim": "\(claim.claim)", "code": "\(code)"])
    switch Refusal(rawValue: code) {
    case .claimUnknownModel, .claimStake:
      try forget()
    case .claimRequestRepeated:
      var claimed: [(sequence: UInt64, record: Record)] = []
      for (sequence, record) in zip(claim.sequences, records) where try await isClaimed(record) { claimed.append((sequence, record)) }
      try setAside(claimed.map(\.sequence), claimed.map(\.record), of: claim)
    default:
      try setAside(claim.sequences, records, of: claim)
    }
  }

  /// Whether some claim holds the record's request already.
  private func isClaimed(_ record: Record) async throws(PostingFailure) -> Bool {
    do throws(NodeError) {
      return try await node.stateProof(.request(record.request.digest), at: nil).value != nil
    } catch { throw .node(error) }
  }

  private func setAside(_ sequences: [UInt64], _ records: [Record], of claim: OutgoingClaim) throws(PostingFailure) {
    do { try journal.discard(sequences, records: records, of: claim) } catch { throw .store(error) }
    dequeue(sequences)
    outgoing = nil
  }

  private func forget() throws(PostingFailure) {
    do { try journal.setOutgoing(nil) } catch { throw .store(error) }
    outgoing = nil
  }

  private func dequeue(_ sequences: [UInt64]) {
    let posted = Set(sequences)
    queue.removeAll { posted.contains($0.sequence) }
  }
}
