import Bytes
import Challenge
import Inference
import Merkle
import TestSupport
import Testing

@Suite("A review of an embedding finds the lie and proves it in one message")
struct EncoderReviewTests {
  let model = TinyEncoder.model

  private func review(_ record: Record) throws -> RecordReview.Opening {
    try RecordReview.open(record, model: model, trees: TinyEncoder.trees, workers: .one)
  }

  private func context(_ record: Record) throws -> EvidenceContext {
    try #require(EvidenceContext(graph: model.graph, tensorsRoot: TinyEncoder.commitment.tensorsRoot, record: record))
  }

  @Test("An honest embedding is honest")
  func honest() throws {
    guard case .honest = try review(TinyRecord.embedding("Hello, Probity!").record) else {
      Issue.record("an honest record was refused")
      return
    }
  }

  @Test("One flipped bit in any segment is found and proved [STEP-1] [STEP-4]", arguments: Array(TinyEncoder.model.graph.segments.indices))
  func flippedBit(segment: Int) throws {
    var generator = SeededGenerator.printed()
    let honest = try TinyRecord.embedding("The quick brown fox jumps")
    let layout = model.graph.layouts[segment]
    let leaf = Int.random(in: 0..<layout.leafCount(honest.trace.extent), using: &generator)
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
    #expect(try StepProof(decoding: proof.encoded) == proof)
  }

  @Test("Other values than the trace's are proved [REC-5]")
  func otherValues() throws {
    let honest = try TinyRecord.embedding("Hello, Probity!")
    var cheat = honest.record
    cheat.output = .values(try TinyRecord.embedding("Goodbye").record.values ?? [])
    guard case .fraud(let evidence) = try review(cheat), case .token(let proof) = evidence else {
      Issue.record("the other values were not seen")
      return
    }
    #expect(try proof.verdict(in: context(cheat)) == .fraud)
    #expect(try proof.verdict(in: context(honest.record)) == .honest)
  }

  @Test("Another prompt's tokens are proved by the record alone [REC-4]")
  func otherTokens() throws {
    var cheat = try TinyRecord.embedding("Hello, Probity!").record
    cheat.promptTokens[0] ^= 1
    guard case .fraud(.binding(.input)) = try review(cheat) else {
      Issue.record("the broken binding was not seen")
      return
    }
  }
}
