import Bytes
import Inference
import Ledger
import Node
import NodeInterface
import Store
import Synchronization
import TestSupport
import Testing

/// A store that counts how often one value is read.
private final class CountingStore: KeyValueStore {
  private let base = MemoryStore()
  private let counts = Mutex<[[UInt8]: Int]>([:])

  /// How often a value was read so far.
  func reads(of value: [UInt8]) -> Int { counts.withLock { $0[value] ?? 0 } }

  func write(_ batch: Store.Batch, _ durability: Durability) throws(StoreFailure) { try base.write(batch, durability) }

  func value(_ key: [UInt8]) throws(StoreFailure) -> [UInt8]? {
    let value = try base.value(key)
    if let value { counts.withLock { $0[value, default: 0] += 1 } }
    return value
  }

  func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: ([UInt8], [UInt8]) -> Bool
  ) throws(StoreFailure) { try base.scan(prefix: prefix, from: start, descending: descending, visit) }

  func snapshot() throws(StoreFailure) -> any ReadableStore { try base.snapshot() }
}

@Suite("The tokenizers of a node")
struct TokenizerTests {
  private let fixture = NodeFixture()
  private let variants = [TokenizerVariant(0), TokenizerVariant(1)]

  /// Judges proofs against two models, in three blocks: the first, the second, the first again.
  /// - Returns: how often the tokenizer of each was read from the store for that.
  private func reads(tokenizerBytes: Int) async throws -> [Int] {
    let store = CountingStore()
    var configuration = Node.Configuration()
    configuration.tokenizerBytes = tokenizerBytes
    let chain = fixture.chain
    func add(_ transactions: [TestTransaction], to node: Node) async throws -> [UInt16?] {
      var ids: [Digest] = []
      for transaction in transactions {
        let submission = Submission(transaction: transaction.transaction.encoded, blob: transaction.blob)
        ids.append(try await node.submit(submission, wait: .accepted).id)
      }
      _ = try await node.produceBlock()
      var outcomes: [UInt16?] = []
      for id in ids { outcomes.append(try await node.transaction(id).inclusion?.outcome) }
      return outcomes
    }
    let batches = variants.map { $0.batch(client: TestChain.key("alice")) }
    let registering = try fixture.node(store, configuration)
    let registrations = variants.enumerated().map { nonce, variant in
      chain.transaction(.registerModel(variant.registration), from: "alice", blob: variant.tokenizer, nonce: UInt64(nonce))
    }
    #expect(try await add(registrations, to: registering) == [0, 0])
    let postings = batches.enumerated().map { nonce, batch in
      chain.transaction(.postClaim(PostClaim(batch)), from: "provider", blob: batch.encoded, nonce: UInt64(nonce))
    }
    #expect(try await add(postings, to: registering) == [0, 0])

    // A node that was just opened has looked at every tokenizer, and holds none.
    let node = try fixture.node(store, configuration)
    let before = variants.map { store.reads(of: $0.tokenizer) }
    for (nonce, model) in [0, 1, 0].enumerated() {
      let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: UInt64(model))
      let proof = FraudProof(claim: claim, batch: batches[model], index: 0, kind: .binding, evidence: [Binding.input.rawValue])
      let outcome = try await add([chain.transaction(.fraudProof(proof), from: "challenger", nonce: UInt64(nonce))], to: node)
      #expect(outcome == [Refusal.proofShowsNoFraud.rawValue])
    }
    return zip(variants, before).map { store.reads(of: $0.tokenizer) - $1 }
  }

  @Test("Those used last stay in memory up to a number of bytes; others are read again [BLOCK-7]")
  func shelf() async throws {
    #expect(try await reads(tokenizerBytes: 1 << 20) == [1, 1])
    #expect(try await reads(tokenizerBytes: variants[0].tokenizer.count) == [2, 1])
    #expect(try await reads(tokenizerBytes: 0) == [2, 1])
  }

  @Test("A tokenizer that is damaged on the disk stops the node with that reason [BLOCK-7]")
  func damaged() async throws {
    let store = MemoryStore()
    let node = try fixture.node(store)
    _ = try await node.submit(fixture.registration, wait: .accepted)
    _ = try await node.produceBlock()
    let tokenizer = TinyModel.header.tokenizer.encoded
    let damaged = try #require(store.contents.first { $0.value == tokenizer }).key
    var batch = Store.Batch()
    batch.put(damaged, tokenizer.dropLast() + [1])
    try store.write(batch, .synced)
    let reason = "the tokenizer \(Digest.hash(tokenizer)) of model \(TinyModel.commitment.modelRoot) is damaged"
    #expect(throws: NodeFailure.inconsistent(reason)) { try fixture.node(store) }
  }
}
