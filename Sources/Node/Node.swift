import Bytes
import Cryptography
import Ledger
import Logging
import Merkle
import NodeInterface
import Store

/// A node: holds the chain, takes transactions in, makes blocks or follows those of another node, and answers questions.
///
/// The actor is a shell around values: each change is computed, written to the store as one synced batch, and only then assigned.
public actor Node {
  /// Sizes and switches.
  public struct Configuration: Hashable, Sendable {
    /// How much may wait.
    public var pool = Mempool.Limits()
    /// How many blocks the versions of the state stay readable.
    public var stateBlocks: UInt64 = 1024
    /// How many blocks after the window the blobs of claims are kept; nil: for ever, so that others can replay the chain from its start.
    public var blobBlocks: UInt64?
    /// How many bytes of tokenizers' encodings stay in memory; others are read again when they are needed.
    public var tokenizerBytes = 2 * LedgerLimits.tokenizerBytes
    /// Whether a block is made at once when a transaction comes, and not only after the interval.
    public var producesAtOnce = false
    /// How many events a subscriber may lag behind.
    public var bufferedEvents = 1024
    /// How many subscribers and waiting callers there may be, each.
    public var waiterLimit = 4096

    /// The defaults.
    public init() {}
  }

  /// The network.
  public nonisolated let genesis: Genesis
  nonisolated let store: any KeyValueStore
  let configuration: Configuration
  let clock: any NodeClock
  let random: any RandomBytes
  let key: PrivateKey?
  let upstream: (any NodeAPI)?
  let log: Logger

  var chain: Chain
  var pool: Mempool
  var journal = Journal()
  var events: EventHub
  var waiters: Waiters
  var halted: NodeFailure?
  /// What wakes the loop of `run`.
  let signals: (stream: AsyncStream<Signal>, continuation: AsyncStream<Signal>.Continuation)

  /// Why the loop of `run` wakes.
  enum Signal: Sendable {
    case interval
    case transaction
    case halted
  }

  /// Opens the chain that the store holds, or begins it.
  /// - Parameters:
  ///   - key: The validator's key with which the node signs; nil: it only follows.
  ///   - upstream: The node that is followed, to which transactions are handed on; nil: this node makes the blocks.
  public init(
    store: any KeyValueStore, genesis: Genesis, key: PrivateKey?, upstream: (any NodeAPI)? = nil,
    configuration: Configuration = Configuration(),
    clock: any NodeClock = SystemClock(), random: any RandomBytes = SystemRandomBytes(), log: Logger = Logger(label: "probity.node")
  ) throws(NodeFailure) {
    if let key, genesis.validator(AccountIdentifier(key.publicKey)) == nil { throw .notAValidator(key.publicKey.xCoordinate.hex) }
    guard key != nil || upstream != nil else { throw .notAValidator("a node without a key") }
    self.genesis = genesis
    self.store = store
    self.key = key
    self.upstream = upstream
    self.configuration = configuration
    self.clock = clock
    self.random = random
    self.log = log
    let retention = Chain.Retention(
      stateBlocks: max(1, configuration.stateBlocks), blobBlocks: configuration.blobBlocks, tokenizerBytes: configuration.tokenizerBytes)
    chain = try Chain(opening: store, genesis: genesis, retention: retention)
    pool = Mempool(limits: configuration.pool)
    try journal.load(into: &pool, from: chain)
    events = EventHub(bufferedEvents: configuration.bufferedEvents, subscribers: configuration.waiterLimit)
    waiters = Waiters(limit: configuration.waiterLimit)
    signals = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Makes blocks until the task is cancelled or the node fails: one at each interval, also an empty one, so that windows elapse.
  /// A node that follows makes none; it only waits here for its own failure.
  public func run() async throws(NodeFailure) {
    let interval = genesis.parameters.blockIntervalMilliseconds
    let ticker = Task { [clock, signals] in
      while (try? await clock.sleep(milliseconds: interval)) != nil { signals.continuation.yield(.interval) }
    }
    defer { ticker.cancel() }
    for await signal in signals.stream {
      if let halted { throw halted }
      guard upstream == nil, signal != .halted else { continue }
      try produceBlock()
    }
  }

  /// Makes the next block out of what waits.
  @discardableResult
  public func produceBlock() throws(NodeFailure) -> Header {
    if let halted { throw halted }
    guard let key, upstream == nil else { throw .notAValidator("a node that follows") }
    let candidates = pool.candidates { chain.tip.state.account($0).nonce }
    let time = chain.tip.nextTime(clock: clock.now())
    // The tip is not kept in a local: a second owner of its state would make the commit copy it.
    let proposal = BlockBuilder.propose(
      candidates.map(\.candidate), on: chain.tip, time: time, proposer: AccountIdentifier(key.publicKey), tokenizers: chain.tokenizers)
    var gone = pool.settled(by: proposal.transactions)
    for (id, reason) in proposal.leftOut {
      guard case .inadmissible(let reason) = reason, reason != .nonceAhead else { continue }
      log.info("forgetting a transaction", metadata: ["id": "\(id)", "reason": "\(reason)"])
      gone += pool.withFollowers(id)
    }
    do throws(NodeFailure) {
      let update = try chain.treeUpdate(proposal.changes)
      try commit(proposal.sealed(stateRoot: update.root, by: key, random: random), update, own: nil, gone: gone)
    } catch {
      halt(error)
      throw error
    }
    return chain.tip.header
  }

  /// Executes a block of the node that is followed, and attests it if this node is a validator.
  /// - Returns: this node's attestation.
  @discardableResult
  public func extend(by block: VerifiedBlock) throws(NodeFailure) -> Attestation? {
    if let halted { throw halted }
    do throws(NodeFailure) {
      let (accepted, update) = try accepted(block)
      let own = key.map { Attestation(header: block.hash, by: $0, random: random) }
      try commit(accepted, update, own: own, gone: pool.settled(by: block.transactions))
      return own
    } catch {
      halt(error)
      throw error
    }
  }

  private func accepted(_ block: VerifiedBlock) throws(NodeFailure) -> (AcceptedBlock, StateTreeUpdate) {
    let executed: ExecutedBlock
    do throws(ExecutionError) {
      executed = try BlockExecutor.execute(block, on: chain.tip, tokenizers: chain.tokenizers)
    } catch {
      switch error {
      case .rejected(let reason): throw .diverged(height: block.header.height, reason: reason.description)
      case .missingTokenizer(let digest):
        throw chain.tokenizers.failure ?? .inconsistent("the tokenizer \(digest) of a registered model is gone")
      }
    }
    let update = try chain.treeUpdate(executed.changes)
    do throws(BlockRejection) {
      return (try executed.accepted(stateRoot: update.root), update)
    } catch {
      throw .diverged(height: block.header.height, reason: error.description)
    }
  }

  /// Writes a block with the journal's changes, then tells everyone who waits.
  private func commit(
    _ accepted: AcceptedBlock, _ update: StateTreeUpdate, own: Attestation?, gone: [PooledTransaction]
  ) throws(NodeFailure) {
    var gone = gone
    let height = accepted.block.header.height
    if height.value.isMultiple(of: 64), height.value > pool.limits.expiryBlocks {
      gone += pool.arrived(before: Height(height.value - pool.limits.expiryBlocks))
    }
    var also = journal.takePending()
    for pooled in gone { also.delete(ChainKey.pool(pooled.arrival)) }
    do throws(NodeFailure) {
      try chain.commit(accepted, update, own: own, also: also)
    } catch {
      journal.finishWrite(error)
      throw error
    }
    journal.finishWrite(nil)
    for pooled in gone { pool.remove(pooled.transaction.identifier) }
    announce(accepted)
  }

  private func announce(_ accepted: AcceptedBlock) {
    let block = accepted.block
    waiters.wake(height: block.header.height, transactions: block.transactions)
    let attestations = block.attestations.count
    events.publish(
      .block(BlockSummary(header: block.header, hash: block.hash, transactions: block.transactions.count, attestations: attestations)))
    for change in accepted.changes {
      guard case .claim(let id) = change.key, case .claim(let claim)? = change.entry else { continue }
      events.publish(.claim(ClaimView(id: id, claim: claim)))
    }
  }

  /// Stops the node: nothing is taken in or changed any more, and everyone who waits is told.
  func halt(_ failure: NodeFailure) {
    guard halted == nil else { return }
    log.critical("the node stops", metadata: ["reason": "\(failure)"])
    halted = failure
    _ = journal.takePending()
    journal.finishWrite(failure)
    waiters.wakeAll()
    events.finish()
    signals.continuation.yield(.halted)
  }
}
