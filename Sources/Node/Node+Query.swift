import Bytes
import Cryptography
import Inference
import Ledger
import LightVerification
import Merkle
import NodeInterface
import Store

extension Node: NodeAPI {
  /// The most seconds that a caller may wait for a block.
  static let longestWaitSeconds: UInt32 = 30

  public func status() async throws(NodeError) -> NodeStatus {
    let header = chain.tip.header
    return NodeStatus(
      chain: genesis.root, network: String(decoding: genesis.name, as: UTF8.self), role: upstream == nil ? .sequencer : .follower,
      height: header.height.value, headerHash: chain.tip.hash, stateRoot: header.stateRoot, timeMilliseconds: header.time,
      finalHeight: chain.finalHeight.value, poolTransactions: pool.count, poolBytes: pool.byteCount,
      executorVersion: ExecutorVersion.current,
      halted: halted?.description)
  }

  public func genesis() async throws(NodeError) -> Genesis { genesis }

  public func transaction(_ id: Digest) async throws(NodeError) -> TransactionStatus {
    if let place = try place(of: id) { return TransactionStatus(id: id, inclusion: place) }
    guard pool.contains(id) else { throw .notFound("transaction \(id)") }
    return TransactionStatus(id: id, inclusion: nil)
  }

  public func block(at height: Height, waitingUpTo seconds: UInt32) async throws(NodeError) -> [UInt8] {
    await waitFor(.height(height), seconds: min(seconds, Node.longestWaitSeconds))
    try checkExists(height)
    guard let block = try answered({ () throws(NodeFailure) in try chain.reader.completeBlock(at: height) }) else {
      throw .pruned("the blobs of block \(height)")
    }
    return block.encoded
  }

  public func header(at height: Height) async throws(NodeError) -> Header {
    try checkExists(height)
    return try answered { () throws(NodeFailure) in try chain.reader.header(at: height) }
  }

  public func blocks(before cursor: UInt64?, limit: Int) async throws(NodeError) -> Page<BlockSummary> {
    try checkLimit(limit)
    let end = min(cursor ?? .max, chain.height.value + 1)
    let start = end - min(end, UInt64(limit))
    var items: [BlockSummary] = []
    for height in (start..<end).reversed() {
      items.append(
        try answered { () throws(NodeFailure) in
          let block = try chain.reader.block(at: Height(height))
          return BlockSummary(
            header: block.header, hash: block.header.hash, transactions: block.body.transactions.count,
            attestations: block.attestations.count)
        })
    }
    return Page(items: items, next: start > 0 ? start : nil)
  }

  public func attestations(at height: Height) async throws(NodeError) -> [Attestation] {
    try checkExists(height)
    return try answered { () throws(NodeFailure) in try chain.reader.attestations(at: height) }
  }

  public func attest(_ attestation: Attestation, at height: Height) async throws(NodeError) {
    if let halted { throw .halted(halted.description) }
    try checkExists(height)
    let reader = chain.reader
    let (header, known) = try answered { () throws(NodeFailure) in (try reader.header(at: height), try reader.attestations(at: height)) }
    guard !known.contains(where: { $0.validator == attestation.validator }) else { return }
    guard height > .genesis else { throw .attestationRefused("the genesis block has no attestations") }
    do throws(AttestationRejection) {
      try genesis.check([attestation], of: header.hash)
    } catch {
      throw .attestationRefused("\(error)")
    }
    try answered { () throws(NodeFailure) in
      var batch = Batch()
      batch.put(ChainKey.attestation(height, attestation.validator), attestation.encoded)
      do throws(StoreFailure) { try store.write(batch, .buffered) } catch { throw .store(error) }
    }
    if genesis.isQuorum(known + [attestation]) { chain.noteFinal(height) }
  }

  public func account(_ identifier: AccountIdentifier) async throws(NodeError) -> AccountView {
    let account = chain.tip.state.account(identifier)
    return AccountView(
      key: Digest(identifier.bytes) ?? .zero, account: account, nextNonce: pool.nextNonce(of: identifier, account: account),
      height: chain.height)
  }

  public func claim(_ id: Digest) async throws(NodeError) -> ClaimView {
    guard let claim = chain.tip.state.claims[id] else { throw .notFound("claim \(id)") }
    return ClaimView(id: id, claim: claim)
  }

  public func claims(_ query: ClaimQuery) async throws(NodeError) -> Page<ClaimView> {
    try checkLimit(query.limit)
    var items: [ClaimView] = []
    var place = Int(min(query.cursor ?? .max, UInt64(chain.claims.count)))
    while place > 0, items.count < query.limit {
      place -= 1
      let id = chain.claims[place]
      guard let claim = chain.tip.state.claims[id], query.matches(claim) else { continue }
      items.append(ClaimView(id: id, claim: claim))
    }
    return Page(items: items, next: place > 0 ? UInt64(place) : nil)
  }

  public func models() async throws(NodeError) -> [ModelView] {
    let models = chain.tip.state.models
    return models.keys.sorted().compactMap { root in models[root].map { ModelView(root: root, model: $0) } }
  }

  public func model(_ root: Digest) async throws(NodeError) -> RegisteredModel {
    guard let model = chain.tip.state.models[root] else { throw .notFound("model \(root)") }
    return model
  }

  public func blob(_ digest: Digest) async throws(NodeError) -> [UInt8] {
    guard let bytes = try answered({ () throws(NodeFailure) in try chain.reader.blob(digest) }) else { throw .notFound("blob \(digest)") }
    return bytes
  }

  public func stateProof(_ key: StateKey, at height: Height?) async throws(NodeError) -> StateProofAnswer {
    let height = height ?? chain.height
    try checkExists(height)
    guard chain.keepsState(at: height) else { throw .pruned("the state after block \(height)") }
    return try answered { () throws(NodeFailure) in try chain.stateProof(key, at: height) }
  }

  public func receipt(claim id: Digest, record index: UInt32) async throws(NodeError) -> [UInt8] {
    guard let claim = chain.tip.state.claims[id] else { throw .notFound("claim \(id)") }
    guard index < claim.recordCount else { throw .notFound("record \(index) of a claim of \(claim.recordCount)") }
    let receipt = try answered { () throws(NodeFailure) in try chain.receipt(id, claim, record: Int(index)) }
    guard let receipt else { throw .pruned("the records of claim \(id)") }
    return receipt.encoded
  }

  public func events() async throws(NodeError) -> AsyncStream<NodeEvent> {
    if let halted { throw .halted(halted.description) }
    let stream = events.subscribe { number in Task { await self.unsubscribe(number) } }
    guard let stream else { throw .unavailable("too many subscribers") }
    return stream
  }

  private func unsubscribe(_ number: UInt64) { events.remove(number) }

  private func checkExists(_ height: Height) throws(NodeError) {
    guard height <= chain.height else { throw .notFound("block \(height): the newest is \(chain.height)") }
  }

  private func checkLimit(_ limit: Int) throws(NodeError) {
    guard (1...ClaimQuery.maximumLimit).contains(limit) else { throw .malformed("limit must be in 1...\(ClaimQuery.maximumLimit)") }
  }
}
