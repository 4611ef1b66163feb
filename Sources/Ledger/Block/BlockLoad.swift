/// Which room of a block a transaction takes up. `[BLOCK-5]`
public enum Lane: Hashable, Sendable {
  /// Fraud proofs and misconduct.
  case proof
  /// Seals.
  case seal
  /// Challenges.
  case challenge
  /// Reveals.
  case reveal
  /// All else.
  case ordinary
}

/// How full a block is. A blob counts for each transaction that names it, since each of them decodes it. `[BLOCK-5]`
struct BlockLoad {
  private var proofs = 0
  private var proofBytes = 0
  private var bindingRecordBytes = 0
  private var seals = 0
  private var challengePlaces = 0
  private var challengeBytes = 0
  private var revealPlaces = 0
  private var others = 0
  private var otherBytes: UInt64 = 0
  private var blobTransactions = 0

  /// Adds a transaction, if it fits; nothing changes where it does not.
  /// - Returns: whether it fits.
  mutating func add(_ transaction: VerifiedTransaction, blobBytes: Int, parameters: Parameters) -> Bool {
    var load = self
    load.add(disputeOf: transaction)
    if transaction.body.payload.lane == .ordinary {
      load.others += 1
      load.otherBytes += UInt64(transaction.encoding.count)
    }
    if transaction.body.payload.blob != nil {
      load.blobTransactions += 1
      load.otherBytes += UInt64(blobBytes)
    }
    guard load.fits(parameters), transaction.isOfAllowedSize else { return false }
    self = load
    return true
  }

  /// Counts what a transaction takes up of the lane of disputes.
  mutating func add(disputeOf transaction: VerifiedTransaction) {
    switch transaction.body.payload.lane {
    case .proof:
      proofs += 1
      proofBytes += transaction.encoding.count
      if case .fraudProof(let proof) = transaction.body.payload, proof.kind == .binding { bindingRecordBytes += proof.record.count }
    case .seal: seals += 1
    case .challenge:
      challengePlaces += transaction.body.payload.places
      challengeBytes += transaction.encoding.count
    case .reveal: revealPlaces += transaction.body.payload.places
    case .ordinary: break
    }
  }

  private func fits(_ parameters: Parameters) -> Bool {
    proofs <= LedgerLimits.fraudProofsPerBlock && proofBytes <= LedgerLimits.fraudProofBytesPerBlock && seals <= LedgerLimits.sealsPerBlock
      && bindingRecordBytes <= LedgerLimits.bindingRecordBytesPerBlock && challengePlaces <= LedgerLimits.challengePlacesPerBlock
      && challengeBytes <= LedgerLimits.challengeBytesPerBlock
      && revealPlaces <= LedgerLimits.revealPlacesPerBlock && others <= LedgerLimits.ordinaryTransactionsPerBlock
      && otherBytes <= parameters.blockBytes && blobTransactions <= LedgerLimits.blobTransactionsPerBlock
  }

  /// Whether some dispute might have found no room. `[CLOCK-1]`
  var isFull: Bool {
    proofs >= LedgerLimits.fraudProofsPerBlock
      || proofBytes > LedgerLimits.fraudProofBytesPerBlock - LedgerLimits.transactionBytes
      || bindingRecordBytes > LedgerLimits.bindingRecordBytesPerBlock - LedgerLimits.recordBytes
      || seals >= LedgerLimits.sealsPerBlock
      || challengePlaces > LedgerLimits.challengePlacesPerBlock - LedgerLimits.placesForWeights
      || challengeBytes > LedgerLimits.challengeBytesPerBlock - LedgerLimits.challengeBytes
      || revealPlaces > LedgerLimits.revealPlacesPerBlock - LedgerLimits.placesForWeights
  }
}

extension VerifiedTransaction {
  /// A challenge has a limit of its own. `[BLOCK-5]`
  fileprivate var isOfAllowedSize: Bool { body.payload.lane != .challenge || encoding.count <= LedgerLimits.challengeBytes }
}

extension Payload {
  /// The places that a challenge or reveal takes; 0 for all else.
  fileprivate var places: Int {
    switch self {
    case .ask(let ask): ask.key.question.places
    case .reveal(let reveal): reveal.key.question.places
    case .transfer, .bond, .unbond, .registerModel, .postClaim, .fraudProof, .seal, .close, .misconduct: 0
    }
  }
}
