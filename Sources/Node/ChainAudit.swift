import Bytes
import Cryptography
import Ledger
import Merkle
import Store

/// Replays a stored chain from its genesis and compares everything that is stored about it: what `probity node check` does, offline.
public enum ChainAudit {
  /// What was found in order.
  public struct Report: Codable, Hashable, Sendable {
    /// The height of the newest block.
    public let height: UInt64
    /// The newest block's header hash.
    public let headerHash: Digest
    /// The newest block's state root.
    public let stateRoot: Digest
    /// Up to which height blocks were executed again; below `height` only if blobs were pruned.
    public let replayedHeight: UInt64
    /// How many transactions were executed again.
    public let transactions: UInt64
    /// How many transactions wait in the journal.
    public let waiting: Int
  }

  /// Checks the store. Nothing is written.
  /// - Parameter progress: Called with each height that was replayed.
  public static func run(
    _ store: any KeyValueStore, genesis: Genesis, progress: (Height) -> Void = { _ in }
  ) throws(NodeFailure) -> Report {
    let reader = ChainReader(store: store)
    guard try reader.meta() != nil else { throw .inconsistent("the store holds no chain") }
    let chain = try Chain(opening: store, genesis: genesis)
    guard try reader.block(at: .genesis).body == StoredBody(transactions: [], blobs: []) else {
      throw .inconsistent("the genesis block is not empty")
    }
    var pool = Mempool()
    var journal = Journal()
    try journal.load(into: &pool, from: chain)
    var replay = Replay(genesis)
    var transactions: UInt64 = 0
    while replay.tip.header.height < chain.height {
      let height = replay.tip.nextHeight
      guard let block = try reader.completeBlock(at: height) else { break }
      let accepted = try replay.advance(by: block)
      try checkPlaces(accepted, reader)
      transactions += UInt64(accepted.outcomes.count)
      progress(height)
    }
    if replay.tip.header.height == chain.height {
      guard replay.tip.hash == chain.tip.hash, replay.tip.state == chain.tip.state else {
        throw .inconsistent("the stored state is not what the stored blocks lead to")
      }
    }
    return Report(
      height: chain.height.value, headerHash: chain.tip.hash, stateRoot: chain.tip.header.stateRoot,
      replayedHeight: replay.tip.header.height.value,
      transactions: transactions, waiting: pool.count)
  }

  private static func checkPlaces(_ accepted: AcceptedBlock, _ reader: ChainReader) throws(NodeFailure) {
    let height = accepted.block.header.height
    for (index, (transaction, outcome)) in zip(accepted.block.transactions, accepted.outcomes).enumerated() {
      guard try reader.place(of: transaction.identifier) == StoredPlace(height: height, index: UInt32(index), outcome: outcome.code) else {
        throw .inconsistent("transaction \(transaction.identifier) is not where block \(height) has it")
      }
    }
  }
}

/// A chain in memory that only moves forward.
private struct Replay {
  var tip: ChainTip
  private var tree = StateTreeMemory()
  private var tokenizers = TokenizerShelf()

  init(_ genesis: Genesis) {
    tip = ChainTip(genesis: genesis)
    do {
      tree.apply(try StateTree(reader: tree, version: nil).updated(by: tip.state.entries.treeChanges, version: 0))
    } catch {
      preconditionFailure("an update of an empty tree reads no node")
    }
  }

  mutating func advance(by block: UnverifiedBlock) throws(NodeFailure) -> AcceptedBlock {
    let height = tip.nextHeight
    do {
      let verified = try VerifiedBlock(block, genesis: tip.genesis)
      let executed = try BlockExecutor.execute(verified, on: tip, tokenizers: tokenizers)
      let update = try StateTree(reader: tree, version: tip.header.height.value).updated(
        by: executed.changes.treeChanges, version: height.value)
      let accepted = try executed.accepted(stateRoot: update.root)
      tree.apply(update)
      tree.prune(update.staleNodes)
      tokenizers = try tokenizers.with(accepted)
      tip.advance(by: accepted)
      return accepted
    } catch {
      throw .inconsistent("block \(height) is not valid on the one before: \(error)")
    }
  }
}
