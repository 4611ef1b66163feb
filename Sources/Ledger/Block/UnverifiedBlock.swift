import Bytes
import Cryptography
import Merkle

/// A block as it was received: it decodes, and that is all that is known. `[BLOCK-4]`
public struct UnverifiedBlock: Hashable, Sendable {
  /// What the block commits to.
  public let header: Header
  /// The transactions' encodings.
  public let transactions: [[UInt8]]
  /// The blobs.
  public let blobs: [[UInt8]]
  /// Who says that the header is right, ascending by validator.
  public let attestations: [Attestation]

  /// Makes a block.
  public init(header: Header, transactions: [[UInt8]], blobs: [[UInt8]], attestations: [Attestation]) {
    self.header = header
    self.transactions = transactions
    self.blobs = blobs
    self.attestations = attestations
  }

  /// The root over transactions. `[BLOCK-3]`
  public static func transactionRoot(_ transactions: [[UInt8]]) -> Digest {
    MerkleTree.root(ofLeafHashes: transactions.map { MerkleTree.leafHash($0) })
  }

  /// The root over the digests of blobs. `[BLOCK-3]`
  public static func blobRoot(_ digests: [Digest]) -> Digest {
    MerkleTree.root(ofLeafHashes: digests.map { MerkleTree.leafHash($0.bytes) })
  }
}

extension UnverifiedBlock: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    header = try Header(from: &reader)
    transactions = try reader.readList(atMost: LedgerLimits.transactionsPerBlock) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readCounted(atMost: LedgerLimits.transactionBytes)
    }
    blobs = try reader.readList(atMost: LedgerLimits.blobTransactionsPerBlock) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readCounted(atMost: LedgerLimits.tokenizerBytes)
    }
    attestations = try reader.readAttestations()
  }

  public func encode(to writer: inout ByteWriter) {
    header.encode(to: &writer)
    writer.writeList(transactions) { $0.writeCounted($1) }
    writer.writeList(blobs) { $0.writeCounted($1) }
    writer.writeList(attestations) { $1.encode(to: &$0) }
  }
}
