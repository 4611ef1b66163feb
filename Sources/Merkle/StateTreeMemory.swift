/// The nodes of a state tree in memory: for tests, simulations and states that fit.
public struct StateTreeMemory: StateTreeReader {
  private var nodes: [StateNodeKey: [UInt8]] = [:]

  /// Makes an empty store.
  public init() {}

  /// How many nodes are stored.
  public var count: Int { nodes.count }

  public func node(at key: StateNodeKey) throws(Never) -> [UInt8]? { nodes[key] }

  /// Writes the new nodes of an update; stale ones stay until `prune`.
  public mutating func apply(_ update: StateTreeUpdate) {
    for node in update.newNodes { nodes[node.key] = node.bytes }
  }

  /// Deletes nodes that no version still wanted reaches.
  public mutating func prune(_ staleNodes: [StateNodeKey]) {
    for key in staleNodes { nodes[key] = nil }
  }
}
