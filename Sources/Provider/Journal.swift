import Bytes
import Cryptography
import Inference
import NodeInterface
import Store

/// A record's place on the chain.
public struct ClaimPlace: Hashable, Sendable {
  /// The claim's id.
  public let claim: Digest
  /// Which record of its batch.
  public let record: UInt32

  /// Names a place.
  public init(claim: Digest, record: UInt32) {
    self.claim = claim
    self.record = record
  }
}

/// A record that waits to be posted.
struct QueuedRecord: Hashable, Sendable {
  /// Its place in the order of answers.
  let sequence: UInt64
  let requestDigest: Digest
  /// The size of the record's encoding.
  let byteCount: Int
}

/// A claim that was signed and is on its way to the chain: it is handed in, the same bytes again, until the chain has it or cannot have it.
struct OutgoingClaim: Hashable, Sendable {
  let claim: Digest
  let transactionIdentifier: Digest
  /// The encoding of the signed transaction.
  let transaction: [UInt8]
  /// The places in the order of answers of the records that it holds, in the order of the batch.
  let sequences: [UInt64]
}

/// What a provider must not forget: answers that wait, the claim on its way, and the records of claims. Every change is synced.
///
/// Keys: `1 || sequence` (8 bytes, big-endian): a queued record. `2 || request digest`: where its record is. `3 || claim id`: the batch of a
/// claim. `4`: the outgoing claim. `5 || claim id`: a batch that the chain refused.
struct Journal: Sendable {
  private enum Place {
    case queued(UInt64)
    case claimed(ClaimPlace)
  }

  let store: any KeyValueStore

  /// The queue, the oldest record first.
  func queue() throws(StoreFailure) -> [QueuedRecord] {
    try store.entries(prefix: [1]).map { (key, value) throws(StoreFailure) in
      let record = try decoded(Record.self, value)
      return QueuedRecord(
        sequence: key.dropFirst().reduce(0) { $0 << 8 | UInt64($1) }, requestDigest: record.request.digest, byteCount: value.count)
    }
  }

  /// The records at places in the order of answers.
  func queuedRecords(_ sequences: [UInt64]) throws(StoreFailure) -> [Record] {
    try sequences.map { (sequence) throws(StoreFailure) in
      guard let value = try store.value(Journal.queueKey(sequence)) else { throw .corrupt("the queued record \(sequence) is gone") }
      return try decoded(Record.self, value)
    }
  }

  /// The record of a request with its place on the chain, or nil if the request was not answered.
  func record(ofRequest digest: Digest) throws(StoreFailure) -> (record: Record, place: ClaimPlace?)? {
    guard let value = try store.value([2] + digest.bytes) else { return nil }
    switch try place(value) {
    case .queued(let sequence): return (try queuedRecords([sequence])[0], nil)
    case .claimed(let place):
      guard let record = try record(at: place) else { throw .corrupt("the records of the claim \(place.claim) are gone") }
      return (record, place)
    }
  }

  /// The record at a place on the chain, or nil if this provider did not post it.
  func record(at place: ClaimPlace) throws(StoreFailure) -> Record? {
    guard let value = try store.value([3] + place.claim.bytes) else { return nil }
    let records = try decoded(Inference.Batch.self, value).records
    return place.record < records.count ? records[Int(place.record)] : nil
  }

  /// The claim that is on its way, if there is one.
  func outgoing() throws(StoreFailure) -> OutgoingClaim? {
    try store.value([4]).map { (value) throws(StoreFailure) in try decoded(OutgoingClaim.self, value) }
  }

  /// Appends a record to the queue.
  func append(_ record: Record, sequence: UInt64) throws(StoreFailure) {
    var batch = Store.Batch()
    batch.put(Journal.queueKey(sequence), record.encoded)
    batch.put([2] + record.request.digest.bytes, encoded(.queued(sequence)))
    try store.write(batch, .synced)
  }

  /// Sets or removes the claim that is on its way; its records stay in the queue.
  func setOutgoing(_ claim: OutgoingClaim?) throws(StoreFailure) {
    var batch = Store.Batch()
    if let claim { batch.put([4], claim.encoded) } else { batch.delete([4]) }
    try store.write(batch, .synced)
  }

  /// Moves the records of the outgoing claim from the queue to the claim, which the chain has.
  func settle(_ claim: OutgoingClaim, records: [Record]) throws(StoreFailure) {
    var batch = Store.Batch()
    batch.delete([4])
    batch.put([3] + claim.claim.bytes, recordsEncoding(records))
    for (index, (sequence, record)) in zip(claim.sequences, records).enumerated() {
      batch.delete(Journal.queueKey(sequence))
      batch.put([2] + record.request.digest.bytes, encoded(.claimed(ClaimPlace(claim: claim.claim, record: UInt32(index)))))
    }
    try store.write(batch, .synced)
  }

  /// Takes records off the queue that the chain will not have, and forgets the outgoing claim; they are kept aside under its id.
  func discard(_ sequences: [UInt64], records: [Record], of claim: OutgoingClaim) throws(StoreFailure) {
    var batch = Store.Batch()
    batch.delete([4])
    batch.put([5] + claim.claim.bytes, recordsEncoding(records))
    for (sequence, record) in zip(sequences, records) {
      batch.delete(Journal.queueKey(sequence))
      batch.delete([2] + record.request.digest.bytes)
    }
    try store.write(batch, .synced)
  }

  private static func queueKey(_ sequence: UInt64) -> [UInt8] {
    withUnsafeBytes(of: sequence.bigEndian) { [1] + Array($0) }
  }

  private func recordsEncoding(_ records: [Record]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeList(records) { $1.encode(to: &$0) }
    return writer.bytes
  }

  private func encoded(_ place: Place) -> [UInt8] {
    var writer = ByteWriter()
    switch place {
    case .queued(let sequence):
      writer.write(UInt8(0))
      writer.write(sequence)
    case .claimed(let place):
      writer.write(UInt8(1))
      writer.write(place.claim)
      writer.write(place.record)
    }
    return writer.bytes
  }

  private func place(_ bytes: [UInt8]) throws(StoreFailure) -> Place {
    do {
      return try ByteReader.decode(bytes) { (reader) throws(DecodingRejection) in
        switch try reader.read(UInt8.self) {
        case 0: return .queued(try reader.read())
        case 1: return .claimed(ClaimPlace(claim: try reader.readDigest(), record: try reader.read()))
        default: throw .unknownTag
        }
      }
    } catch { throw .corrupt("the place of a record does not decode: \(error)") }
  }

  private func decoded<Value: CanonicallyCodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(StoreFailure) -> Value {
    do { return try Value(decoding: bytes) } catch { throw .corrupt("a stored \(type) does not decode: \(error)") }
  }
}

extension OutgoingClaim: CanonicallyCodable {
  init(from reader: inout ByteReader) throws(DecodingRejection) {
    claim = try reader.readDigest()
    transactionIdentifier = try reader.readDigest()
    transaction = try reader.readCounted(atMost: 1 << 21)
    sequences = try reader.readList(atMost: Inference.Batch.recordLimit) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.read(UInt64.self)
    }
  }

  func encode(to writer: inout ByteWriter) {
    writer.write(claim)
    writer.write(transactionIdentifier)
    writer.writeCounted(transaction)
    writer.writeList(sequences) { $0.write($1) }
  }
}
