import Bytes
import Ledger

/// Callers that wait for something to happen on the chain.
struct Waiters {
  /// What a caller waits for.
  enum Condition: Hashable {
    /// The block at a height.
    case height(Height)
    /// A transaction in a block.
    case transaction(Digest)
  }

  private let limit: Int
  private var waiting: [UInt64: (condition: Condition, continuation: CheckedContinuation<Void, Never>)] = [:]
  private var next: UInt64 = 0

  init(limit: Int) { self.limit = limit }

  /// The number for one more caller, or nil if too many wait.
  mutating func number() -> UInt64? {
    guard waiting.count < limit else { return nil }
    next += 1
    return next
  }

  /// Lets a caller wait under its number.
  mutating func add(_ number: UInt64, _ condition: Condition, _ continuation: CheckedContinuation<Void, Never>) {
    waiting[number] = (condition, continuation)
  }

  /// Wakes one caller, if it still waits.
  mutating func wake(_ number: UInt64) { waiting.removeValue(forKey: number)?.continuation.resume() }

  /// Wakes those whose condition a block at `height` with `transactions` fulfils.
  mutating func wake(height: Height, transactions: [VerifiedTransaction]) {
    let included = Set(transactions.map(\.identifier))
    for (number, entry) in waiting {
      switch entry.condition {
      case .height(let wanted) where wanted <= height: wake(number)
      case .transaction(let id) where included.contains(id): wake(number)
      case .height, .transaction: break
      }
    }
  }

  /// Wakes all.
  mutating func wakeAll() {
    for number in waiting.keys { wake(number) }
  }
}
