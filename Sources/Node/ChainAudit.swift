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
    var replay = try Replay(genesis, reader)
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
      try replay.nodes.finish()
      guard try count(reader, .transaction) == transactions else {
        throw .inconsistent("places of transactions are noted that stand in no block")
      }
    }
    try checkBlobs(reader, upTo: chain.height)
    return Report(
      height: chain.height.value, headerHash: chain.tip.hash, stateRoot: chain.tip.header.stateRoot,
      replayedHeight: replay.tip.header.height.value,
      transactions: transactions, waiting: pool.count)
  }

  /// Every blob that is stored must be the one of its name and be noted under the newest block that holds it; nothing else is noted.
  private static func checkBlobs(_ reader: ChainReader, upTo tip: Height) throws(NodeFailure) {
    var newest: [Digest: Height] = [:]
    var height: Height? = .genesis
    while let current = height, current <= tip {
      for digest in try reader.block(at: current).body.blobs { newest[digest] = current }
      height = current.adding(1)
    }
    var kept: UInt64 = 0
    for (digest, height) in newest.sorted(by: { $0.key < $1.key }) {
      let use = try reader.read(ChainKey.blobUse(digest))
      guard use == nil || use == height.encoded else { throw .inconsistent("blob \(digest) is not noted under block \(height)") }
      let blob = try reader.blob(digest)
      guard (blob == nil) == (use == nil) else { throw .inconsistent("blob \(digest) is kept without a note of it, or noted and gone") }
      guard let blob else { continue }
      guard Digest.hash(blob) == digest else { throw .inconsistent("blob \(digest) is damaged") }
      kept += 1
    }
    for kind in [ChainKey.Kind.blob, .blobUse] where try count(reader, kind) != kept {
      throw .inconsistent("there are blobs, or notes of them, that stand in no block")
    }
  }

  private static func count(_ reader: ChainReader, _ kind: ChainKey.Kind) throws(NodeFailure) -> UInt64 {
    var count: UInt64 = 0
    do throws(StoreFailure) {
      try reader.store.scan(prefix: kind.prefix) { _, _ in
        count += 1
        return true
      }
    } catch {
      throw .store(error)
    }
    return count
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
  var nodes: StoredNodesAudit
  private var tree = StateTreeMemory()
  private let tokenizers: TokenizerShelf

  init(_ genesis: Genesis, _ reader: ChainReader) throws(NodeFailure) {
    tokenizers = TokenizerShelf(reader)
    tip = ChainTip(genesis: genesis)
    nodes = StoredNodesAudit(reader)
    let update: StateTreeUpdate
    do {
      update = try StateTree(reader: tree, version: nil).updated(by: tip.state.entries.treeChanges, version: 0)
    } catch {
      preconditionFailure("an update of an empty tree reads no node")
    }
    tree.apply(update)
    try nodes.follow(update, at: .genesis)
  }

  mutating func advance(by block: UnverifiedBlock) throws(NodeFailure) -> AcceptedBlock {
    let height = tip.nextHeight
    let (accepted, update): (AcceptedBlock, StateTreeUpdate)
    do {
      let verified = try VerifiedBlock(block, genesis: tip.genesis)
      let executed = try BlockExecutor.execute(verified, on: tip, tokenizers: tokenizers)
      update = try StateTree(reader: tree, version: tip.header.height.value).updated(
        by: executed.changes.treeChanges, version: height.value)
      accepted = try executed.accepted(stateRoot: update.root)
    } catch {
      throw .inconsistent("block \(height) is not valid on the one before: \(error)")
    }
    tree.apply(update)
    tree.prune(update.staleNodes)
    tip.advance(by: accepted)
    try nodes.follow(update, at: height)
    return accepted
  }
}
