import Bytes

/// Where the nodes of a state tree are stored. Only reading: an update returns what is to be written.
public protocol StateTreeReader: Sendable {
  /// What can go wrong in the store; `Never` for one in memory.
  associatedtype Failure: Error

  /// The bytes stored under a key, or nil when there are none. A store that cannot tell MUST throw.
  func node(at key: StateNodeKey) throws(Failure) -> [UInt8]?
}

/// What stops the state tree: always the store's fault, never a client's.
public enum StateTreeFailure<StoreFailure: Error>: Error {
  /// The store could not read.
  case store(StoreFailure)
  /// A node that must exist does not: it was pruned, or the store lost it.
  case missingNode(StateNodeKey)
  /// A node's bytes are no node.
  case damagedNode(StateNodeKey, DecodingRejection)
}

/// One change of the state.
public struct StateChange: Hashable, Sendable {
  /// The most bytes that a value may have. `[JMT-1]`
  public static let maximumValueBytes = 1 << 24

  /// The hash of the key.
  public let keyHash: Digest

  /// The new value, or nil to delete the pair.
  public let value: [UInt8]?

  /// Makes a change.
  /// - Precondition: the value has at most 2^24 bytes.
  public init(keyHash: Digest, value: [UInt8]?) {
    precondition((value?.count ?? 0) <= StateChange.maximumValueBytes)
    self.keyHash = keyHash
    self.value = value
  }
}

/// What an update of the state tree writes: one atomic batch of the store.
public struct StateTreeUpdate: Hashable, Sendable {
  /// The version that the update makes.
  public let version: UInt64

  /// The root of that version. `[JMT-1]`
  public let root: Digest

  /// Nodes to write: a deterministic order, children before their parent.
  public let newNodes: [NewNode]

  /// Nodes that this version and all later ones no longer reach: to be deleted once no earlier version is wanted.
  public let staleNodes: [StateNodeKey]

  /// A node and its bytes.
  public struct NewNode: Hashable, Sendable {
    /// Where to store the node.
    public let key: StateNodeKey
    /// The node's canonical encoding.
    public let bytes: [UInt8]
  }
}
