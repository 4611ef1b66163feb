import Bytes
import Cryptography

extension HashTag {
  /// The hash of a header. `[BLOCK-1]`
  static let header = HashTag("probity/header")
  /// What a validator signs. `[BLOCK-4]`
  static let attestation = HashTag("probity/attestation")
}

/// What a block commits to. `[BLOCK-1]`
public struct Header: Hashable, Sendable {
  /// The genesis root.
  public let chain: Digest
  /// How many blocks stand before.
  public let height: Height
  /// When the block was proposed, in milliseconds since 1970; later than the parent's.
  public let time: UInt64
  /// The parent's header hash.
  public let parent: Digest
  /// The Merkle root over the transactions' encodings.
  public let transactionRoot: Digest
  /// The Merkle root over the blobs' digests.
  public let blobRoot: Digest
  /// The root of the state after the block.
  public let stateRoot: Digest
  /// The Merkle root over the header hashes of all blocks before.
  public let historyRoot: Digest
  /// The validator that proposed the block.
  public let proposer: AccountIdentifier

  /// Makes a header.
  public init(
    chain: Digest, height: Height, time: UInt64, parent: Digest, transactionRoot: Digest, blobRoot: Digest, stateRoot: Digest,
    historyRoot: Digest, proposer: AccountIdentifier
  ) {
    self.chain = chain
    self.height = height
    self.time = time
    self.parent = parent
    self.transactionRoot = transactionRoot
    self.blobRoot = blobRoot
    self.stateRoot = stateRoot
    self.historyRoot = historyRoot
    self.proposer = proposer
  }

  /// The header hash. `[BLOCK-1]`
  public var hash: Digest { Digest.hash(tag: .header, of: self) }
}

extension Header: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    chain = try reader.readDigest()
    height = try Height(from: &reader)
    time = try reader.read()
    parent = try reader.readDigest()
    transactionRoot = try reader.readDigest()
    blobRoot = try reader.readDigest()
    stateRoot = try reader.readDigest()
    historyRoot = try reader.readDigest()
    proposer = try AccountIdentifier(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(chain)
    height.encode(to: &writer)
    writer.write(time)
    for digest in [parent, transactionRoot, blobRoot, stateRoot, historyRoot] { writer.write(digest) }
    proposer.encode(to: &writer)
  }
}
