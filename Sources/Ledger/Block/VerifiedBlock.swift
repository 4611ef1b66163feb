import Bytes
import Cryptography

/// A block whose signatures, roots and sizes are right; whether it follows its parent is not known yet. `[BLOCK-6]`
public struct VerifiedBlock: Sendable {
  /// What the block commits to.
  public let header: Header
  /// The header's hash.
  public let hash: Digest
  /// The transactions, each signed by its sender.
  public let transactions: [VerifiedTransaction]
  /// The blobs, in the order of the block.
  public let blobs: [Blob]
  /// Who says that the header is right, ascending by validator; the proposer is among them.
  public let attestations: [Attestation]

  /// Checks what needs no parent: reasons 2 to 11 of `[BLOCK-6]`.
  public init(_ block: UnverifiedBlock, genesis: Genesis) throws(BlockRejection) {
    let header = block.header
    let hash = header.hash
    guard header.chain == genesis.root else { throw .wrongChain }
    guard genesis.validator(header.proposer) != nil else { throw .unknownProposer }
    do {
      try genesis.check(block.attestations, of: hash)
    } catch {
      switch error {
      case .unknownValidator: throw .unknownAttester
      case .badSignature: throw .badAttestation
      }
    }
    guard block.attestations.contains(where: { $0.validator == header.proposer }) else { throw .proposerSilent }
    guard UnverifiedBlock.transactionRoot(block.transactions) == header.transactionRoot else { throw .transactionRoot }
    let blobs = block.blobs.map { Blob($0) }
    let digests = blobs.map { $0.digest }
    guard UnverifiedBlock.blobRoot(digests) == header.blobRoot else { throw .blobRoot }
    let transactions = try VerifiedBlock.verified(block.transactions, chain: genesis.root)
    guard transactions.namedBlobs == digests else { throw .blobs }
    var load = BlockLoad()
    for transaction in transactions {
      let blobBytes = transaction.body.payload.blob.flatMap(digests.firstIndex(of:)).map { blobs[$0].bytes.count }
      guard load.add(transaction, blobBytes: blobBytes ?? 0, parameters: genesis.parameters) else { throw .size }
    }
    self.header = header
    self.hash = hash
    self.transactions = transactions
    self.blobs = blobs
    attestations = block.attestations
  }

  /// A block that this machine proposed itself, from parts that were checked one by one.
  init(header: Header, transactions: [VerifiedTransaction], blobs: [Blob], attestations: [Attestation]) {
    self.header = header
    hash = header.hash
    self.transactions = transactions
    self.blobs = blobs
    self.attestations = attestations
  }

  private static func verified(_ encodings: [[UInt8]], chain: Digest) throws(BlockRejection) -> [VerifiedTransaction] {
    var transactions: [VerifiedTransaction] = []
    for (index, encoding) in encodings.enumerated() {
      do {
        transactions.append(try VerifiedTransaction(decoding: encoding, chain: chain))
      } catch {
        throw .badTransaction(index: index, error)
      }
    }
    return transactions
  }

  /// The block as it travels and is stored.
  public var unverified: UnverifiedBlock {
    UnverifiedBlock(
      header: header, transactions: transactions.map(\.encoding), blobs: blobs.map(\.bytes), attestations: attestations)
  }
}

extension [VerifiedTransaction] {
  /// The digests of the blobs that the transactions name, in the order of first naming, each once. `[BLOCK-5]`
  var namedBlobs: [Digest] {
    var seen: Set<Digest> = []
    return compactMap(\.body.payload.blob).filter { seen.insert($0).inserted }
  }
}
