import Dispatch
import Inference

/// Runs one replay at a time, in the order in which they were asked for, however many claims are looked at: a replay takes the processor and
/// the memory of a whole model, while a provider that is slow to answer takes nothing.
struct ReplayQueue: Sendable {
  private let queue = DispatchQueue(label: "probity.replays", qos: .userInitiated)

  /// Runs `body` in its turn, off the threads of the concurrency runtime, which must not be held for seconds.
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws(RunRejection) -> Value) async -> Result<Value, RunRejection> {
    await withCheckedContinuation { continuation in
      queue.async {
        do throws(RunRejection) { continuation.resume(returning: .success(try body())) } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
  }
}
