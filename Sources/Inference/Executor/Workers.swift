import Dispatch

/// Splits work over threads. What is computed never depends on how it was split. `[TRACE-3]`
public struct Workers: Sendable {
  /// How many parts run at once.
  public let count: Int

  /// Everything on the calling thread.
  public static let one = Workers(count: 1)

  /// Makes workers.
  /// - Precondition: the count is 1...64.
  public init(count: Int) {
    precondition((1...64).contains(count))
    self.count = count
  }

  /// Runs `body` once for each worker and returns when all have ended. Bodies write to disjoint memory.
  func run(_ body: (Int) -> Void) {
    guard count > 1 else { return body(0) }
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: count) { body($0) }
    }
  }

  /// Runs `body` over tiles that cover `rows` times `chunks`: split by rows where there are many, else by chunks.
  func forEachTile(rows: Int, chunks: Int, _ body: (_ worker: Int, _ rows: Range<Int>, _ chunks: Range<Int>) -> Void) {
    let splitsRows = rows >= 2 * count
    let total = splitsRows ? rows : chunks
    run { worker in
      let part = total * worker / count..<total * (worker + 1) / count
      guard !part.isEmpty else { return }
      body(worker, splitsRows ? part : 0..<rows, splitsRows ? 0..<chunks : part)
    }
  }
}
