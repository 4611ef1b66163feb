import Bytes
import Ledger

/// A block without its content, as JSON: `GET /v1/blocks`.
public struct BlockSummary: Codable, Hashable, Sendable {
  /// How many blocks stand before it.
  public let height: UInt64
  /// The header hash.
  public let hash: Digest
  /// The parent's header hash.
  public let parent: Digest
  /// In milliseconds since 1970-01-01 UTC.
  public let timeMilliseconds: UInt64
  /// The state root after the block.
  public let stateRoot: Digest
  /// Who made it, a public key; zeros for the genesis block.
  public let proposer: Digest
  /// How many transactions it holds.
  public let transactions: Int
  /// How many validators attest the header, as far as the node knows.
  public let attestations: Int

  /// Describes a block.
  public init(header: Header, hash: Digest, transactions: Int, attestations: Int) {
    height = header.height.value
    self.hash = hash
    parent = header.parent
    timeMilliseconds = header.time
    stateRoot = header.stateRoot
    proposer = Digest(header.proposer.bytes) ?? .zero
    self.transactions = transactions
    self.attestations = attestations
  }
}
