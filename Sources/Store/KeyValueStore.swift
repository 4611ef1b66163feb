/// How much a write survives once it has returned.
public enum Durability: Hashable, Sendable {
  /// It survives a power failure: the bytes were synced to the disk.
  case synced
  /// It survives the death of the process, not of the machine.
  case buffered
}

/// Reads from an ordered map from byte strings to byte strings.
public protocol ReadableStore: Sendable {
  /// The value of a key, or nil if the key is not there.
  func value(_ key: [UInt8]) throws(StoreFailure) -> [UInt8]?

  /// Visits the keys that begin with `prefix`, in ascending order from `start` (inclusive; nil: from the first), or in descending order
  /// from `start` (inclusive; nil: from the last). The visitor returns false to stop.
  func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: (_ key: [UInt8], _ value: [UInt8]) -> Bool
  ) throws(StoreFailure)
}

/// An ordered map whose batches are atomic. Two batches of one store never interleave.
public protocol KeyValueStore: ReadableStore {
  /// Applies all changes of a batch, or none.
  func write(_ batch: Batch, _ durability: Durability) throws(StoreFailure)

  /// What the store holds now, unaffected by later writes.
  func snapshot() throws(StoreFailure) -> any ReadableStore
}

extension ReadableStore {
  /// Visits all keys that begin with `prefix`, ascending. The visitor returns false to stop.
  public func scan(
    prefix: [UInt8], _ visit: (_ key: [UInt8], _ value: [UInt8]) -> Bool
  ) throws(StoreFailure) {
    try scan(prefix: prefix, from: nil, descending: false, visit)
  }

  /// The entries whose keys begin with `prefix`, ascending: at most `limit` of them.
  public func entries(prefix: [UInt8], atMost limit: Int = .max) throws(StoreFailure) -> [(key: [UInt8], value: [UInt8])] {
    var found: [(key: [UInt8], value: [UInt8])] = []
    guard limit > 0 else { return found }
    try scan(prefix: prefix) { key, value in
      found.append((key, value))
      return found.count < limit
    }
    return found
  }
}

/// The least byte string above every one that begins with `prefix`, or nil if there is none.
func upperBound(ofPrefix prefix: [UInt8]) -> [UInt8]? {
  var bound = prefix
  while let last = bound.popLast() {
    guard last == 255 else { return bound + [last + 1] }
  }
  return nil
}
