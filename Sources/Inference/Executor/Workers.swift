import Dispatch
import Synchronization
import Tensors

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

  /// Runs `body` once, with a team that stands ready until it returns.
  func withTeam(_ body: (WorkerTeam) -> Void) {
    let team = WorkerTeam(count: count)
    guard count > 1 else { return body(team) }
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: count) { index in
        // Iteration 0 is the first to be begun, so a helper never waits for a leader that does not come.
        guard index == 0 else { return team.help() }
        body(team)
        team.dismiss()
      }
    }
  }
}

/// Threads that wait for short pieces of work without sleeping: a token has hundreds of them, and waking a thread takes longer than many.
///
/// The leader offers a round of parts and takes parts itself, as helpers do; it never waits for a part that no thread has begun.
final class WorkerTeam: @unchecked Sendable {
  /// The parts of a round.
  let count: Int

  /// The number of the round, and in the low 8 bits the next part that nobody has taken.
  private let ticket = Atomic<Int>(WorkerTeam.noParts)
  /// Parts of the round that have ended.
  private let ended = Atomic<Int>(0)
  /// What the round runs. Written between rounds only: while a part is taken and has not ended, it stays.
  private var body: (Int) -> Void = { _ in }

  private static let noParts = 255
  private static let dismissed = -1

  init(count: Int) { self.count = count }

  /// Runs `body` once for each part and returns when all have ended. Bodies write to disjoint memory.
  func run(_ body: (Int) -> Void) {
    guard count > 1 else { return body(0) }
    withoutActuallyEscaping(body) { body in
      self.body = body
      ended.store(0, ordering: .relaxed)
      let round = (ticket.load(ordering: .relaxed) >> 8) + 1
      ticket.store(round << 8, ordering: .releasing)
      while takePart() {}
      var turns = 0
      while ended.load(ordering: .acquiring) < count {
        SpinHint.relax(turn: turns)
        turns += 1
      }
      self.body = { _ in }
    }
  }

  /// Whether there are rows enough for each worker to take some.
  func splitsRows(_ rows: Int) -> Bool { rows >= 2 * count }

  /// A worker's share of `total` rows or chunks.
  func part(of total: Int, for worker: Int) -> Range<Int> { total * worker / count..<total * (worker + 1) / count }

  /// Runs `body` over tiles that cover `rows` times `chunks`: split by rows where there are many, else by chunks.
  func forEachTile(rows: Int, chunks: Int, _ body: (_ worker: Int, _ rows: Range<Int>, _ chunks: Range<Int>) -> Void) {
    let splitsRows = splitsRows(rows)
    run { worker in
      let part = part(of: splitsRows ? rows : chunks, for: worker)
      guard !part.isEmpty else { return }
      body(worker, splitsRows ? part : 0..<rows, splitsRows ? 0..<chunks : part)
    }
  }

  /// Takes parts until the leader dismisses the team.
  fileprivate func help() {
    var turns = 0
    while ticket.load(ordering: .relaxed) != WorkerTeam.dismissed {
      if takePart() {
        turns = 0
      } else {
        SpinHint.relax(turn: turns)
        turns += 1
      }
    }
  }

  fileprivate func dismiss() { ticket.store(WorkerTeam.dismissed, ordering: .releasing) }

  /// Takes and runs the next part; false if there is none.
  private func takePart() -> Bool {
    let seen = ticket.load(ordering: .relaxed)
    let part = seen & 255
    guard seen != WorkerTeam.dismissed, part < count else { return false }
    // Only the taker of a part of the current round succeeds, and the round lasts until that part has ended.
    guard ticket.compareExchange(expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing).exchanged else { return true }
    body(part)
    ended.add(1, ordering: .releasing)
    return true
  }
}
