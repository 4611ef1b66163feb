import Foundation

/// Where a node gets the time from.
public protocol NodeClock: Sendable {
  /// Milliseconds since 1970-01-01 UTC.
  func now() -> UInt64

  /// Waits; throws only when the task is cancelled.
  func sleep(milliseconds: UInt64) async throws(CancellationError)
}

/// The machine's clock.
public struct SystemClock: NodeClock {
  /// Makes a clock.
  public init() {}

  public func now() -> UInt64 { UInt64(max(0, Date().timeIntervalSince1970 * 1000)) }

  public func sleep(milliseconds: UInt64) async throws(CancellationError) {
    do {
      try await Task.sleep(nanoseconds: milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue)
    } catch {
      throw CancellationError()
    }
  }
}
