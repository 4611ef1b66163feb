import Dispatch
import Synchronization

/// One thread of its own with a short queue before it: heavy work neither stands in an actor's way nor piles up.
final class SerialWorker: Sendable {
  private let queue: DispatchQueue
  private let places: Int
  private let taken = Mutex(0)

  /// Makes a worker.
  /// - Parameter places: how many pieces of work there may be at one time, the one that runs and those that wait.
  init(name: String, places: Int) {
    queue = DispatchQueue(label: name)
    self.places = places
  }

  /// Takes one of the places, for one call of `run`; false when all are taken.
  func reserve() -> Bool {
    taken.withLock { taken in
      guard taken < places else { return false }
      taken += 1
      return true
    }
  }

  /// Runs `body` in its turn and gives back the place.
  /// - Precondition: the caller has reserved the place.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      queue.async {
        let value = body()
        self.taken.withLock { $0 -= 1 }
        continuation.resume(returning: value)
      }
    }
  }
}
