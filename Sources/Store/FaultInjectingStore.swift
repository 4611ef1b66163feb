import Synchronization

/// A store whose writes fail on command: for tests of what a caller does when the disk lets it down.
public final class FaultInjectingStore: KeyValueStore {
  /// What a failing write leaves behind.
  public enum Fault: Hashable, Sendable, CaseIterable {
    /// Nothing was written.
    case lost
    /// Everything was written, but the caller is told that the write failed.
    case unacknowledged
  }

  private struct State {
    var writes = 0
    var failing: (write: Int, fault: Fault)?
  }

  private let base: any KeyValueStore
  private let state = Mutex(State())

  /// Wraps a store; no write fails until `fail(write:_:)` is called.
  public init(_ base: any KeyValueStore) { self.base = base }

  /// How many writes were attempted.
  public var writes: Int { state.withLock { $0.writes } }

  /// Makes write number `write` (counted from 0, over the life of this store) and all later ones fail; later ones are lost.
  public func fail(write: Int, _ fault: Fault) { state.withLock { $0.failing = (write, fault) } }

  public func write(_ batch: Batch, _ durability: Durability) throws(StoreFailure) {
    let fault: Fault? = state.withLock { state in
      defer { state.writes += 1 }
      guard let failing = state.failing, state.writes >= failing.write else { return nil }
      return state.writes == failing.write ? failing.fault : .lost
    }
    switch fault {
    case nil: try base.write(batch, durability)
    case .lost: throw .io("injected: the write was lost")
    case .unacknowledged:
      try base.write(batch, durability)
      throw .io("injected: the write was not acknowledged")
    }
  }

  public func value(_ key: [UInt8]) throws(StoreFailure) -> [UInt8]? { try base.value(key) }

  public func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: ([UInt8], [UInt8]) -> Bool
  ) throws(StoreFailure) {
    try base.scan(prefix: prefix, from: start, descending: descending, visit)
  }

  public func snapshot() throws(StoreFailure) -> any ReadableStore { try base.snapshot() }
}
