import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import TestSupport
import Testing

@Suite("What the proofs of broken bindings in a block may cost")
struct BindingLoadTests {
  /// The chain's next block with these transactions and blobs, whether or not it may hold them.
  private func rejection(_ transactions: [TestTransaction], on chain: TestChain) throws -> BlockRejection? {
    let empty = try chain.proposal([])
    let sealed = empty.sealed(stateRoot: .zero, by: chain.validators[0]).block.unverified
    let encodings = transactions.map(\.transaction.encoded)
    let blobs = transactions.compactMap(\.blob)
    let header = sealed.header.with(
      transactionRoot: UnverifiedBlock.transactionRoot(encodings), blobRoot: UnverifiedBlock.blobRoot(blobs.map { Digest.hash($0) }))
    let block = UnverifiedBlock(
      header: header, transactions: encodings, blobs: blobs,
      attestations: [Attestation(header: header.hash, by: chain.validators[0], random: NoRandomBytes())])
    do {
      let verified = try VerifiedBlock(block, genesis: chain.genesis)
      _ = try BlockExecutor.execute(verified, on: chain.tip, tokenizers: chain.tokenizers)
      return nil
    } catch let error as BlockRejection {
      return error
    } catch ExecutionError.rejected(let rejection) {
      return rejection
    }
  }

  @Test("Their records have together at most 2^20 bytes; other proofs may show more [BLOCK-5] [LIM-2]")
  func recordBytes() throws {
    let chain = TestChain()
    func proofs(_ kind: EvidenceKind, lastBytes: Int) -> [TestTransaction] {
      [1 << 19, 1 << 18, lastBytes].enumerated().map { nonce, count in
        let proof = FraudProof(
          claim: .zero, recordIndex: 0, record: [UInt8](repeating: 0, count: count), inclusion: InclusionProof(path: []), kind: kind,
          evidence: [0])
        return chain.transaction(.fraudProof(proof), from: "challenger", nonce: UInt64(nonce))
      }
    }
    #expect(try chain.proposal(proofs(.binding, lastBytes: 1 << 18)).leftOut.isEmpty)
    #expect(try chain.proposal(proofs(.binding, lastBytes: 1 << 18 + 1)).leftOut.map(\.reason) == [.full])
    #expect(try chain.proposal(proofs(.step, lastBytes: 1 << 19)).leftOut.isEmpty)
    #expect(try rejection(proofs(.binding, lastBytes: 1 << 18), on: chain) == nil)
    #expect(try rejection(proofs(.binding, lastBytes: 1 << 18 + 1), on: chain) == .size)
    #expect(try rejection(proofs(.step, lastBytes: 1 << 19), on: chain) == nil)
  }

  @Test("They need at most four tokenizers [BLOCK-5] [BLOCK-6]")
  func tokenizers() throws {
    var chain = TestChain()
    chain.tokenizers = TestTokenizers(isPresent: false)
    let client = TestChain.key("alice")
    var transactions: [TestTransaction] = []
    for number in 0..<5 as Range<UInt64> {
      let variant = TokenizerVariant(UInt32(number))
      let batch = variant.batch(client: client)
      let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: number)
      let proof = FraudProof(claim: claim, batch: batch, index: 0, kind: .binding, evidence: [Binding.input.rawValue])
      transactions += [
        chain.transaction(.registerModel(variant.registration), from: "alice", blob: variant.tokenizer, nonce: number),
        chain.transaction(.postClaim(PostClaim(batch)), from: "provider", blob: batch.encoded, nonce: number),
        chain.transaction(.fraudProof(proof), from: "challenger", nonce: number),
        chain.transaction(.fraudProof(proof), from: "bob", nonce: number),
      ]
    }
    let proposal = try chain.proposal(transactions)
    let judged: [Outcome] = [.accepted, .accepted, .refused(.proofShowsNoFraud), .refused(.proofShowsNoFraud)]
    #expect(proposal.outcomes == Array(repeating: judged, count: 4).flatMap { $0 } + judged.prefix(2))
    #expect(proposal.leftOut.map(\.reason) == [.full, .full])
    #expect(try rejection(transactions, on: chain) == .tokenizers(index: 18))
    #expect(try rejection(transactions.dropLast(2), on: chain) == nil)
  }
}
