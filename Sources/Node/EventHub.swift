import NodeInterface

/// Hands events to subscribers. Each has a bounded buffer; one that is too slow loses events and is told so.
struct EventHub {
  private struct Subscriber {
    let continuation: AsyncStream<NodeEvent>.Continuation
    var hasMissed = false

    mutating func hand(_ event: NodeEvent) {
      if hasMissed {
        guard case .enqueued = continuation.yield(.missed) else { return }
        hasMissed = false
      }
      if case .dropped = continuation.yield(event) { hasMissed = true }
    }
  }

  private let bufferedEvents: Int
  private let limit: Int
  private var subscribers: [UInt64: Subscriber] = [:]
  private var next: UInt64 = 0

  init(bufferedEvents: Int, subscribers limit: Int) {
    self.bufferedEvents = bufferedEvents
    self.limit = limit
  }

  /// Adds a subscriber, or returns nil if there are too many. `onEnd` is called with its number once nobody reads any more.
  mutating func subscribe(onEnd: @escaping @Sendable (UInt64) -> Void) -> AsyncStream<NodeEvent>? {
    guard subscribers.count < limit else { return nil }
    let number = next
    next += 1
    let (stream, continuation) = AsyncStream.makeStream(of: NodeEvent.self, bufferingPolicy: .bufferingOldest(bufferedEvents))
    continuation.onTermination = { _ in onEnd(number) }
    subscribers[number] = Subscriber(continuation: continuation)
    return stream
  }

  /// Forgets a subscriber.
  mutating func remove(_ number: UInt64) { subscribers[number] = nil }

  /// Hands an event to all subscribers, in the order in which they came.
  mutating func publish(_ event: NodeEvent) {
    for number in subscribers.keys.sorted() {
      guard var subscriber = subscribers[number] else { continue }
      subscriber.hand(event)
      subscribers[number] = subscriber
    }
  }

  /// Ends all streams.
  mutating func finish() {
    for subscriber in subscribers.values { subscriber.continuation.finish() }
    subscribers = [:]
  }
}
