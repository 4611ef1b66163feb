import Bytes
import Merkle

/// The records of one claim; its encoding is the claim's blob. `[REC-7]`
public struct Batch: Hashable, Sendable {
  /// One to 256 records.
  public let records: [Record]

  /// The most records in a batch. `[REC-7]`
  public static let recordLimit = 256

  /// Makes a batch; nil if there is no record or there are too many.
  public init?(_ records: [Record]) {
    guard (1...Batch.recordLimit).contains(records.count) else { return nil }
    self.records = records
  }

  /// The tree over the records' encodings.
  public var tree: StoredTree { StoredTree(leafHashes: records.map { MerkleTree.leafHash($0.encoded) }) }
}

extension Batch: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    let records = try reader.readList(atMost: Batch.recordLimit) { (reader: inout ByteReader) throws(DecodingRejection) in
      try Record(from: &reader)
    }
    guard !records.isEmpty else { throw .outOfRange }
    self.records = records
  }

  public func encode(to writer: inout ByteWriter) { writer.writeList(records) { $1.encode(to: &$0) } }
}
