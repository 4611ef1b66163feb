import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import Merkle
import TestSupport
import Testing

@Suite("A review finds the lie and proves it in one message")
struct RecordReviewTests {
  let model = TinyModel.model

  private func review(_ record: Record) throws -> RecordReview.Opening {
    try RecordReview.open(record, model: model, trees: TinyModel.trees, workers: .one)
  }

  private func context(_ record: Record) throws -> EvidenceContext {
    try #require(EvidenceContext(graph: model.graph, tensorsRoot: TinyModel.commitment.tensorsRoot, record: record))
  }

  @Test("An honest record is honest")
  func honest() throws {
    guard case .honest = try review(TinyRecord.honest("Hello, Probity!").record) else {
      Issue.record("an honest record was refused")
      return
    }
  }

  @Test("One flipped bit in any segment is found and proved [STEP-1] [STEP-4]", arguments: Array(TinyModel.model.graph.segments.indices))
  func flippedBit(segment: Int) throws {
    var generator = SeededGenerator.printed()
    let honest = try TinyRecord.honest("The quick brown fox jumps")
    let layout = model.graph.layouts[segment]
    for _ in 0..<3 {
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
      let proof = try #require(
        try review.stepProof(segment: segment, leaf: leaf, claimedRoots: roots, claimedHashes: hashes))
      #expect(try proof.verdict(in: context(cheat.record)) == .fraud)
      #expect(try StepProof(decoding: proof.encoded) == proof)

      let refuted = StepProver(
        model: model, trees: TinyModel.trees, own: honest.trace, claimedRoots: honest.trace.segments.map(\.root)
      ).step(
        proof.position, claimedSegment: honest.trace.segments[segment],
        token: honest.record.streamTokens[min(proof.position.row, honest.record.streamTokens.count - 1)])
      #expect(try #require(refuted).verdict(in: context(honest.record)) == .honest)
    }
  }

  @Test("A leaf hash of which nobody has the leaf is found and proved from the trees alone [STEP-2] [STEP-4]")
  func unknownLeaf() throws {
    let honest = try TinyRecord.honest("The quick brown fox jumps")
    for segment in model.graph.segments.indices {
      var hashes = honest.trace.segments.map(\.leafHashes)
      hashes[segment][hashes[segment].count - 1] = .zero
      let claimed = Trace(graph: model.graph, extent: honest.trace.extent, leafHashes: hashes, leaves: [:])
      var record = honest.record
      record.traceRoot = claimed.root
      guard case .differs(let review) = try review(record) else {
        Issue.record("the unknown leaf was not seen")
        return
      }
      let roots = claimed.segments.map(\.root)
      let leaf = try #require(review.firstDifferingLeaf(segment: segment, claimedRoots: roots, claimedHashes: hashes[segment]))
      let proof = try #require(
        try review.stepProof(segment: segment, leaf: leaf, claimedRoots: roots, claimedHashes: hashes[segment]))
      #expect(try proof.verdict(in: context(record)) == .fraud)
    }
  }

  @Test("Another token than the argmax is proved [REC-5] [REC-6]")
  func otherToken() throws {
    let honest = try TinyRecord.honest("Hello, Probity!", maxNewTokens: 6)
    var cheat = honest.record
    let row = cheat.outputTokens.count - 1
    let right = cheat.outputTokens[row]
    let wrong = (right + 1) % UInt32(model.graph.vocabulary)
    cheat.outputTokens[row] = wrong
    cheat.stop = model.graph.stopTokens.contains(wrong) ? .stopToken : .length
    cheat.request.maxNewTokens = cheat.outputTokens.count
    cheat.answer = try Binding.answer(to: cheat.outputTokens, graph: model.graph, tokenizer: model.tokenizer)
    let trace = try model.replay(
      promptTokens: cheat.promptTokens, outputTokens: cheat.outputTokens, keeping: Set(model.graph.segments.indices))
    cheat.traceRoot = trace.root
    guard case .fraud(let evidence) = try review(cheat), case .token(let proof) = evidence else {
      Issue.record("the wrong token was not seen")
      return
    }
    #expect(proof.row == row)
    #expect(try proof.verdict(in: context(cheat)) == .fraud)
    let prover = StepProver(model: model, trees: TinyModel.trees, own: trace, claimedRoots: trace.segments.map(\.root))
    let counterexample = try #require(prover.counterexample(row: row, column: Int(right), token: wrong))
    #expect(try counterexample.verdict(in: context(cheat)) == .fraud)
  }

  @Test("Broken bindings are proved by the record alone [REC-4]", arguments: Binding.allCases)
  func binding(_ binding: Binding) throws {
    var cheat = try TinyRecord.honest("Hello, Probity!", maxNewTokens: 4).record
    switch binding {
    case .input: cheat.promptTokens[0] ^= 1
    case .output: cheat.answer += Array("!".utf8)
    case .stop: cheat.stop = cheat.stop == .length ? .stopToken : .length
    }
    guard case .fraud(let evidence) = try review(cheat) else {
      Issue.record("the broken binding was not seen")
      return
    }
    #expect(evidence == .binding(binding))
  }

  @Test("What a provider serves must fit what it committed to")
  func mismatchedTrace() throws {
    let honest = try TinyRecord.honest("Hello, Probity!")
    let cheat = honest.flipping(bit: 3, ofLeaf: 2, inSegment: 4)
    guard case .differs(let review) = try review(cheat.record) else {
      Issue.record("the flip was not seen")
      return
    }
    #expect(review.firstDifferingSegment(claimedRoots: honest.trace.segments.map(\.root)) == nil)
    #expect(review.firstDifferingSegment(claimedRoots: []) == nil)
    let roots = cheat.trace.segments.map(\.root)
    let hashes = honest.trace.segments[4].leafHashes
    #expect(review.firstDifferingLeaf(segment: 4, claimedRoots: roots, claimedHashes: hashes) == nil)
    #expect(review.firstDifferingLeaf(segment: 4, claimedRoots: roots, claimedHashes: []) == nil)
    #expect(
      try review.stepProof(segment: 4, leaf: 1 << 20, claimedRoots: roots, claimedHashes: cheat.trace.segments[4].leafHashes) == nil)
  }
}

@Suite("Claims are reviewed only with what they commit to")
struct ClaimReviewTests {
  @Test("Another blob, or a blob that is no batch, is refused [REC-7]")
  func blob() throws {
    let record = try TinyRecord.honest("Hello, Probity!").record
    let batch = try #require(Batch([record]))
    func claim(blob: Digest, root: Digest) -> Claim {
      Claim(
        provider: AccountIdentifier(.zero), modelRoot: record.request.modelRoot, batchRoot: root, recordCount: 1, blob: blob,
        posted: Height(1), window: Height(9),
        deadline: Height(9), bond: Amount(1), status: .pending)
    }
    let right = claim(blob: Digest.hash(batch.encoded), root: batch.tree.root)
    #expect(try ClaimReview(id: .zero, claim: right, blob: batch.encoded).batch == batch)
    #expect(throws: ReviewRejection.blobDigest) { try ClaimReview(id: .zero, claim: right, blob: []) }
    let wrong = claim(blob: Digest.hash([1]), root: batch.tree.root)
    #expect(throws: ReviewRejection.batch) { try ClaimReview(id: .zero, claim: wrong, blob: [1]) }
  }

  @Test("Tokens that cannot be run, and evidence of a wrong shape, are named [STEP-4]")
  func rejections() throws {
    #expect(throws: RunRejection.emptyPrompt) { try TinyModel.model.replay(promptTokens: [], outputTokens: [1]) }
    let honest = try TinyRecord.honest("Hello, Probity!")
    let context = try #require(
      EvidenceContext(graph: TinyModel.model.graph, tensorsRoot: TinyModel.commitment.tensorsRoot, record: honest.record))
    let empty = RangeProof(hashes: [])
    let (part, claimed) = (
      TreePart(root: .zero, place: empty, leaves: [], range: empty), LeafPart(root: .zero, place: empty, leafHash: .zero, range: empty)
    )
    let position = StepPosition(segment: 1, row: 0, chunk: 0)
    #expect(throws: EvidenceRejection.partCount) {
      try StepProof(position: position, claimed: claimed, reads: [], tensors: []).verdict(in: context)
    }
    #expect(throws: EvidenceRejection.part) {
      try StepProof(position: position, claimed: claimed, reads: [part], tensors: []).verdict(in: context)
    }
  }
}
