/// Changes that are written together or not at all, applied in the order in which they were added.
public struct Batch: Sendable {
  /// One change.
  public enum Change: Hashable, Sendable {
    /// Sets the value of a key.
    case put(key: [UInt8], value: [UInt8])
    /// Removes a key; a key that is not there is no error.
    case delete(key: [UInt8])
  }

  /// The changes, oldest first.
  public private(set) var changes: [Change] = []

  /// The bytes of all keys and values.
  public private(set) var byteCount = 0

  /// Makes an empty batch.
  public init() {}

  /// Whether nothing would change.
  public var isEmpty: Bool { changes.isEmpty }

  /// Sets the value of a key.
  public mutating func put(_ key: [UInt8], _ value: [UInt8]) {
    changes.append(.put(key: key, value: value))
    byteCount += key.count + value.count
  }

  /// Removes a key.
  public mutating func delete(_ key: [UInt8]) {
    changes.append(.delete(key: key))
    byteCount += key.count
  }

  /// Adds the changes of another batch after those of this one.
  public mutating func append(_ other: Batch) {
    changes += other.changes
    byteCount += other.byteCount
  }
}
