import Bytes
import Text

/// Where the tokenizers of registered models come from: the ledger's state holds their digests only. `[BLOCK-7]`
public protocol TokenizerSource: Sendable {
  /// The tokenizer with this SHA-256, or nil if it is not at hand.
  func tokenizer(_ digest: Digest) -> Tokenizer?
}

/// Why a block could not be executed.
public enum ExecutionError: Error, Hashable, Sendable {
  /// The block's fault.
  case rejected(BlockRejection)
  /// This machine's fault: it lacks the tokenizer of a registered model. The block is neither valid nor invalid until it is found.
  case missingTokenizer(Digest)
}

/// One block being executed: the state so far, and all that its rules may read. `[BLOCK-7]`
struct Transition {
  var state: StateOverlay
  let genesis: Genesis
  let height: Height
  /// The clock of the block. `[CLOCK-1]`
  let clock: DisputeTime
  let proposer: AccountIdentifier
  let tokenizers: any TokenizerSource
  /// The block's blobs.
  var blobs: [Digest: [UInt8]]
  /// The place of the transaction that is being executed.
  private(set) var transactionIndex: UInt32 = 0
  /// How full the block is so far.
  private var load = BlockLoad()
  /// The fees of the transactions so far.
  private var fees = Amount.zero
  /// The tokenizers that proofs so far are judged with, each fetched or made once, however many proofs need it.
  private var usedTokenizers: [Digest: Tokenizer] = [:]

  init(
    state: State, genesis: Genesis, height: Height, proposer: AccountIdentifier, tokenizers: any TokenizerSource,
    blobs: [Digest: [UInt8]]
  ) {
    self.state = StateOverlay(state)
    self.genesis = genesis
    self.height = height
    clock = state.disputeTime(at: height)
    self.proposer = proposer
    self.tokenizers = tokenizers
    self.blobs = blobs
  }

  var parameters: Parameters { genesis.parameters }

  /// What is wrong with a transaction in its turn, if anything. `[TX-1]`
  func checkAdmissible(_ transaction: VerifiedTransaction) throws(Inadmissible) {
    let blobBytes = transaction.body.payload.blob.flatMap { blobs[$0]?.count }
    try transaction.checkAdmissible(blobBytes: blobBytes, account: state.account(transaction.sender), parameters: parameters)
  }

  /// Takes the fee, then carries out the payload. `[TX-2]`
  /// - Precondition: the transaction is admissible, and the tokenizer that it needs is prepared.
  mutating func execute(_ transaction: VerifiedTransaction) -> Outcome {
    var sender = state.account(transaction.sender)
    sender.nonce += 1
    sender.balance = sender.balance.decreased(by: transaction.body.fee)
    state.set(sender, at: transaction.sender)
    fees = fees.increased(by: transaction.body.fee)
    load.add(disputeOf: transaction)
    defer { transactionIndex += 1 }
    do {
      try apply(transaction.body.payload, from: transaction.sender, nonce: transaction.body.nonce)
      return .accepted
    } catch {
      return .refused(error)
    }
  }

  private mutating func apply(_ payload: Payload, from sender: AccountIdentifier, nonce: UInt64) throws(Refusal) {
    switch payload {
    case .transfer(let transfer): try apply(transfer, from: sender)
    case .bond(let amount): try bond(amount, from: sender)
    case .unbond(let amount): try unbond(amount, from: sender)
    case .registerModel(let registration): try apply(registration, from: sender)
    case .postClaim(let posting): try apply(posting, from: sender, nonce: nonce)
    case .fraudProof(let proof): try apply(proof, from: sender)
    case .seal(let digest): try seal(digest, from: sender)
    case .ask(let ask): try apply(ask, from: sender)
    case .reveal(let reveal): try apply(reveal, from: sender)
    case .close(let key): try close(key)
    case .misconduct(let misconduct): try apply(misconduct, from: sender)
    }
  }

  /// Pays what falls due and closes windows, before any transaction. `[TX-8]`
  mutating func begin() {
    for identifier in state.releasing(height) { release(identifier) }
    state.setReleasing([], at: height)
    guard let passed = clock.previous else { return }
    for key in state.expiring(passed) { expire(key) }
    state.setExpiring([], at: passed)
    for identifier in state.finalizing(passed) { finalize(identifier) }
    state.setFinalizing([], at: passed)
    for identifier in state.paying(passed) { pay(identifier) }
    state.setPaying([], at: passed)
    for key in state.unsealing(passed) { state.setDispute(nil, at: .seal(key)) }
    state.setUnsealing([], at: passed)
  }

  /// Pays the fees to the proposer, after all transactions; then the clock. `[TX-8]` `[CLOCK-1]`
  mutating func end() {
    credit(fees, to: proposer)
    var entry = state.clockEntry
    let isFull = load.isFull || usedTokenizers.count >= LedgerLimits.tokenizersPerBlock
    if isFull && entry.run < parameters.stretchBlocks {
      entry.stood += 1
      entry.run += 1
      state.setDispute(.clock(entry), at: .clock)
    } else if entry.run > 0 {
      entry.run = 0
      state.setDispute(.clock(entry), at: .clock)
    }
  }

  private mutating func release(_ identifier: AccountIdentifier) {
    var account = state.account(identifier)
    for unbonding in account.unbonding where unbonding.release <= height {
      account.balance = account.balance.increased(by: unbonding.amount)
    }
    account.unbonding.removeAll { $0.release <= height }
    state.set(account, at: identifier)
  }

  private mutating func finalize(_ identifier: Digest) {
    guard var claim = state.claim(identifier), claim.status == .pending else { return }
    claim.status = .finalized(at: height)
    state.set(claim, at: identifier)
    var provider = state.account(claim.provider)
    provider.locked = provider.locked.decreased(by: claim.bond)
    state.set(provider, at: claim.provider)
  }
}

/// Why a fraud proof cannot be judged in this block.
enum TokenizerObstacle: Error {
  /// The tokenizer is not at hand.
  case missing(Digest)
  /// The block's proofs need as many others as they may. `[BLOCK-5]`
  case tooMany
}

extension Transition {
  /// A tokenizer that was prepared.
  func tokenizer(_ digest: Digest) -> Tokenizer? { usedTokenizers[digest] }

  /// Gets the tokenizer that a payload is judged with, if it needs one: it is at hand, or registered by this very block. `[BLOCK-5]` `[BLOCK-7]`
  mutating func prepareTokenizer(for payload: Payload) throws(TokenizerObstacle) {
    guard
      case .fraudProof(let proof) = payload, proof.kind.needsTokenizer(proof.evidence), let claim = state.claim(proof.claim),
      claim.status.isOpenToProofs, let digest = state.model(claim.modelRoot)?.tokenizer, usedTokenizers[digest] == nil
    else { return }
    guard usedTokenizers.count < LedgerLimits.tokenizersPerBlock else { throw .tooMany }
    if let tokenizer = tokenizers.tokenizer(digest) {
      usedTokenizers[digest] = tokenizer
    } else {
      guard let bytes = blobs[digest], let description = try? TokenizerDescription(decoding: bytes) else { throw .missing(digest) }
      usedTokenizers[digest] = Tokenizer(description)
    }
  }
}
