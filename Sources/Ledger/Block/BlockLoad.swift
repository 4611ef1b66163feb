/// How full a block is. A blob counts for each transaction that names it, since each of them decodes it. `[BLOCK-5]`
struct BlockLoad {
  private var fraudProofs = 0
  private var fraudProofBytes = 0
  private var bindingRecordBytes = 0
  private var others = 0
  private var otherBytes: UInt64 = 0
  private var blobTransactions = 0

  /// Adds a transaction, if it fits; nothing changes where it does not.
  /// - Returns: whether it fits.
  mutating func add(_ transaction: VerifiedTransaction, blobBytes: Int, parameters: Parameters) -> Bool {
    var load = self
    if case .fraudProof(let proof) = transaction.body.payload {
      load.fraudProofs += 1
      load.fraudProofBytes += transaction.encoding.count
      if proof.kind == .binding { load.bindingRecordBytes += proof.record.count }
    } else {
      load.others += 1
      load.otherBytes += UInt64(transaction.encoding.count)
    }
    if transaction.body.payload.blob != nil {
      load.blobTransactions += 1
      load.otherBytes += UInt64(blobBytes)
    }
    let fits =
      load.fraudProofs <= LedgerLimits.fraudProofsPerBlock && load.fraudProofBytes <= LedgerLimits.fraudProofBytesPerBlock
      && load.bindingRecordBytes <= LedgerLimits.bindingRecordBytesPerBlock && load.others <= LedgerLimits.ordinaryTransactionsPerBlock
      && load.otherBytes <= parameters.blockBytes
      && load.blobTransactions <= LedgerLimits.blobTransactionsPerBlock
    if fits { self = load }
    return fits
  }
}
