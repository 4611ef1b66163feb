import Bytes
import Cryptography
import Ledger
import Merkle
import Store

/// The chain as a node holds it: the newest state in memory, everything on the disk. A change is computed, written as one synced batch,
/// and only then assigned; so memory never runs ahead of the disk.
struct Chain: Sendable {
  /// What is kept, and for how long.
  struct Retention: Hashable, Sendable {
    /// How many blocks the versions of the state tree stay readable; at least 1.
    var stateBlocks: UInt64 = 1024
    /// How many blocks after the window blobs other than tokenizers stay; nil: for ever.
    var blobBlocks: UInt64?
    /// How many bytes of tokenizers' encodings stay in memory.
    var tokenizerBytes = TokenizerShelf.byteLimit
  }

  let store: any KeyValueStore
  let retention: Retention
  /// The newest block and the state after it.
  private(set) var tip: ChainTip
  /// The header hashes of all blocks up to the tip.
  private(set) var history: StoredTree
  /// The ids of all claims by the height at which they were posted, then by id.
  private(set) var claims: [Digest]
  /// The tokenizers of registered models.
  let tokenizers: TokenizerShelf
  /// The greatest height whose header a quorum attests.
  private(set) var finalHeight: Height

  init(
    store: any KeyValueStore, retention: Retention, tip: ChainTip, history: StoredTree, claims: [Digest], finalHeight: Height
  ) {
    self.store = store
    self.retention = retention
    self.tip = tip
    self.history = history
    self.claims = claims
    tokenizers = TokenizerShelf(ChainReader(store: store), byteLimit: retention.tokenizerBytes)
    self.finalHeight = finalHeight
  }

  var reader: ChainReader { ChainReader(store: store) }

  var genesis: Genesis { tip.genesis }

  var height: Height { tip.header.height }

  /// What the state tree has to write for changes of the state after the tip.
  func treeUpdate(_ changes: [EntryChange]) throws(NodeFailure) -> StateTreeUpdate {
    do throws(StateTreeFailure<StoreFailure>) {
      let tree = StateTree(reader: StoredNodes(store: store), version: height.value)
      return try tree.updated(by: changes.treeChanges, version: tip.nextHeight.value)
    } catch {
      throw NodeFailure(error)
    }
  }

  /// Makes an accepted block the tip: on the disk first. `own` is this node's attestation, `also` travels in the same batch.
  mutating func commit(
    _ accepted: AcceptedBlock, _ update: StateTreeUpdate, own: Attestation? = nil, also: Batch = Batch()
  ) throws(NodeFailure) {
    let others = accepted.block.attestations.filter { $0.validator != own?.validator }
    let attestations = others + (own.map { [$0] } ?? [])
    var batch = also
    for attestation in attestations { batch.put(ChainKey.attestation(tip.nextHeight, attestation.validator), attestation.encoded) }
    try stage(accepted, update, in: &batch)
    do throws(StoreFailure) { try store.write(batch, .synced) } catch { throw .store(error) }

    // The disk has it; nothing below can fail.
    tip.advance(by: accepted)
    history.append(leafHash: MerkleTree.leafHash(accepted.block.hash.bytes))
    claims += accepted.postedClaims.sorted()
    if genesis.isQuorum(attestations) { finalHeight = height }
  }

  /// Notes that a quorum attests a height.
  mutating func noteFinal(_ height: Height) { finalHeight = max(finalHeight, height) }

  private func stage(_ accepted: AcceptedBlock, _ update: StateTreeUpdate, in batch: inout Batch) throws(NodeFailure) {
    let block = accepted.block
    let height = block.header.height
    batch.put(ChainKey.header(height), block.header.encoded)
    batch.put(ChainKey.body(height), StoredBody(transactions: block.transactions.map(\.encoding), blobs: block.blobs.map(\.digest)).encoded)
    for blob in block.blobs {
      batch.put(ChainKey.blob(blob.digest), blob.bytes)
      batch.put(ChainKey.blobUse(blob.digest), height.encoded)
    }
    for (index, (transaction, outcome)) in zip(block.transactions, accepted.outcomes).enumerated() {
      let place = StoredPlace(height: height, index: UInt32(index), outcome: outcome.code)
      batch.put(ChainKey.transaction(transaction.identifier), place.encoded)
    }
    batch.put(accepted.changes)
    batch.put(update, at: height)
    batch.put(ChainKey.meta, ChainMeta(schema: ChainMeta.currentSchema, chain: genesis.root, tip: height, tipHash: block.hash).encoded)
    try prune(at: height, in: &batch)
  }

  /// Deletes what is no longer kept once the block at `height` stands.
  private func prune(at height: Height, in batch: inout Batch) throws(NodeFailure) {
    if height.value > retention.stateBlocks {
      let old = Height(height.value - retention.stateBlocks)
      if let stale = try reader.read(ChainKey.stale(old)) {
        let keys: StaleNodes = try reader.decoded(stale, "the stale nodes of height \(old)")
        for key in keys.storageKeys { batch.delete(ChainKey.Kind.node.prefix + key) }
        batch.delete(ChainKey.stale(old))
      }
    }
    guard let blobBlocks = retention.blobBlocks else { return }
    let kept = genesis.parameters.longestClaimBlocks + blobBlocks
    guard height.value > kept else { return }
    let old = Height(height.value - kept)
    let kinds = Set(tip.state.models.values.map(\.tokenizer))
    for digest in try reader.block(at: old).body.blobs where !kinds.contains(digest) {
      guard try reader.read(ChainKey.blobUse(digest)) == old.encoded else { continue }
      batch.delete(ChainKey.blob(digest))
      batch.delete(ChainKey.blobUse(digest))
    }
  }
}

extension AcceptedBlock {
  /// The ids of the claims that the block posts.
  var postedClaims: [Digest] {
    zip(block.transactions, outcomes).compactMap { transaction, outcome in
      guard outcome == .accepted, case .postClaim = transaction.body.payload else { return nil }
      return Claim.identifier(provider: transaction.sender, nonce: transaction.body.nonce)
    }
  }
}

extension Batch {
  /// Writes changed entries of the state.
  mutating func put(_ changes: [EntryChange]) {
    for change in changes {
      if let entry = change.entry { put(ChainKey.entry(change.key), entry.encoded) } else { delete(ChainKey.entry(change.key)) }
    }
  }

  /// Writes the new nodes of the state tree, and notes which ones became stale.
  mutating func put(_ update: StateTreeUpdate, at height: Height) {
    for node in update.newNodes { put(ChainKey.node(node.key), node.bytes) }
    put(ChainKey.stale(height), StaleNodes(storageKeys: update.staleNodes.map(\.storageKey)).encoded)
  }
}

/// The storage keys of nodes that a version made stale.
struct StaleNodes: CanonicallyCodable {
  /// Far above what a block can touch: it only keeps a damaged count from being believed.
  private static let limit = 1 << 24

  var storageKeys: [[UInt8]]

  init(storageKeys: [[UInt8]]) { self.storageKeys = storageKeys }

  init(from reader: inout ByteReader) throws(DecodingRejection) {
    storageKeys = try reader.readList(atMost: StaleNodes.limit) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readCounted(atMost: 128)
    }
  }

  func encode(to writer: inout ByteWriter) { writer.writeList(storageKeys) { $0.writeCounted($1) } }
}
