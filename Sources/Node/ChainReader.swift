import Bytes
import Ledger
import Store

/// Reads what the store holds of the chain. What must be there and is not, or does not decode, is a failure, never "not found".
struct ChainReader: Sendable {
  let store: any ReadableStore

  /// A block's parts as they are stored.
  struct Block {
    let header: Header
    let body: StoredBody
    let attestations: [Attestation]
  }

  /// What the store says about itself, or nil in an empty store.
  func meta() throws(NodeFailure) -> ChainMeta? {
    guard let bytes = try read(ChainKey.meta) else { return nil }
    return try decoded(bytes, "meta")
  }

  /// The header at a height up to the tip.
  func header(at height: Height) throws(NodeFailure) -> Header {
    guard let bytes = try read(ChainKey.header(height)) else { throw .inconsistent("the header at height \(height) is gone") }
    return try decoded(bytes, "the header at height \(height)")
  }

  /// A block without its blobs.
  func block(at height: Height) throws(NodeFailure) -> Block {
    guard let bytes = try read(ChainKey.body(height)) else { throw .inconsistent("the block at height \(height) is gone") }
    let body: StoredBody = try decoded(bytes, "the block at height \(height)")
    return Block(header: try header(at: height), body: body, attestations: try attestations(at: height))
  }

  /// A block as it travels; nil if some of its blobs were pruned.
  func completeBlock(at height: Height) throws(NodeFailure) -> UnverifiedBlock? {
    let block = try block(at: height)
    var blobs: [[UInt8]] = []
    for digest in block.body.blobs {
      guard let bytes = try blob(digest) else { return nil }
      blobs.append(bytes)
    }
    return UnverifiedBlock(header: block.header, transactions: block.body.transactions, blobs: blobs, attestations: block.attestations)
  }

  /// The attestations of a height that are known, ascending by validator.
  func attestations(at height: Height) throws(NodeFailure) -> [Attestation] {
    var found: [Attestation] = []
    for entry in try entries(ChainKey.attestations(height)) { found.append(try decoded(entry.value, "an attestation at height \(height)")) }
    return found
  }

  /// A blob that a block holds, or nil if it was pruned or never stood in a block.
  func blob(_ digest: Digest) throws(NodeFailure) -> [UInt8]? { try read(ChainKey.blob(digest)) }

  /// Where a transaction stands, or nil if it stands nowhere.
  func place(of transaction: Digest) throws(NodeFailure) -> StoredPlace? {
    guard let bytes = try read(ChainKey.transaction(transaction)) else { return nil }
    return try decoded(bytes, "the place of transaction \(transaction)")
  }

  /// The value at a key, or nil.
  func read(_ key: [UInt8]) throws(NodeFailure) -> [UInt8]? {
    do throws(StoreFailure) { return try store.value(key) } catch { throw .store(error) }
  }

  /// All entries below a prefix, in order.
  func entries(_ prefix: [UInt8]) throws(NodeFailure) -> [(key: [UInt8], value: [UInt8])] {
    do throws(StoreFailure) { return try store.entries(prefix: prefix) } catch { throw .store(error) }
  }

  /// Decodes what this program has written.
  func decoded<Value: CanonicallyCodable>(_ bytes: [UInt8], _ what: String) throws(NodeFailure) -> Value {
    do throws(DecodingRejection) { return try Value(decoding: bytes) } catch { throw .inconsistent("\(what) does not decode: \(error)") }
  }
}
