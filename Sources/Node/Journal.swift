import Bytes
import Cryptography
import Ledger
import NodeInterface
import Store

/// The pool on the disk: a transaction is acknowledged once its journal entry is synced. Entries that arrive while the disk is busy
/// share the next write.
struct Journal {
  private var pending = Batch()
  private var taken: [CheckedContinuation<NodeFailure?, Never>] = []
  private var waiting: [CheckedContinuation<NodeFailure?, Never>] = []
  private var nextArrival: UInt64 = 0
  /// Whether a write has been asked for and has not begun.
  var isScheduled = false

  /// Whether everything is on the disk.
  var isFlushed: Bool { pending.isEmpty }

  /// The number of the next arrival.
  mutating func arrival() -> UInt64 {
    defer { nextArrival += 1 }
    return nextArrival
  }

  /// Notes a transaction that was taken in, and the one that it replaces.
  mutating func add(_ pooled: PooledTransaction, _ submission: [UInt8], replacing replaced: PooledTransaction?) {
    pending.put(ChainKey.pool(pooled.arrival), submission)
    if let replaced { pending.delete(ChainKey.pool(replaced.arrival)) }
  }

  /// Lets a caller wait until what is pending is on the disk.
  mutating func wait(_ continuation: CheckedContinuation<NodeFailure?, Never>) { waiting.append(continuation) }

  /// Hands out what is pending, to be written now.
  mutating func takePending() -> Batch {
    defer { pending = Batch() }
    taken += waiting
    waiting = []
    return pending
  }

  /// Tells those who wait for the write how it went.
  mutating func finishWrite(_ failure: NodeFailure?) {
    for continuation in taken { continuation.resume(returning: failure) }
    taken = []
  }

  /// Puts back into the pool what waited when the node stopped, in order of arrival.
  mutating func load(into pool: inout Mempool, from chain: Chain) throws(NodeFailure) {
    for entry in try chain.reader.entries(ChainKey.Kind.pool.prefix) {
      let arrival = ChainKey.number(endOf: entry.key)
      nextArrival = arrival + 1
      let submission: Submission = try chain.reader.decoded(entry.value, "journal entry \(arrival)")
      let candidate: Candidate
      do throws(Inadmissible) {
        candidate = try Candidate(VerifiedTransaction(decoding: submission.transaction, chain: chain.genesis.root), blob: submission.blob)
      } catch {
        throw .inconsistent("journal entry \(arrival): \(error)")
      }
      pool.insert(PooledTransaction(candidate: candidate, arrival: arrival, height: chain.height))
    }
  }
}
