import Bytes

/// Where a claim stands. Each path ends: a pending claim becomes one of the others, once. `[LED-3]`
public enum ClaimStatus: Hashable, Sendable {
  /// The claim can be challenged.
  case pending
  /// The window closed without a fraud proof; the height is that of the block which said so.
  case finalized(at: Height)
  /// A fraud proof was accepted in the block at the height, from the challenger.
  case slashed(at: Height, challenger: AccountIdentifier)
}

/// What the ledger holds for one posted batch of records. `[LED-3]`
public struct Claim: Hashable, Sendable {
  /// The account whose stake backs the claim.
  public let provider: AccountIdentifier
  /// The registered model that the records name.
  public let modelRoot: Digest
  /// The Merkle root over the records.
  public let batchRoot: Digest
  /// How many records the batch holds, 1..256.
  public let recordCount: UInt32
  /// The digest of the blob that holds the records.
  public let blob: Digest
  /// The height of the block that holds the claim.
  public let posted: Height
  /// The last clock at which a record can be opened by a challenge.
  public let window: DisputeTime
  /// The last clock at which a fraud proof is in time; challenges put it off.
  public internal(set) var deadline: DisputeTime
  /// What the provider loses if a record is fraudulent.
  public let bond: Amount
  /// Where the claim stands.
  public internal(set) var status: ClaimStatus

  /// Makes a claim.
  public init(
    provider: AccountIdentifier, modelRoot: Digest, batchRoot: Digest, recordCount: UInt32, blob: Digest, posted: Height,
    window: DisputeTime, deadline: DisputeTime, bond: Amount, status: ClaimStatus
  ) {
    self.provider = provider
    self.modelRoot = modelRoot
    self.batchRoot = batchRoot
    self.recordCount = recordCount
    self.blob = blob
    self.posted = posted
    self.window = window
    self.deadline = deadline
    self.bond = bond
    self.status = status
  }
}

extension ClaimStatus {
  /// Whether a fraud proof could still take effect. `[TX-7]`
  var isOpenToProofs: Bool {
    switch self {
    case .pending, .slashed: true
    case .finalized: false
    }
  }
}

extension ClaimStatus: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .pending
    case 1: self = .finalized(at: try Height(from: &reader))
    case 2: self = .slashed(at: try Height(from: &reader), challenger: try AccountIdentifier(from: &reader))
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .pending:
      writer.write(UInt8(0))
    case .finalized(let height):
      writer.write(UInt8(1))
      height.encode(to: &writer)
    case .slashed(let height, let challenger):
      writer.write(UInt8(2))
      height.encode(to: &writer)
      challenger.encode(to: &writer)
    }
  }
}

extension Claim: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    provider = try AccountIdentifier(from: &reader)
    modelRoot = try reader.readDigest()
    batchRoot = try reader.readDigest()
    recordCount = try reader.read()
    guard recordCount >= 1, recordCount <= LedgerLimits.recordsPerClaim else { throw .outOfRange }
    blob = try reader.readDigest()
    posted = try Height(from: &reader)
    window = try DisputeTime(from: &reader)
    deadline = try DisputeTime(from: &reader)
    guard window <= deadline else { throw .outOfRange }
    bond = try Amount(from: &reader)
    status = try ClaimStatus(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    provider.encode(to: &writer)
    writer.write(modelRoot)
    writer.write(batchRoot)
    writer.write(recordCount)
    writer.write(blob)
    posted.encode(to: &writer)
    window.encode(to: &writer)
    deadline.encode(to: &writer)
    bond.encode(to: &writer)
    status.encode(to: &writer)
  }
}
