import Bytes
import Ledger

/// A transaction on its way to a node, with the blob that it names: the body of `POST /v1/transactions`.
public struct Submission: Hashable, Sendable {
  /// The transaction's encoding, at most 2^21 bytes.
  public let transaction: [UInt8]
  /// The bytes of the blob that the transaction names, at most 2^25.
  public let blob: [UInt8]?

  /// The most bytes that an encoding can have.
  public static let maximumBytes = LedgerLimits.transactionBytes + LedgerLimits.tokenizerBytes + 9

  /// Makes a submission.
  public init(transaction: [UInt8], blob: [UInt8]? = nil) {
    self.transaction = transaction
    self.blob = blob
  }
}

extension Submission: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    transaction = try reader.readCounted(atMost: LedgerLimits.transactionBytes)
    blob = try reader.readOptional { (reader) throws(DecodingRejection) in try reader.readCounted(atMost: LedgerLimits.tokenizerBytes) }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCounted(transaction)
    writer.writeOptional(blob) { $0.writeCounted($1) }
  }
}

/// What `submit` waits for.
public enum SubmissionWait: String, Codable, Hashable, Sendable, CaseIterable {
  /// The transaction is in the pool and on the disk: a node that is killed right after still has it.
  case accepted
  /// The transaction stands in a block; after 30 seconds the answer is what `accepted` gives.
  case included
}

/// Where a transaction stands.
public struct TransactionStatus: Codable, Hashable, Sendable {
  /// The transaction's id.
  public let id: Digest
  /// The place in the chain, or nil while the transaction waits in the pool.
  public let inclusion: Inclusion?

  /// A place in the chain.
  public struct Inclusion: Codable, Hashable, Sendable {
    /// The height of the block.
    public let height: UInt64
    /// The place in the block, from 0.
    public let index: UInt32
    /// 0 if the payload took effect, else the code of SPEC.md for why it was refused. `[TX-2]`
    public let outcome: UInt16

    /// Makes a place.
    public init(height: UInt64, index: UInt32, outcome: UInt16) {
      self.height = height
      self.index = index
      self.outcome = outcome
    }
  }

  /// Makes a status.
  public init(id: Digest, inclusion: Inclusion?) {
    self.id = id
    self.inclusion = inclusion
  }
}
