import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import TestSupport
import Testing

@Suite("Fraud proofs")
struct FraudProofTests {
  let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
  let honest = TestRecords.record(salt: 1, client: TestChain.key("alice"))

  /// A chain with a claim of the records.
  func chain(claiming records: [Record]) throws -> TestChain {
    var chain = TestChain()
    try chain.add([chain.registration()])
    #expect(try chain.add([chain.posting(records)]) == [.accepted])
    return chain
  }

  func proof(_ records: [Record], index: Int = 0, kind: EvidenceKind, evidence: [UInt8]) -> FraudProof {
    FraudProof(claim: claim, batch: TestRecords.batch(records), index: index, kind: kind, evidence: evidence)
  }

  /// What a fraud proof against a claim of the records comes to.
  func outcome(_ records: [Record], index: Int = 0, kind: EvidenceKind, evidence: [UInt8]) throws -> Outcome? {
    var chain = try chain(claiming: records)
    let proof = proof(records, index: index, kind: kind, evidence: evidence)
    return try chain.add([chain.transaction(.fraudProof(proof), from: "challenger")]).first
  }

  @Test("A broken binding slashes: part of the bond is paid, the rest is burnt, once [TX-7] [REC-4] [LED-4]")
  func slashing() throws {
    var liar = honest
    liar.answer = Array("something else".utf8)
    let records = [TestRecords.record(salt: 2, client: TestChain.key("alice")), liar]
    var chain = try chain(claiming: records)
    let proof = proof(records, index: 1, kind: .binding, evidence: [Binding.output.rawValue])
    let before = chain.account("challenger").balance
    let transaction = chain.transaction(.fraudProof(proof), from: "challenger")
    let second = chain.transaction(.fraudProof(proof), from: "bob")
    #expect(try chain.add([transaction, second]) == [.accepted, .refused(.proofClaimSlashed)])
    #expect(chain.tip.state.claims[claim]?.status == .slashed(at: Height(3), challenger: TestChain.account("challenger")))
    let paid = before.units - transaction.transaction.body.fee.units
    #expect(chain.account("challenger").balance.units == paid)
    #expect(chain.tip.state.disputes.prize(claim)?.reward == Amount(10_000_000))
    #expect(chain.tip.state.totals.burnt == Amount(10_000_001))
    #expect(chain.account("provider").stake == Amount(200_000_000 - 20_000_001))
    #expect(chain.account("provider").locked == .zero)
    try chain.addEmpty(2)
    #expect(chain.account("challenger").balance.units == paid)
    try chain.addEmpty(2)
    #expect(chain.account("challenger").balance.units == paid + 10_000_000)
    #expect(chain.tip.state.disputes.isEmpty)
    #expect(chain.tip.state.claims[claim]?.status == .slashed(at: Height(3), challenger: TestChain.account("challenger")))
    #expect(chain.tip.state.finalizing.isEmpty)
    #expect(chain.tip.state.requests[liar.request.digest] == claim)
  }

  @Test("Each binding is judged by the record alone [TX-7] [REC-4]")
  func bindings() throws {
    for binding in Binding.allCases {
      #expect(try outcome([honest], kind: .binding, evidence: [binding.rawValue]) == .refused(.proofShowsNoFraud))
    }
    var input = honest
    input.promptTokens[0] ^= 1
    #expect(try outcome([input], kind: .binding, evidence: [0]) == .accepted)
    var stop = honest
    stop.stop = honest.stop == .length ? .stopToken : .length
    #expect(try outcome([stop], kind: .binding, evidence: [2]) == .accepted)
    #expect(try outcome([honest], kind: .binding, evidence: [3]) == .refused(.proofEvidence))
    #expect(try outcome([honest], kind: .binding, evidence: []) == .refused(.proofEvidence))
  }

  @Test("A proof is in time up to the deadline, and not after [TX-7] [TX-8]")
  func deadline() throws {
    var liar = honest
    liar.answer = []
    let proof = proof([liar], kind: .binding, evidence: [1])
    var chain = try chain(claiming: [liar])
    try chain.addEmpty(2)
    var late = chain
    #expect(try chain.add([chain.transaction(.fraudProof(proof), from: "challenger")]) == [.accepted])
    #expect(chain.tip.header.height == chain.tip.state.claims[claim]?.deadline)
    try late.addEmpty(1)
    #expect(try late.add([late.transaction(.fraudProof(proof), from: "challenger")]) == [.refused(.proofClaimFinalized)])
    #expect(late.tip.state.totals.burnt == .zero)
  }

  @Test("A proof about no claim, no record or a foreign record is refused [TX-7]")
  func misaddressed() throws {
    func outcome(
      claim: Digest? = nil, index: UInt32 = 0, extra: [UInt8] = [], inclusion: InclusionProof? = nil
    ) throws -> Outcome? {
      var chain = try chain(claiming: [honest])
      let proof = proof([honest], kind: .binding, evidence: [0])
      let changed = FraudProof(
        claim: claim ?? proof.claim, recordIndex: index, record: proof.record + extra, inclusion: inclusion ?? proof.inclusion,
        kind: proof.kind, evidence: proof.evidence)
      return try chain.add([chain.transaction(.fraudProof(changed), from: "challenger")]).first
    }
    #expect(try outcome() == .refused(.proofShowsNoFraud))
    #expect(try outcome(claim: .zero) == .refused(.proofUnknownClaim))
    #expect(try outcome(index: 1) == .refused(.proofRecordIndex))
    #expect(try outcome(extra: [0]) == .refused(.proofInclusion))
    #expect(try outcome(inclusion: InclusionProof(path: [.zero])) == .refused(.proofInclusion))
  }

  /// What a liar may have put under a leaf hash, beside a leaf of the right size: a leaf that no proof could hold, or nothing that anyone knows.
  static let claimedHashes = [MerkleTree.leafHash([UInt8](repeating: 0, count: 1 << 20 + 1)), MerkleTree.leafHash([]), Digest.zero]

  @Test("A leaf hash that its step does not give is fraud, whatever lies under it; a right one is not [TX-7] [STEP-2] [STEP-4]")
  func steps() throws {
    let graph = TinyModel.model.graph
    let own = try replay(honest)
    let position = StepPosition(segment: 14, row: 2, chunk: 1)
    let index = graph.layouts[14].leafIndex(row: 2, chunk: 1, rows: own.extent.streamRows)
    let leaf = try #require(own.leaves(LeafRange(segment: 14, leaves: index..<index + 1)))
    var wrongLeaf = leaf
    wrongLeaf[5] ^= 1
    let token = honest.promptTokens[2]
    for claimedHash in [MerkleTree.leafHash(wrongLeaf)] + Self.claimedHashes {
      let (liar, claimed) = lying(own, segment: 14, leaf: index, hash: claimedHash)
      let step = try #require(
        prover(own, claimed: claimed).step(position, claimedSegment: claimed.segments[14], token: token))
      #expect(try outcome([liar], kind: .step, evidence: step.encoded) == .accepted)
      #expect(try outcome([honest], kind: .step, evidence: step.encoded) == .refused(.proofInvalid))
      #expect(try outcome([liar], kind: .step, evidence: step.encoded + [0]) == .refused(.proofEvidence))
    }
    let right = try #require(
      prover(own, claimed: own).step(position, claimedSegment: own.segments[14], token: token))
    #expect(try outcome([honest], kind: .step, evidence: right.encoded) == .refused(.proofShowsNoFraud))
  }

  @Test("A token that the trace does not give, or that a column beats, is fraud [TX-7] [REC-5] [REC-6]")
  func tokens() throws {
    var liar = honest
    let last = honest.outputTokens.count - 1
    let best = honest.outputTokens[last]
    liar.outputTokens[last] = best ^ 2
    let own = try replay(liar)
    liar.traceRoot = own.root
    let prover = prover(own, claimed: own)
    let honestTrace = try replay(honest)
    let honestProver = self.prover(honestTrace, claimed: honestTrace)

    let tokens = try #require(prover.token(row: last))
    #expect(try outcome([liar], kind: .tokens, evidence: tokens.encoded) == .accepted)
    let rightTokens = try #require(honestProver.token(row: last))
    #expect(try outcome([honest], kind: .tokens, evidence: rightTokens.encoded) == .refused(.proofShowsNoFraud))
    #expect(try outcome([liar], kind: .tokens, evidence: []) == .refused(.proofEvidence))

    let better = try #require(prover.counterexample(row: last, column: Int(best), token: best ^ 2))
    #expect(try outcome([liar], kind: .counterexample, evidence: better.encoded) == .accepted)
    let worse = try #require(honestProver.counterexample(row: last, column: Int(best ^ 2), token: best))
    #expect(try outcome([honest], kind: .counterexample, evidence: worse.encoded) == .refused(.proofShowsNoFraud))
    #expect(try outcome([honest], kind: .counterexample, evidence: [1]) == .refused(.proofEvidence))
  }

  @Test("A block that needs a tokenizer which this machine lacks is neither valid nor invalid [BLOCK-7]")
  func missingTokenizer() throws {
    let chain = try chain(claiming: [honest])
    var lacking = chain
    lacking.tokenizers = TestTokenizers(isPresent: false)
    let proof = proof([honest], kind: .binding, evidence: [0])
    let transaction = chain.transaction(.fraudProof(proof), from: "challenger")
    let digest = TinyModel.commitment.tokenizerDigest
    let proposal = try lacking.proposal([transaction])
    #expect(proposal.leftOut.map(\.reason) == [.missingTokenizer(digest)])
    #expect(proposal.transactions.isEmpty)
    let built = try chain.proposal([transaction])
    let block = built.sealed(stateRoot: chain.stateRoot(after: built.changes), by: chain.validators[0]).block
    #expect(throws: ExecutionError.missingTokenizer(digest)) {
      try BlockExecutor.execute(block, on: lacking.tip, tokenizers: lacking.tokenizers)
    }
  }

  @Test("A block that registers a model brings the tokenizer with which its own proofs are judged [BLOCK-7]")
  func tokenizerOfTheBlock() throws {
    var chain = TestChain()
    chain.tokenizers = TestTokenizers(isPresent: false)
    var proofs: [TestTransaction] = []
    for nonce in 0..<3 {
      let proof = proof([honest], kind: .binding, evidence: [Binding.input.rawValue])
      proofs.append(chain.transaction(.fraudProof(proof), from: "challenger", nonce: UInt64(nonce)))
    }
    let outcomes = try chain.add([chain.registration(), chain.posting([honest])] + proofs)
    #expect(outcomes == [.accepted, .accepted] + [Outcome](repeating: .refused(.proofShowsNoFraud), count: 3))
  }

  @Test("An argmax leaf that is no token at all is fraud [TX-7] [REC-5]")
  func tokenHashes() throws {
    let own = try replay(honest)
    let argmax = TinyModel.model.graph.lastSegment
    for claimedHash in Self.claimedHashes {
      let (liar, claimed) = lying(own, segment: argmax, leaf: 0, hash: claimedHash)
      let proof = try #require(prover(claimed, claimed: claimed).token(row: 0))
      #expect(try outcome([liar], kind: .tokens, evidence: proof.encoded) == .accepted)
      #expect(try outcome([honest], kind: .tokens, evidence: proof.encoded) == .refused(.proofInvalid))
    }
  }

  /// The honest record with a trace in which one leaf hash is another one.
  private func lying(_ own: Trace, segment: Int, leaf: Int, hash: Digest) -> (record: Record, claimed: Trace) {
    var hashes = own.segments.map(\.leafHashes)
    hashes[segment][leaf] = hash
    let claimed = Trace(graph: own.graph, extent: own.extent, leafHashes: hashes, leaves: [:])
    var liar = honest
    liar.traceRoot = claimed.root
    return (liar, claimed)
  }

  private func replay(_ record: Record) throws -> Trace {
    try TinyModel.model.replay(
      promptTokens: record.promptTokens, outputTokens: record.outputTokens, keeping: Set(TinyModel.model.graph.segments.indices))
  }

  private func prover(_ own: Trace, claimed: Trace) -> StepProver {
    StepProver(model: TinyModel.model, trees: TinyModel.trees, own: own, claimedRoots: claimed.segments.map(\.root))
  }
}
