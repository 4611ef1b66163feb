import Bytes
import Cryptography
import Ledger
import Merkle
import Store

extension Chain {
  /// Opens what the store holds and checks that it fits together; an empty store gets the genesis block.
  ///
  /// Checked: the layout, the network, that every header names its parent, that the header hashes give the history root, that the
  /// entries of the state obey the ledger's invariants and have the state root of the newest header, and that the stored state tree has
  /// it too. A mismatch stops with its reason.
  init(opening store: any KeyValueStore, genesis: Genesis, retention: Retention = Retention()) throws(NodeFailure) {
    let reader = ChainReader(store: store)
    guard let meta = try reader.meta() else {
      try Chain.checkEmpty(store)
      self = try Chain.created(store, genesis, retention)
      return
    }
    guard meta.schema == ChainMeta.currentSchema else { throw .schema(found: meta.schema, expected: ChainMeta.currentSchema) }
    guard meta.chain == genesis.root else { throw .anotherChain(found: meta.chain.hex, expected: genesis.root.hex) }
    let (header, history) = try Chain.headers(reader, genesis, meta)
    let state = try Chain.state(reader, header)
    var before = TreeBuilder()
    for leafHash in history.leafHashes.dropLast() { before.append(leafHash: leafHash) }
    guard let tip = ChainTip(genesis: genesis, header: header, state: state, history: before) else {
      throw .inconsistent("the newest header's history root is not that of the headers before it, or the supply is not the genesis's")
    }
    for root in state.models.keys.sorted() {
      guard let digest = state.models[root]?.tokenizer else { continue }
      guard let bytes = try reader.blob(digest) else { throw .inconsistent("the tokenizer \(digest) of model \(root) is gone") }
      guard Digest.hash(bytes) == digest else { throw .inconsistent("the tokenizer \(digest) of model \(root) is damaged") }
    }
    self.init(
      store: store, retention: retention, tip: tip, history: history, claims: Chain.claimOrder(state),
      finalHeight: try Chain.newestFinal(reader, genesis, header.height))
    let treeRoot: Digest
    do throws(StateTreeFailure<StoreFailure>) {
      treeRoot = try StateTree(reader: StoredNodes(store: store), version: header.height.value).root()
    } catch {
      throw NodeFailure(error)
    }
    guard treeRoot == header.stateRoot else {
      throw .stateRootMismatch(height: header.height, stored: treeRoot.hex, header: header.stateRoot.hex)
    }
  }

  /// A store without meta must be empty altogether: else its heart is lost.
  private static func checkEmpty(_ store: any KeyValueStore) throws(NodeFailure) {
    var isEmpty = true
    do throws(StoreFailure) {
      try store.scan(prefix: []) { _, _ in
        isEmpty = false
        return false
      }
    } catch {
      throw .store(error)
    }
    guard isEmpty else { throw .inconsistent("there is content, but no word of what it is") }
  }

  private static func created(_ store: any KeyValueStore, _ genesis: Genesis, _ retention: Retention) throws(NodeFailure) -> Chain {
    let tip = ChainTip(genesis: genesis)
    let update: StateTreeUpdate
    do throws(StateTreeFailure<StoreFailure>) {
      update = try StateTree(reader: StoredNodes(store: store), version: nil).updated(by: tip.state.entries.treeChanges, version: 0)
    } catch {
      throw NodeFailure(error)
    }
    var batch = Batch()
    batch.put(ChainKey.header(.genesis), tip.header.encoded)
    batch.put(ChainKey.body(.genesis), StoredBody(transactions: [], blobs: []).encoded)
    batch.put(tip.state.entries)
    batch.put(update, at: .genesis)
    let meta = ChainMeta(schema: ChainMeta.currentSchema, chain: genesis.root, tip: .genesis, tipHash: tip.hash)
    batch.put(ChainKey.meta, meta.encoded)
    do throws(StoreFailure) { try store.write(batch, .synced) } catch { throw .store(error) }
    return Chain(
      store: store, retention: retention, tip: tip, history: StoredTree(leafHashes: [MerkleTree.leafHash(tip.hash.bytes)]), claims: [],
      finalHeight: .genesis)
  }

  /// Walks all headers from the genesis block to the tip.
  private static func headers(
    _ reader: ChainReader, _ genesis: Genesis, _ meta: ChainMeta
  ) throws(NodeFailure) -> (tip: Header, history: StoredTree) {
    var header = try reader.header(at: .genesis)
    guard header == genesis.header else { throw .inconsistent("the header at height 0 is not the genesis block's") }
    var hash = header.hash
    var leafHashes = [MerkleTree.leafHash(hash.bytes)]
    var height = Height.genesis
    while height < meta.tip {
      guard let next = height.adding(1) else { break }
      let child = try reader.header(at: next)
      guard child.height == next, child.parent == hash, child.chain == genesis.root else {
        throw .inconsistent("the header at height \(next) does not follow the one before")
      }
      (height, header, hash) = (next, child, child.hash)
      leafHashes.append(MerkleTree.leafHash(hash.bytes))
    }
    guard hash == meta.tipHash else { throw .inconsistent("the newest header is not the one that was acknowledged") }
    return (header, StoredTree(leafHashes: leafHashes))
  }

  /// Loads the entries, and computes their root anew.
  private static func state(_ reader: ChainReader, _ header: Header) throws(NodeFailure) -> State {
    let pairs = try reader.entries(ChainKey.Kind.entry.prefix).map { (key: Array($0.key.dropFirst()), value: $0.value) }
    let state: State
    do throws(StateRejection) {
      state = try State(pairs: pairs)
    } catch {
      throw .inconsistent("the stored entries are no state: \(error)")
    }
    let root = state.root
    guard root == header.stateRoot else { throw .stateRootMismatch(height: header.height, stored: root.hex, header: header.stateRoot.hex) }
    return state
  }

  private static func claimOrder(_ state: State) -> [Digest] {
    state.claims.map { ($0.value.posted, $0.key) }.sorted { $0 < $1 }.map(\.1)
  }

  private static func newestFinal(_ reader: ChainReader, _ genesis: Genesis, _ tip: Height) throws(NodeFailure) -> Height {
    var height = tip
    while let previous = height.previous {
      if genesis.isQuorum(try reader.attestations(at: height)) { return height }
      height = previous
    }
    return .genesis
  }
}

extension State {
  /// The root of the state, computed from nothing but its entries. `[BLOCK-3]`
  var root: Digest {
    do {
      return try StateTree(reader: StateTreeMemory(), version: nil).updated(by: entries.treeChanges, version: 0).root
    } catch {
      preconditionFailure("an update of an empty tree reads no node")
    }
  }
}
