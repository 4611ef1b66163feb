import Bytes
import Cryptography

/// A transaction that could stand in the next block, with the blob that it names.
public struct Candidate: Sendable {
  /// The transaction.
  public let transaction: VerifiedTransaction
  /// The blob's bytes, or nil where the transaction names none.
  public var blob: [UInt8]? { named?.bytes }

  let named: Blob?

  /// Makes a candidate, or throws the reason why no block can hold it: the blob is missing, foreign, or of a wrong size. `[TX-1]`
  public init(_ transaction: VerifiedTransaction, blob: [UInt8]?) throws(Inadmissible) {
    if let digest = transaction.body.payload.blob {
      guard let blob = blob.map(Blob.init), blob.digest == digest else { throw .blobMissing }
      guard blob.bytes.count >= 1, blob.bytes.count <= transaction.body.payload.blobByteLimit else { throw .blobSize }
      named = blob
    } else {
      named = nil
    }
    self.transaction = transaction
  }
}

/// Why a candidate was left out of a proposal.
public enum LeftOut: Hashable, Sendable {
  /// It may not stand in this block.
  case inadmissible(Inadmissible)
  /// There was no room; it may stand in a later one.
  case full
  /// A tokenizer that it is judged with is not at hand.
  case missingTokenizer(Digest)
}

/// The body of a block that was put together and executed, before it has a state root and a signature.
public struct BlockProposal: Sendable {
  /// The transactions, in order.
  public let transactions: [VerifiedTransaction]
  /// The blobs that the transactions name.
  public let blobs: [Blob]
  /// The entries that the block changes, by ascending key encoding.
  public let changes: [EntryChange]
  /// What becomes of each transaction.
  public let outcomes: [Outcome]
  /// The candidates that were left out, by transaction id, in order.
  public let leftOut: [(identifier: Digest, reason: LeftOut)]

  let tip: (header: Digest, chain: Digest, height: Height, historyRoot: Digest)
  let time: UInt64
  let proposer: AccountIdentifier

  /// Completes the block with the root of the state after `changes`, and attests it.
  /// - Precondition: `key` is the proposer's.
  public func sealed(stateRoot: Digest, by key: PrivateKey, random: some RandomBytes = SystemRandomBytes()) -> AcceptedBlock {
    precondition(AccountIdentifier(key.publicKey) == proposer, "the proposer seals its own block")
    let header = Header(
      chain: tip.chain, height: tip.height, time: time, parent: tip.header,
      transactionRoot: UnverifiedBlock.transactionRoot(transactions.map(\.encoding)),
      blobRoot: UnverifiedBlock.blobRoot(blobs.map(\.digest)), stateRoot: stateRoot, historyRoot: tip.historyRoot, proposer: proposer)
    let attestation = Attestation(header: header.hash, by: key, random: random)
    let block = VerifiedBlock(header: header, transactions: transactions, blobs: blobs, attestations: [attestation])
    return AcceptedBlock(block: block, changes: changes, outcomes: outcomes)
  }
}

/// Puts the next block together: a pure function of the tip, the candidates in order, the time and the proposer.
public enum BlockBuilder {
  /// Executes the candidates in order and keeps those that may stand in the block.
  /// - Precondition: the tip admits `time`; `proposer` is a validator.
  public static func propose(
    _ candidates: [Candidate], on tip: ChainTip, time: UInt64, proposer: AccountIdentifier, tokenizers: any TokenizerSource
  ) -> BlockProposal {
    precondition(tip.admits(time: time) && tip.genesis.validator(proposer) != nil, "a proposal has an allowed time, by a validator")
    var transition = Transition(
      state: tip.state, genesis: tip.genesis, height: tip.nextHeight, proposer: proposer, tokenizers: tokenizers, blobs: [:])
    var load = BlockLoad()
    var transactions: [VerifiedTransaction] = []
    var outcomes: [Outcome] = []
    var blobs: [Blob] = []
    var leftOut: [(identifier: Digest, reason: LeftOut)] = []
    transition.begin()
    for candidate in candidates {
      let transaction = candidate.transaction
      if let reason = transition.reasonToLeaveOut(candidate, load: &load) {
        leftOut.append((transaction.identifier, reason))
        continue
      }
      if let blob = candidate.named, transition.blobs[blob.digest] == nil {
        transition.blobs[blob.digest] = blob.bytes
        blobs.append(blob)
      }
      outcomes.append(transition.execute(transaction))
      transactions.append(transaction)
    }
    transition.end()
    return BlockProposal(
      transactions: transactions, blobs: blobs, changes: transition.state.changes, outcomes: outcomes, leftOut: leftOut,
      tip: (tip.hash, tip.genesis.root, tip.nextHeight, tip.nextHistoryRoot), time: time, proposer: proposer)
  }
}

extension Transition {
  /// Why a candidate cannot be the next transaction, or nil; then the load holds it.
  fileprivate mutating func reasonToLeaveOut(_ candidate: Candidate, load: inout BlockLoad) -> LeftOut? {
    let transaction = candidate.transaction
    do {
      try transaction.checkAdmissible(
        blobBytes: candidate.blob?.count, account: state.account(transaction.sender), parameters: parameters)
    } catch {
      return .inadmissible(error)
    }
    var next = load
    guard next.add(transaction, blobBytes: candidate.blob?.count ?? 0, parameters: parameters) else { return .full }
    do {
      try prepareTokenizer(for: transaction.body.payload)
    } catch {
      switch error {
      case .missing(let digest): return .missingTokenizer(digest)
      case .tooMany: return .full
      }
    }
    load = next
    return nil
  }
}
