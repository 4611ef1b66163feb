import Bytes
import Ledger
import Merkle
import Store

/// Follows a replay and knows which nodes of the state tree the store must hold: those of the newest version, and those that became
/// stale at a height whose list of stale nodes is kept.
struct StoredNodesAudit {
  private let reader: ChainReader
  private var expected: [[UInt8]: [UInt8]] = [:]
  private var keepsLists = false

  init(_ reader: ChainReader) { self.reader = reader }

  /// Takes what the block at `height` did to the tree. Its list of stale nodes must be the stored one, which may be missing only below
  /// the first that is kept; that of the genesis block, which is empty, is always kept.
  mutating func follow(_ update: StateTreeUpdate, at height: Height) throws(NodeFailure) {
    for node in update.newNodes { expected[node.key.storageKey] = node.bytes }
    let stale = StaleNodes(storageKeys: update.staleNodes.map(\.storageKey))
    guard let stored = try reader.read(ChainKey.stale(height)) else {
      guard !keepsLists, height > .genesis else { throw .inconsistent("the list of the stale nodes of height \(height) is gone") }
      for key in stale.storageKeys { expected[key] = nil }
      return
    }
    keepsLists = height > .genesis
    guard stored == stale.encoded else { throw .inconsistent("the list of the stale nodes of height \(height) is another") }
  }

  /// Compares the stored nodes with those that must be there once the newest block was followed.
  consuming func finish() throws(NodeFailure) {
    var missing = expected
    var foreign: [UInt8]?
    do throws(StoreFailure) {
      try reader.store.scan(prefix: ChainKey.Kind.node.prefix) { key, value in
        let storageKey = Array(key.dropFirst())
        if missing.removeValue(forKey: storageKey) != value { foreign = storageKey }
        return foreign == nil
      }
    } catch {
      throw .store(error)
    }
    if let foreign { throw .inconsistent("the state tree's node \(foreign.hex) is not one that the blocks lead to") }
    guard let first = missing.keys.min(by: { $0.lexicographicallyPrecedes($1) }) else { return }
    throw .inconsistent("\(missing.count) nodes of the state tree are gone, the first is \(first.hex)")
  }
}
