import Challenge
import Inference
import TestSupport
import Testing

@Suite("A review of a tensor record finds the lie and proves it in one message")
struct TensorReviewTests {
  let model = TinyTensorModel.model

  private func review(_ record: Record) throws -> RecordReview.Opening {
    try RecordReview.open(record, model: model, trees: TinyTensorModel.trees, workers: .one)
  }

  private func context(_ record: Record) throws -> EvidenceContext {
    try #require(EvidenceContext(graph: model.graph, tensorsRoot: TinyTensorModel.commitment.tensorsRoot, record: record))
  }

  @Test("An honest record is honest")
  func honest() throws {
    guard case .honest = try review(TinyTensorModel.honest().record) else {
      Issue.record("an honest record was refused")
      return
    }
  }

  @Test(
    "One flipped bit in any segment is found and proved [STEP-4] [STEP-7]", arguments: Array(TinyTensorModel.model.graph.segments.indices))
  func flippedBit(segment: Int) throws {
    var generator = SeededGenerator.printed()
    let honest = try TinyTensorModel.honest(1)
    let layout = model.graph.layouts[segment]
    let leaf = Int.random(in: 0..<layout.leafCount(.tensor), using: &generator)
    let bit = Int.random(in: 0..<layout.leafBytes * 8, using: &generator)
    let cheat = honest.flipping(bit: bit, ofLeaf: leaf, inSegment: segment)
    guard case .differs(let review) = try review(cheat.record) else {
      Issue.record("the flip was not seen")
      return
    }
    let roots = cheat.trace.segments.map(\.root)
    #expect(review.firstDifferingSegment(claimedRoots: roots) == segment)
    let hashes = cheat.trace.segments[segment].leafHashes
    #expect(review.firstDifferingLeaf(segment: segment, claimedRoots: roots, claimedHashes: hashes) == leaf)
    let proof = try #require(try review.stepProof(segment: segment, leaf: leaf, claimedRoots: roots, claimedHashes: hashes))
    #expect(try proof.verdict(in: context(cheat.record)) == .fraud)
  }

  @Test("Other values than the trace's are proved [REC-5]")
  func otherValues() throws {
    var cheat = try TinyTensorModel.honest().record
    cheat.output = .values([UInt8](repeating: 1, count: 10))
    guard case .fraud(let evidence) = try review(cheat), case .token(let proof) = evidence else {
      Issue.record("the other values were not seen")
      return
    }
    #expect(try proof.verdict(in: context(cheat)) == .fraud)
  }
}
