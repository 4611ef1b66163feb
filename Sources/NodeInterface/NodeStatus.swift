import Bytes

/// What a node says about itself: `GET /v1/status`.
public struct NodeStatus: Codable, Hashable, Sendable {
  /// What the node does.
  public enum Role: String, Codable, Hashable, Sendable {
    /// It orders transactions and makes blocks.
    case sequencer
    /// It follows another node and executes every block again.
    case follower
  }

  /// The genesis root.
  public var chain: Digest
  /// The network's name.
  public var network: String
  /// What the node does.
  public var role: Role
  /// The height of the newest block.
  public var height: UInt64
  /// The newest block's header hash.
  public var headerHash: Digest
  /// The newest block's state root.
  public var stateRoot: Digest
  /// The newest block's time, in milliseconds since 1970-01-01 UTC.
  public var timeMilliseconds: UInt64
  /// The greatest height whose header more than two thirds of the validators attest. `[BLOCK-8]`
  public var finalHeight: UInt64
  /// How many transactions wait.
  public var poolTransactions: Int
  /// The bytes of the waiting transactions and their blobs.
  public var poolBytes: Int
  /// The version of the numeric rules that the node executes. `[NUM-15]`
  public var executorVersion: Digest
  /// Why the node has stopped, or nil while it works.
  public var halted: String?

  /// Makes a status.
  public init(
    chain: Digest, network: String, role: Role, height: UInt64, headerHash: Digest, stateRoot: Digest, timeMilliseconds: UInt64,
    finalHeight: UInt64,
    poolTransactions: Int, poolBytes: Int, executorVersion: Digest, halted: String?
  ) {
    self.chain = chain
    self.network = network
    self.role = role
    self.height = height
    self.headerHash = headerHash
    self.stateRoot = stateRoot
    self.timeMilliseconds = timeMilliseconds
    self.finalHeight = finalHeight
    self.poolTransactions = poolTransactions
    self.poolBytes = poolBytes
    self.executorVersion = executorVersion
    self.halted = halted
  }
}
