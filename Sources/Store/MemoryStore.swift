import Synchronization

/// A store in memory, with the semantics of `Database`: for tests and for networks that may forget.
public final class MemoryStore: KeyValueStore {
  private let entries: Mutex<[[UInt8]: [UInt8]]>

  /// Makes an empty store.
  public init() { entries = Mutex([:]) }

  /// Everything the store holds.
  public var contents: [[UInt8]: [UInt8]] { entries.withLock { $0 } }

  public func value(_ key: [UInt8]) throws(StoreFailure) -> [UInt8]? { entries.withLock { $0[key] } }

  public func write(_ batch: Batch, _ durability: Durability) throws(StoreFailure) {
    entries.withLock { entries in
      for change in batch.changes {
        switch change {
        case .put(let key, let value): entries[key] = value
        case .delete(let key): entries[key] = nil
        }
      }
    }
  }

  public func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: ([UInt8], [UInt8]) -> Bool
  ) throws(StoreFailure) {
    MemorySnapshot(entries: contents).visit(prefix: prefix, from: start, descending: descending, visit)
  }

  public func snapshot() throws(StoreFailure) -> any ReadableStore { MemorySnapshot(entries: contents) }
}

/// A copy of a memory store.
private struct MemorySnapshot: ReadableStore {
  let entries: [[UInt8]: [UInt8]]

  func value(_ key: [UInt8]) throws(StoreFailure) -> [UInt8]? { entries[key] }

  func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: ([UInt8], [UInt8]) -> Bool
  ) throws(StoreFailure) {
    self.visit(prefix: prefix, from: start, descending: descending, visit)
  }

  func visit(prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: ([UInt8], [UInt8]) -> Bool) {
    var keys = entries.keys.filter { $0.starts(with: prefix) }
    if let start {
      keys = keys.filter { descending ? !start.lexicographicallyPrecedes($0) : !$0.lexicographicallyPrecedes(start) }
    }
    keys.sort { descending ? $1.lexicographicallyPrecedes($0) : $0.lexicographicallyPrecedes($1) }
    for key in keys {
      guard let value = entries[key], visit(key, value) else { return }
    }
  }
}
