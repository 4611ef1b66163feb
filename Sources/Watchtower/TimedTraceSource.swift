import Bytes
import NodeInterface
import Synchronization

/// The traces of one provider for the review of one claim, read in a bounded time: when that is used up, or a read outlasts what is left of it,
/// the provider is unreachable. A source that ignores that it is cancelled is left behind.
final class TimedTraceSource: TraceSource {
  private let source: any TraceSource
  private let remaining: Mutex<Duration>

  /// Bounds a source.
  /// - Parameter budget: the time for all reads together.
  init(_ source: any TraceSource, budget: Duration) {
    self.source = source
    remaining = Mutex(budget)
  }

  func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest] {
    try await inTime { [source] () throws(TraceFailure) in try await source.segmentRoots(claim: claim, record: record) }
  }

  func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest] {
    try await inTime { [source] () throws(TraceFailure) in
      try await source.leafHashes(claim: claim, record: record, segment: segment)
    }
  }

  private func inTime<Value: Sendable>(_ read: @escaping @Sendable () async throws(TraceFailure) -> Value) async throws(TraceFailure)
    -> Value
  {
    let budget = remaining.withLock { $0 }
    guard budget > .zero, !Task.isCancelled else { throw .unreachable }
    let start = ContinuousClock.now
    let first = FirstResult<Value>()
    let reading = Task {
      do throws(TraceFailure) { first.settle(.success(try await read())) } catch { first.settle(.failure(error)) }
    }
    let timer = Task { [self] in
      guard (try? await Task.sleep(for: budget)) != nil else { return }
      remaining.withLock { $0 = .zero }
      first.settle(.failure(.unreachable))
    }
    let result = await withTaskCancellationHandler {
      await first.value
    } onCancel: {
      first.settle(.failure(.unreachable))
    }
    reading.cancel()
    timer.cancel()
    remaining.withLock { $0 -= ContinuousClock.now - start }
    return try result.get()
  }
}

/// The first of several results; later ones are dropped.
private final class FirstResult<Value: Sendable>: Sendable {
  private enum State {
    case open(CheckedContinuation<Result<Value, TraceFailure>, Never>?)
    case settled(Result<Value, TraceFailure>)
  }

  private let state = Mutex(State.open(nil))

  /// Waits for the first result; one caller may wait.
  var value: Result<Value, TraceFailure> {
    get async {
      await withCheckedContinuation { continuation in
        let settled: Result<Value, TraceFailure>? = state.withLock { state in
          if case .settled(let result) = state { return result }
          state = .open(continuation)
          return nil
        }
        if let settled { continuation.resume(returning: settled) }
      }
    }
  }

  func settle(_ result: Result<Value, TraceFailure>) {
    let waiting: CheckedContinuation<Result<Value, TraceFailure>, Never>? = state.withLock { state in
      guard case .open(let continuation) = state else { return nil }
      state = .settled(result)
      return continuation
    }
    waiting?.resume(returning: result)
  }
}
