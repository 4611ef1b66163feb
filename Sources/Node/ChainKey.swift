import Bytes
import Ledger
import Merkle

/// Under which keys the store holds the chain. Heights are big-endian, so that a scan visits them in order.
enum ChainKey {
  /// The kinds of keys, each its first byte.
  enum Kind: UInt8, CaseIterable {
    case meta = 1
    case header
    case body
    case attestation
    case blob
    case blobUse
    case entry
    case node
    case stale
    case transaction
    case pool

    /// What all keys of the kind begin with.
    var prefix: [UInt8] { [rawValue] }
  }

  /// The version of this layout, the chain's name and the tip: `ChainMeta`.
  static let meta = Kind.meta.prefix

  /// A header's encoding.
  static func header(_ height: Height) -> [UInt8] { Kind.header.prefix + bigEndian(height.value) }

  /// A block without header, blobs and attestations: `StoredBody`.
  static func body(_ height: Height) -> [UInt8] { Kind.body.prefix + bigEndian(height.value) }

  /// What all attestations of a height begin with.
  static func attestations(_ height: Height) -> [UInt8] { Kind.attestation.prefix + bigEndian(height.value) }

  /// An attestation's encoding.
  static func attestation(_ height: Height, _ validator: AccountIdentifier) -> [UInt8] { attestations(height) + validator.bytes }

  /// A blob's bytes.
  static func blob(_ digest: Digest) -> [UInt8] { Kind.blob.prefix + digest.bytes }

  /// The height of the newest block that holds a blob, as 8 bytes.
  static func blobUse(_ digest: Digest) -> [UInt8] { Kind.blobUse.prefix + digest.bytes }

  /// The encoding of an entry of the state, at the tip.
  static func entry(_ key: StateKey) -> [UInt8] { Kind.entry.prefix + key.encoded }

  /// The encoding of a node of the state tree.
  static func node(_ key: StateNodeKey) -> [UInt8] { Kind.node.prefix + key.storageKey }

  /// The keys of the nodes that the version of this height made stale, one after the other, each counted.
  static func stale(_ height: Height) -> [UInt8] { Kind.stale.prefix + bigEndian(height.value) }

  /// Where a transaction stands: `StoredPlace`.
  static func transaction(_ id: Digest) -> [UInt8] { Kind.transaction.prefix + id.bytes }

  /// The encoding of a submission that waits in the pool, by order of arrival.
  static func pool(_ arrival: UInt64) -> [UInt8] { Kind.pool.prefix + bigEndian(arrival) }

  /// The number that ends a key.
  static func number(endOf key: [UInt8]) -> UInt64 { key.suffix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  private static func bigEndian(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}

/// What the store says about itself.
struct ChainMeta: Hashable, CanonicallyCodable {
  /// The version of the layout that this source reads and writes.
  static let currentSchema: UInt32 = 1

  var schema: UInt32
  var chain: Digest
  var tip: Height
  var tipHash: Digest

  init(schema: UInt32, chain: Digest, tip: Height, tipHash: Digest) {
    self.schema = schema
    self.chain = chain
    self.tip = tip
    self.tipHash = tipHash
  }

  init(from reader: inout ByteReader) throws(DecodingRejection) {
    schema = try reader.read()
    chain = try reader.readDigest()
    tip = try Height(from: &reader)
    tipHash = try reader.readDigest()
  }

  func encode(to writer: inout ByteWriter) {
    writer.write(schema)
    writer.write(chain)
    tip.encode(to: &writer)
    writer.write(tipHash)
  }
}

/// A block as it is stored: blobs stand by digest, because they are pruned, and attestations one by one, because they arrive later.
struct StoredBody: Hashable, CanonicallyCodable {
  var transactions: [[UInt8]]
  var blobs: [Digest]

  init(transactions: [[UInt8]], blobs: [Digest]) {
    self.transactions = transactions
    self.blobs = blobs
  }

  init(from reader: inout ByteReader) throws(DecodingRejection) {
    transactions = try reader.readList(atMost: LedgerLimits.transactionsPerBlock) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readCounted(atMost: LedgerLimits.transactionBytes)
    }
    blobs = try reader.readList(atMost: LedgerLimits.transactionsPerBlock, Digest.init(from:))
  }

  func encode(to writer: inout ByteWriter) {
    writer.writeList(transactions) { $0.writeCounted($1) }
    writer.writeList(blobs) { $0.write($1) }
  }
}

/// Where a transaction stands, and what became of it.
struct StoredPlace: Hashable, CanonicallyCodable {
  var height: Height
  var index: UInt32
  var outcome: UInt16

  init(height: Height, index: UInt32, outcome: UInt16) {
    self.height = height
    self.index = index
    self.outcome = outcome
  }

  init(from reader: inout ByteReader) throws(DecodingRejection) {
    height = try Height(from: &reader)
    index = try reader.read()
    outcome = try reader.read()
  }

  func encode(to writer: inout ByteWriter) {
    height.encode(to: &writer)
    writer.write(index)
    writer.write(outcome)
  }
}
