import Bytes
import Ledger
import Merkle
import Store

/// The nodes of the state tree, as the chain's store holds them.
struct StoredNodes: StateTreeReader {
  let store: any ReadableStore

  func node(at key: StateNodeKey) throws(StoreFailure) -> [UInt8]? { try store.value(ChainKey.node(key)) }
}

extension NodeFailure {
  /// What stopped the state tree. A node that must be there and is not means that the store is damaged.
  init(_ failure: StateTreeFailure<StoreFailure>) {
    switch failure {
    case .store(let failure): self = .store(failure)
    case .missingNode(let key): self = .inconsistent("the state tree's node \(key.storageKey.hex) is gone")
    case .damagedNode(let key, let reason): self = .inconsistent("the state tree's node \(key.storageKey.hex) is damaged: \(reason)")
    }
  }
}
