import Inference

/// Sizes and times of a provider; none of them binds anybody else.
public struct ProviderConfiguration: Sendable {
  /// How many threads run the model.
  public var workers = Workers.one
  /// The most tokens that a request may ask for.
  public var newTokenLimit = 1024
  /// How many tokens a request gets that does not say.
  public var defaultNewTokens = 256
  /// How many requests are taken at a time: one runs, the others wait.
  public var requestPlaces = 8
  /// How many requests for traces are taken at a time: one runs, the others wait.
  public var tracePlaces = 16
  /// How many traces stay in memory, each about 64 bytes a leaf.
  public var cachedTraces = 2
  /// How many records may wait to be posted before requests are refused.
  public var queueLimit = 4096
  /// How many records a claim holds at most, 1...256.
  public var recordsPerClaim = 16
  /// How long a record waits for others to fill its claim.
  public var claimDelay = Duration.seconds(2)
  /// Within how many blocks a record is promised to be posted.
  public var promiseBlocks: UInt64 = 2048
  /// How often the queue is looked at.
  public var pollInterval = Duration.milliseconds(100)
  /// The longest pause after a claim that could not be posted; it starts at the poll interval and doubles.
  public var longestPause = Duration.seconds(30)

  /// The defaults.
  public init() {}
}
