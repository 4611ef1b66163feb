import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import Merkle
import TestSupport
import Testing

@Suite("Descents")
struct DescentTests {
  /// What the ledger says about a question.
  static func known(_ dispute: DisputedClaim) -> (Question) -> Descent.Knowledge? {
    { Descent.Knowledge(dispute.challenge($0)) }
  }

  static func review(_ record: TinyRecord) throws -> RecordReview {
    guard
      case .differs(let review) = try RecordReview.open(record.record, model: TinyModel.model, trees: TinyModel.trees, workers: .one)
    else { throw TestChainError.disagreement }
    return review
  }

  @Test("A lie in any segment is reached by questions alone, and proved by what they reveal [CHAL-2] [STEP-2] [TX-7]", arguments: 0..<17)
  func everySegment(segment: Int) throws {
    let honest = try TinyRecord.honest("one two three four five")
    let count = honest.trace.graph.layouts[segment].leafCount(honest.trace.extent)
    for leaf in [0, count / 2, count - 1] {
      let lying = honest.flipping(bit: 1, ofLeaf: leaf, inSegment: segment)
      var dispute = try DisputedClaim([lying])
      let review = try Self.review(lying)
      let descent = review.descent(record: 0, fanOut: dispute.fanOut)
      var proof: StepProof?
      while proof == nil {
        switch descent.move(Self.known(dispute)) {
        case .ask(let question): #expect(try dispute.add(dispute.ask(question)) == .accepted)
        case .wait(let question): #expect(try dispute.add(dispute.reveal(question)) == .accepted)
        case .prove(let found):
          #expect(found.segment == segment && found.leaf == leaf)
          guard let made = try review.stepProof(found) else { throw TestChainError.disagreement }
          proof = made
        case .look, .agree: throw TestChainError.disagreement
        }
      }
      let claims = try ClaimReview(id: dispute.claim, claim: dispute.entry, blob: dispute.batch.encoded)
      let fraud = try #require(proof.flatMap { claims.fraudProof(record: 0, .step($0)) })
      #expect(try dispute.add(dispute.chain.transaction(.fraudProof(fraud), from: "challenger")) == .accepted)
    }
  }

  @Test("A descent looks before it asks, and finds nothing in answers that are its own [CHAL-2]")
  func moves() throws {
    let honest = try TinyRecord.honest("one two three")
    let dispute = try DisputedClaim([honest])
    let descent = Descent(record: 0, own: honest.trace, fanOut: dispute.fanOut)
    #expect(descent.first == dispute.first())
    guard case .look(let question) = descent.move({ _ in nil }), question == dispute.first() else {
      Issue.record("a descent starts with the first question")
      return
    }
    guard case .agree = descent.move({ honest.trace.children(answering: $0, fanOut: dispute.fanOut).map { .answered($0) } }) else {
      Issue.record("equal answers lead nowhere")
      return
    }
    guard case .agree = descent.move({ _ in .answered([.zero]) }) else {
      Issue.record("answers of another shape lead nowhere")
      return
    }
  }
}

@Suite("Defence")
struct DefenceTests {
  let parameters = TestChain().genesis.parameters

  func key(_ number: UInt32) -> ChallengeKey { ChallengeKey(claim: .zero, question: .weights(tensor: number, leaf: 0)) }

  @Test("Every list is read once, and its end again, wherever the clock stands or jumps [TX-11] [CLOCK-1]")
  func lists() {
    var defence = Defence(parameters)
    #expect(defence.lists(at: DisputeTime(7)).map(\.value) == [7, 8, 9])
    for clock in 7...9 as ClosedRange<UInt64> { defence.take([], expiringAfter: DisputeTime(clock)) }
    #expect(defence.lists(at: DisputeTime(7)).map(\.value) == [9])
    #expect(defence.lists(at: DisputeTime(8)).map(\.value) == [9, 10])
    #expect(defence.lists(at: DisputeTime(20)).map(\.value) == [20, 21, 22])
    #expect(defence.lists(at: DisputeTime(.max)).isEmpty)
  }

  @Test("What is open is answered, the most urgent first, again if it was lost, and never after its time [TX-11]")
  func due() {
    var defence = Defence(parameters)
    defence.take([key(1), key(2)], expiringAfter: DisputeTime(6))
    defence.take([key(3)], expiringAfter: DisputeTime(5))
    #expect(defence.due(at: DisputeTime(4)) == [key(3), key(1), key(2)])
    for number in 1...3 as ClosedRange<UInt32> { defence.sent(key(number), at: DisputeTime(4)) }
    #expect(defence.due(at: DisputeTime(4)).isEmpty)
    defence.settled(key(1))
    #expect(defence.due(at: DisputeTime(5)) == [key(3), key(2)])
    #expect(defence.due(at: DisputeTime(6)) == [key(2)])
    #expect(defence.due(at: DisputeTime(7)).isEmpty)
    #expect(defence.openCount == 0)
    for refusal in Refusal.allCases {
      #expect(Defence.isSettled(refusal) == [.revealUnknown, .revealClaimSettled, .revealRepeated].contains(refusal))
    }
  }
}

@Suite("Prosecution")
struct ProsecutionTests {
  @Test("A proof is sealed, then shown, by a challenger that forgets everything in between [TX-7] [TX-9]")
  func sealed() throws {
    var lying = try TinyRecord.honest("one two three")
    lying.record.answer = []
    var dispute = try DisputedClaim([lying])
    let proof = FraudProof(claim: dispute.claim, batch: dispute.batch, index: 0, kind: .binding, evidence: [1])
    func move(_ name: String = "challenger") -> Prosecution.Move {
      let prosecution = Prosecution(proof, key: TestChain.key(name))
      let state = dispute.chain.tip.state
      return prosecution.move(
        claim: dispute.entry, seal: state.disputes.seal(prosecution.sealKey), prize: state.disputes.prize(dispute.claim),
        clock: state.disputeTime(at: dispute.chain.tip.nextHeight), height: dispute.chain.tip.nextHeight)
    }
    guard case .seal(let digest) = move() else { throw TestChainError.disagreement }
    #expect(try dispute.add(dispute.chain.transaction(.seal(digest), from: "challenger")) == .accepted)
    guard case .show(let shown) = move() else { throw TestChainError.disagreement }
    // A producer that copies the proof is first, and the seal takes the prize back.
    #expect(try dispute.add(dispute.chain.transaction(.fraudProof(proof), from: "bob")) == .accepted)
    #expect(move() == .show(shown))
    #expect(move("bob") == .done && move("alice") == .done)
    #expect(try dispute.add(dispute.chain.transaction(.fraudProof(shown), from: "challenger")) == .accepted)
    #expect(move() == .done)
    guard case .slashed(_, TestChain.account("challenger")) = dispute.entry.status else { throw TestChainError.disagreement }
  }

  @Test("In the last block of the deadline the proof is shown as it is [TX-7]")
  func hastened() throws {
    var lying = try TinyRecord.honest("one two three")
    lying.record.answer = []
    let dispute = try DisputedClaim([lying])
    let proof = FraudProof(claim: dispute.claim, batch: dispute.batch, index: 0, kind: .binding, evidence: [1])
    let prosecution = Prosecution(proof, key: TestChain.key("challenger"))
    let last = dispute.entry.deadline
    #expect(prosecution.move(claim: dispute.entry, seal: nil, prize: nil, clock: last, height: last) == .hasten(proof))
    let seal = Seal(rank: Rank(height: last, index: 0), expires: last)
    #expect(prosecution.move(claim: dispute.entry, seal: seal, prize: nil, clock: last, height: last) == .wait)
    let final = try finalized(dispute)
    #expect(prosecution.move(claim: final, seal: nil, prize: nil, clock: last, height: last) == .done)
  }

  private func finalized(_ dispute: DisputedClaim) throws -> Claim {
    var dispute = dispute
    try dispute.chain.addEmpty(5)
    return dispute.entry
  }
}
