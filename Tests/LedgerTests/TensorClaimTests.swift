import Bytes
import Inference
import Ledger
import TestSupport
import Testing

@Suite("Claims of tensor models")
struct TensorClaimTests {
  let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
  let model = TinyTensorModel.model

  private func chain(claiming record: Record) throws -> TestChain {
    var chain = TestChain()
    #expect(try chain.add([TinyTensorModel.registration(on: chain)]) == [.accepted])
    #expect(try chain.add([chain.posting([record])]) == [.accepted])
    return chain
  }

  private func outcome(_ record: Record, kind: EvidenceKind, evidence: [UInt8]) throws -> Outcome? {
    var chain = try chain(claiming: record)
    let proof = FraudProof(claim: claim, batch: TestRecords.batch([record]), index: 0, kind: kind, evidence: evidence)
    return try chain.add([chain.transaction(.fraudProof(proof), from: "challenger")]).first
  }

  @Test("An honest claim is registered, posted and becomes final [TX-5] [TX-6] [TX-8]")
  func honest() throws {
    var chain = try chain(claiming: TinyTensorModel.honest().record)
    try chain.addEmpty(6)
    guard case .finalized = chain.tip.state.claims[claim]?.status else {
      Issue.record("the claim is not final")
      return
    }
  }

  @Test(
    "A lie in any segment is slashed, an honest step is not [TX-7] [STEP-7]", arguments: Array(TinyTensorModel.model.graph.segments.indices)
  )
  func steps(segment: Int) throws {
    let honest = try TinyTensorModel.honest()
    let cheat = honest.flipping(bit: 3, ofLeaf: 0, inSegment: segment)
    for (record, expected) in [(cheat, Outcome.accepted), (honest, .refused(.proofShowsNoFraud))] {
      let prover = StepProver(
        model: model, trees: TinyTensorModel.trees, own: record.trace, claimedRoots: record.trace.segments.map(\.root))
      let step = try #require(
        prover.step(StepPosition(segment: segment, row: 0, chunk: 0), claimedSegment: record.trace.segments[segment], token: 0))
      #expect(step.encoded.count <= 1 << 18)
      #expect(try outcome(record.record, kind: .step, evidence: step.encoded) == expected)
    }
  }

  @Test("Other values than the trace's are slashed [TX-7] [REC-5]")
  func output() throws {
    let honest = try TinyTensorModel.honest()
    var cheat = honest.record
    cheat.output = .values([UInt8](repeating: 0, count: 10))
    let prover = StepProver(
      model: model, trees: TinyTensorModel.trees, own: honest.trace, claimedRoots: honest.trace.segments.map(\.root))
    let proof = try #require(prover.token(row: 0))
    #expect(try outcome(cheat, kind: .tokens, evidence: proof.encoded) == .accepted)
    #expect(try outcome(honest.record, kind: .tokens, evidence: proof.encoded) == .refused(.proofShowsNoFraud))
  }
}
