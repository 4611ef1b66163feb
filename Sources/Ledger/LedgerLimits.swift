/// The limits of the ledger, of blocks and of receipts, in bytes or elements as the names say. `[LIM-2]`
public enum LedgerLimits {
  /// The encoding of a transaction.
  public static let transactionBytes = 1 << 21
  /// The encoding of a graph.
  public static let graphBytes = 1 << 20
  /// The blob of a tokenizer.
  public static let tokenizerBytes = 1 << 25
  /// The blob of a claim.
  public static let recordsBlobBytes = 1 << 22
  /// The encoding of a record.
  public static let recordBytes = 1 << 19
  /// The records of a claim.
  public static let recordsPerClaim = 256
  /// The digests of a record's inclusion proof.
  public static let inclusionDigests = 8
  /// The evidence of a fraud proof.
  public static let evidenceBytes = 3 << 19
  /// The name of a model.
  public static let modelNameBytes = 256
  /// The name of a network.
  public static let networkNameBytes = 64
  /// The amounts that an account is unbonding at one time.
  public static let unbondingsPerAccount = 32
  /// The accounts in one list of payments that fall due.
  public static let accountsPerHeight = 1024
  /// The validators of a network.
  public static let validators = 128
  /// The accounts in a genesis.
  public static let genesisAccounts = 4096
  /// A genesis file.
  public static let genesisFileBytes = 1 << 22
  /// The transactions of a block.
  public static let transactionsPerBlock = 1344
  /// The fraud proofs of a block, misconduct among them.
  public static let fraudProofsPerBlock = 128
  /// The seals of a block.
  public static let sealsPerBlock = 128
  /// The places for challenges in a block.
  public static let challengePlacesPerBlock = 64
  /// The places for reveals in a block.
  public static let revealPlacesPerBlock = 128
  /// The places that a challenge or reveal of weights takes.
  public static let placesForWeights = 16
  /// The challenges of a block, in bytes.
  public static let challengeBytesPerBlock = 1 << 22
  /// One challenge.
  public static let challengeBytes = 1 << 20
  /// The children of a node.
  public static let children = 256
  /// What the proofs beside a revealed leaf of weights are counted as.
  public static let weightsProofBytes = 8192
  /// The elements of a list of what is due by a clock.
  public static let entriesPerClock = 16_384
  /// The transactions of a block that have no lane of their own.
  public static let ordinaryTransactionsPerBlock = 896
  /// The transactions of a block that name a blob.
  public static let blobTransactionsPerBlock = 64
  /// The fraud proofs of a block, in bytes.
  public static let fraudProofBytesPerBlock = 1 << 23
  /// The records of a block's proofs of broken bindings, in bytes.
  public static let bindingRecordBytesPerBlock = 1 << 20
  /// The tokenizers that a block's proofs of broken bindings are judged with.
  public static let tokenizersPerBlock = 4
  /// How much later than its parent a block may be, in milliseconds. `[BLOCK-9]`
  public static let blockStepMilliseconds: UInt64 = 3_600_000
  /// The latest time of the first block, in milliseconds since 1970. `[BLOCK-9]`
  public static let firstBlockTime: UInt64 = 1 << 48 - 1
  /// The latest time of a genesis, in milliseconds since 1970. `[GEN-1]`
  public static let genesisTime: UInt64 = 1 << 47 - 1
  /// The digests of a history path.
  public static let historyDigests = 64
  /// A receipt.
  public static let receiptBytes = 1 << 21
}
