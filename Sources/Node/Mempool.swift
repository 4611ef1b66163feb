import Bytes
import Ledger
import NodeInterface

/// A transaction that waits, with its blob.
struct PooledTransaction: Sendable {
  let candidate: Candidate
  /// The order of arrival, which is also the key in the journal.
  let arrival: UInt64
  /// The height of the chain on arrival.
  let height: Height

  var transaction: VerifiedTransaction { candidate.transaction }

  var blob: [UInt8]? { candidate.blob }

  /// What the transaction takes up in a block, in bytes.
  var byteCount: Int { transaction.encoding.count + (blob?.count ?? 0) }

  /// Whether this one pays more for a byte than another; of equals, the earlier goes first.
  func goesBefore(_ other: PooledTransaction) -> Bool {
    let ours = transaction.body.fee.units.multipliedFullWidth(by: UInt64(other.byteCount))
    let theirs = other.transaction.body.fee.units.multipliedFullWidth(by: UInt64(byteCount))
    guard ours == theirs else { return (ours.high, ours.low) > (theirs.high, theirs.low) }
    return arrival < other.arrival
  }
}

/// Transactions that wait for a block. What was taken in is never thrown out for another sender's: a full pool refuses. It leaves when
/// it stands in a block, when its sender replaces it, uses its nonce or can no longer pay for it, or when it expires. Disputes have
/// room of their own.
public struct Mempool: Sendable {
  /// How much may wait.
  public struct Limits: Hashable, Sendable {
    /// Transactions that are not disputes.
    public var transactions = 16_384
    /// The bytes of those, with their blobs.
    public var bytes = 256 << 20
    /// Disputes.
    public var disputes = 4096
    /// The bytes of disputes.
    public var disputeBytes = 128 << 20
    /// How far a nonce may be ahead of the sender's nonce on the chain.
    public var nonceGap: UInt64 = 1024
    /// After how many blocks a transaction whose turn has not come is forgotten.
    public var expiryBlocks: UInt64 = 100_000

    /// The defaults.
    public init() {}
  }

  private struct Usage {
    var count = 0
    var bytes = 0
  }

  /// How much may wait.
  public let limits: Limits
  private var bySender: [AccountIdentifier: [UInt64: PooledTransaction]] = [:]
  private var places: [Digest: (sender: AccountIdentifier, nonce: UInt64)] = [:]
  private var ordinary = Usage()
  private var disputes = Usage()

  /// Makes an empty pool.
  public init(limits: Limits = Limits()) { self.limits = limits }

  /// How many transactions wait.
  public var count: Int { ordinary.count + disputes.count }

  /// The bytes of all that wait.
  public var byteCount: Int { ordinary.bytes + disputes.bytes }

  /// Whether the transaction waits.
  public func contains(_ id: Digest) -> Bool { places[id] != nil }

  /// The nonce that follows on the sender's waiting transactions without a gap.
  public func nextNonce(of sender: AccountIdentifier, account: Account) -> UInt64 {
    guard let waiting = bySender[sender] else { return account.nonce }
    var nonce = account.nonce
    while waiting[nonce] != nil { nonce += 1 }
    return nonce
  }

  /// Says why a transaction cannot wait here, or returns the one of the same sender and nonce that it would replace.
  func check(_ pooled: PooledTransaction, account: Account, parameters: Parameters) throws(NodeError) -> PooledTransaction? {
    let transaction = pooled.transaction
    let body = transaction.body
    do throws(Inadmissible) {
      try transaction.checkAdmissible(blobBytes: pooled.blob?.count, account: account, parameters: parameters)
    } catch {
      guard error == .nonceAhead else { throw .inadmissible(code: error.rawValue, reason: error.description) }
      // Its turn may come: the fee is what can be looked at now.
      guard body.nonce < .max, body.nonce - account.nonce < limits.nonceGap else {
        throw .inadmissible(code: error.rawValue, reason: "the nonce is too far ahead of \(account.nonce)")
      }
      guard body.fee >= transaction.requiredFee(blobBytes: pooled.blob?.count ?? 0, parameters: parameters) else {
        throw .inadmissible(code: Inadmissible.feeTooLow.rawValue, reason: Inadmissible.feeTooLow.description)
      }
    }
    let waiting = bySender[transaction.sender] ?? [:]
    let replaced = waiting[body.nonce]
    if let replaced, !pays(body.fee, moreThan: replaced.transaction.body.fee) {
      throw .poolFull("nonce \(body.nonce) waits already with fee \(replaced.transaction.body.fee); a replacement pays an eighth more")
    }
    try checkFees(of: waiting, adding: pooled, account: account)
    try checkRoom(for: pooled, instead: replaced)
    return replaced
  }

  private func pays(_ fee: Amount, moreThan old: Amount) -> Bool {
    let (least, overflow) = old.units.addingReportingOverflow(max(1, old.units / 8))
    return !overflow && fee.units >= least
  }

  /// A sender's waiting transactions must be able to pay their fees together.
  private func checkFees(
    of waiting: [UInt64: PooledTransaction], adding pooled: PooledTransaction, account: Account
  ) throws(NodeError) {
    var sum = pooled.transaction.body.fee
    for (nonce, other) in waiting where nonce != pooled.transaction.body.nonce {
      sum = sum.adding(other.transaction.body.fee) ?? Amount(.max)
    }
    guard sum <= account.balance else {
      let reason = Inadmissible.balanceBelowFee
      throw .inadmissible(code: reason.rawValue, reason: "the fees of the sender's waiting transactions exceed its balance")
    }
  }

  private func checkRoom(for pooled: PooledTransaction, instead replaced: PooledTransaction?) throws(NodeError) {
    let isDispute = pooled.transaction.body.payload.isDispute
    let usage = isDispute ? disputes : ordinary
    let freed = replaced.map { $0.transaction.body.payload.isDispute == isDispute } == true ? replaced : nil
    let count = usage.count + 1 - (freed == nil ? 0 : 1)
    let bytes = usage.bytes + pooled.byteCount - (freed?.byteCount ?? 0)
    guard count <= (isDispute ? limits.disputes : limits.transactions) else { throw .poolFull("\(usage.count) transactions wait") }
    guard bytes <= (isDispute ? limits.disputeBytes : limits.bytes) else { throw .poolFull("\(usage.bytes) bytes wait") }
  }

  /// Takes in a transaction that was checked; one with the same sender and nonce goes.
  mutating func insert(_ pooled: PooledTransaction) {
    let (sender, nonce) = (pooled.transaction.sender, pooled.transaction.body.nonce)
    remove(sender: sender, nonce: nonce)
    bySender[sender, default: [:]][nonce] = pooled
    places[pooled.transaction.identifier] = (sender, nonce)
    count(pooled, 1)
  }

  /// The waiting transactions whose nonce a block has used up.
  func settled(by transactions: [VerifiedTransaction]) -> [PooledTransaction] {
    var last: [AccountIdentifier: UInt64] = [:]
    for transaction in transactions { last[transaction.sender] = transaction.body.nonce }
    return last.flatMap { sender, nonce in (bySender[sender] ?? [:]).values.filter { $0.transaction.body.nonce <= nonce } }
  }

  /// A waiting transaction and those of its sender that can only follow on it.
  func withFollowers(_ id: Digest) -> [PooledTransaction] {
    guard let place = places[id] else { return [] }
    return (bySender[place.sender] ?? [:]).values.filter { $0.transaction.body.nonce >= place.nonce }
  }

  /// The waiting transactions that arrived before `height`.
  func arrived(before height: Height) -> [PooledTransaction] {
    bySender.values.flatMap(\.values).filter { $0.height < height }
  }

  /// Takes out one transaction.
  @discardableResult
  mutating func remove(_ id: Digest) -> PooledTransaction? {
    guard let place = places[id] else { return nil }
    return remove(sender: place.sender, nonce: place.nonce)
  }

  @discardableResult
  private mutating func remove(sender: AccountIdentifier, nonce: UInt64) -> PooledTransaction? {
    guard let removed = bySender[sender]?.removeValue(forKey: nonce) else { return nil }
    if bySender[sender]?.isEmpty == true { bySender[sender] = nil }
    places[removed.transaction.identifier] = nil
    count(removed, -1)
    return removed
  }

  private mutating func count(_ pooled: PooledTransaction, _ sign: Int) {
    if pooled.transaction.body.payload.isDispute {
      disputes.count += sign
      disputes.bytes += sign * pooled.byteCount
    } else {
      ordinary.count += sign
      ordinary.bytes += sign * pooled.byteCount
    }
  }

  /// The waiting transactions that could stand in a block now, the best first: each sender's in order of nonce, the senders by what
  /// they pay for a byte.
  func candidates(nonce: (AccountIdentifier) -> UInt64) -> [PooledTransaction] {
    var heads: [PooledTransaction] = []
    for (sender, waiting) in bySender {
      if let head = waiting[nonce(sender)] { heads.append(head) }
    }
    var queue = FeeQueue(heads)
    var chosen: [PooledTransaction] = []
    while let best = queue.pop() {
      chosen.append(best)
      let (sender, nonce) = (best.transaction.sender, best.transaction.body.nonce)
      if nonce < .max, let next = bySender[sender]?[nonce + 1] { queue.push(next) }
    }
    return chosen
  }
}

/// A heap of transactions, the one that pays most for a byte on top.
private struct FeeQueue {
  private var heap: [PooledTransaction] = []

  init(_ elements: [PooledTransaction]) {
    for element in elements { push(element) }
  }

  mutating func push(_ element: PooledTransaction) {
    heap.append(element)
    var child = heap.count - 1
    while child > 0, heap[child].goesBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> PooledTransaction? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return top }
    heap[0] = last
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
      guard let best = children.min(by: { heap[$0].goesBefore(heap[$1]) }), heap[best].goesBefore(heap[parent]) else { return top }
      heap.swapAt(best, parent)
      parent = best
    }
  }
}
