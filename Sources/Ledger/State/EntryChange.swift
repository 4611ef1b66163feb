import Bytes
import Cryptography
import Merkle

extension HashTag {
  /// The key of an entry in the state tree. `[LED-2]`
  static let stateKey = HashTag("probity/state-key")
}

extension StateKey {
  /// The key of the entry in the state tree. `[LED-2]`
  public var treeKey: Digest { Digest.hash(tag: .stateKey, of: self) }
}

/// One changed entry of the state: the new value, or nil where the entry is gone.
public struct EntryChange: Hashable, Sendable {
  /// Which entry.
  public let key: StateKey
  /// Its value after the change.
  public let entry: StateEntry?

  /// Makes a change.
  public init(key: StateKey, entry: StateEntry?) {
    self.key = key
    self.entry = entry
  }

  /// The change as the state tree takes it.
  public var treeChange: StateChange { StateChange(keyHash: key.treeKey, value: entry?.encoded) }
}

extension Sequence<EntryChange> {
  /// The changes as the state tree takes them, by ascending tree key. `[JMT-1]`
  public var treeChanges: [StateChange] { map(\.treeChange).sorted { $0.keyHash < $1.keyHash } }
}
