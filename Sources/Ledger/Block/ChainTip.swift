import Bytes
import Merkle

/// The last block of a chain, with all that its child is checked against. `[BLOCK-6]`
public struct ChainTip: Sendable {
  /// The network.
  public let genesis: Genesis
  /// The last block's header.
  public private(set) var header: Header
  /// The hash of that header.
  public private(set) var hash: Digest
  /// The state after that block.
  public private(set) var state: State
  /// The tree over the header hashes of all blocks before it; its root is the header's history root. `[BLOCK-3]`
  public private(set) var history: TreeBuilder

  /// Above every time that a chain can reach by `[BLOCK-9]`.
  private static let timeLimit: UInt64 = 1 << 63

  /// The genesis block.
  public init(genesis: Genesis) {
    self.genesis = genesis
    header = genesis.header
    hash = header.hash
    state = genesis.state
    history = TreeBuilder()
  }

  /// Puts a stored tip together; nil if the parts do not belong together. The state root is the caller's to check.
  public init?(genesis: Genesis, header: Header, state: State, history: TreeBuilder) {
    guard
      header.chain == genesis.root, header.time < ChainTip.timeLimit, history.size == header.height.value,
      history.root == header.historyRoot,
      state.totals.supply == genesis.supply
    else { return nil }
    self.genesis = genesis
    self.header = header
    hash = header.hash
    self.state = state
    self.history = history
  }

  /// The height of the next block.
  public var nextHeight: Height { header.height.later(by: 1) }

  /// Whether the next block may have this time: later than the newest, and not by too much. `[BLOCK-6]` `[BLOCK-9]`
  public func admits(time: UInt64) -> Bool {
    guard time > header.time else { return false }
    return header.height == .genesis ? time <= LedgerLimits.firstBlockTime : time - header.time <= LedgerLimits.blockStepMilliseconds
  }

  /// The time for the next block that is nearest to a clock's. `[BLOCK-9]`
  public func nextTime(clock: UInt64) -> UInt64 {
    let last = header.height == .genesis ? LedgerLimits.firstBlockTime : header.time + LedgerLimits.blockStepMilliseconds
    return min(max(clock, header.time + 1), last)
  }

  /// The history root of the next block. `[BLOCK-3]`
  public var nextHistoryRoot: Digest { nextHistory.root }

  /// Makes an accepted block the tip.
  /// - Precondition: the block was executed on this tip.
  public mutating func advance(by block: AcceptedBlock) {
    precondition(block.block.header.parent == hash, "a block is accepted on its parent")
    history = nextHistory
    header = block.block.header
    hash = block.block.hash
    state.apply(block.changes)
  }

  private var nextHistory: TreeBuilder {
    var history = history
    history.append(hash.bytes)
    return history
  }
}
