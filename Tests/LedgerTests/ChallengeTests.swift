import Bytes
import Inference
import Ledger
import Merkle
import TestSupport
import Testing

@Suite("Challenges")
struct ChallengeTests {
  static let honest: TinyRecord = {
    guard let record = try? TinyRecord.honest("one two three") else { fatalError("the test model answers") }
    return record
  }()
  static let lying: TinyRecord = {
    guard let record = try? TinyRecord.honest("one two three", salt: Digest.hash([1])) else { fatalError("the test model answers") }
    return record.flipping(bit: 3, ofLeaf: 21, inSegment: 4)
  }()

  func disputed(_ records: [TinyRecord] = [lying]) throws -> DisputedClaim { try DisputedClaim(records) }

  @Test("A descent ends with the hashes among which the bad leaf's stands, at its place [CHAL-1] [CHAL-2] [TX-10] [TX-11]")
  func descent() throws {
    var dispute = try disputed([Self.honest, Self.lying])
    let path = dispute.path(record: 1, segment: 4, leaf: 21)
    #expect(path.count == 4)
    for question in path {
      #expect(try dispute.add(dispute.ask(question)) == .accepted)
      #expect(dispute.challenge(question)?.answer == .open)
      #expect(try dispute.add(dispute.reveal(question)) == .accepted)
    }
    let hashes = try #require(path.last.flatMap(dispute.challenge)?.answer.children)
    let start = 21 / 16 * 16
    let own = Self.honest.trace.segments[4].leafHashes
    #expect(hashes.count == min(16, own.count - start))
    #expect(hashes.indices.filter { hashes[$0] != own[start + $0] } == [21 - start])
    #expect(dispute.chain.tip.state.disputes.opened(claim: dispute.claim, record: 1)?.traceRoot == Self.lying.record.traceRoot)
  }

  @Test("Silence is slashed by the clock: in time through the last block, never after [TX-8] [CHAL-3] [CHAL-4]")
  func silence() throws {
    var dispute = try disputed([Self.honest])
    let first = dispute.first()
    try dispute.add(dispute.ask(first))
    try dispute.chain.addEmpty(1)
    var answered = dispute
    #expect(try answered.add(answered.reveal(first)) == .accepted)
    try answered.chain.addEmpty(1)
    #expect(answered.entry.status == .pending)
    try dispute.chain.addEmpty(1)
    #expect(dispute.chain.tip.header.height == dispute.challenge(first)?.expires)
    #expect(dispute.entry.status == .pending)
    #expect(try dispute.add(dispute.reveal(first)) == .refused(.revealClaimSettled))
    #expect(dispute.entry.status == .slashed(at: Height(6), challenger: TestChain.account("challenger")))
    let balance = dispute.chain.account("challenger").balance
    try dispute.chain.addEmpty(3)
    #expect(dispute.chain.account("challenger").balance == balance.adding(Amount(10_000_000)))
    let bond = try #require(dispute.challenge(first)?.bond)
    #expect(bond == Amount(3001 + 2 * 32 * 2))
    #expect(try dispute.add(dispute.close(first)) == .accepted)
    #expect(dispute.chain.account("challenger").balance == balance.adding(Amount(10_000_000 + bond.units)))
    #expect(dispute.chain.tip.state.disputes.isEmpty)
    #expect(dispute.chain.account("provider").locked == .zero)
  }

  @Test("Against a claim that stands the bond is lost: half pays the reveal, half is burnt [TX-12]")
  func forfeit() throws {
    var dispute = try disputed([Self.honest])
    let first = dispute.first()
    try dispute.add(dispute.ask(first))
    #expect(try dispute.add(dispute.close(first)) == .refused(.closeClaimPending))
    #expect(try dispute.add(dispute.reveal(first, from: "alice")) == .accepted)
    try dispute.chain.addEmpty(4)
    #expect(dispute.entry.status == .finalized(at: Height(9)))
    let (alice, challenger) = (dispute.chain.account("alice").balance, dispute.chain.account("challenger").balance)
    #expect(try dispute.add(dispute.close(first)) == .accepted)
    #expect(dispute.chain.account("alice").balance == alice.adding(Amount(1564)))
    #expect(dispute.chain.account("challenger").balance == challenger)
    #expect(dispute.chain.tip.state.totals.burnt == Amount(1565))
    #expect(dispute.chain.tip.state.disputes.isEmpty)
    #expect(try dispute.add(dispute.close(first)) == .refused(.closeUnknown))
    #expect(try dispute.add(dispute.ask(first)) == .refused(.challengeClaimSettled))
  }

  @Test("What is asked once is asked for all: Sybils add no delay and no second answer [CHAL-3] [TX-10]")
  func sharedAnswers() throws {
    var dispute = try disputed()
    let first = dispute.first()
    let outcomes = try dispute.chain.add(["challenger", "alice", "bob"].map { dispute.ask(first, from: $0) })
    #expect(outcomes == [.accepted, .refused(.challengeAsked), .refused(.challengeAsked)])
    let deadline = dispute.entry.deadline
    #expect(deadline == Height(3 + 2 + 1 + 2))
    #expect(try dispute.add(dispute.reveal(first)) == .accepted)
    #expect(try dispute.add(dispute.reveal(first, from: "alice")) == .refused(.revealRepeated))
    #expect(dispute.entry.deadline == deadline)
    #expect(try dispute.add(dispute.ask(dispute.path(segment: 4, leaf: 0)[1], from: "bob")) == .accepted)
  }

  @Test("Each condition of a challenge is refused by its code [TX-10]")
  func refusedQuestions() throws {
    let dispute = try disputed([Self.honest, Self.lying])
    let path = dispute.path(record: 1, segment: 4, leaf: 21)
    func outcome(_ transaction: TestTransaction, after: [TestTransaction] = []) throws -> Outcome? {
      var copy = dispute.chain
      return try copy.add(after + [transaction]).last
    }
    func ask(_ question: Question, claim: Digest? = nil, opening: AskQuestion.Opening? = nil) -> TestTransaction {
      dispute.chain.transaction(
        .ask(AskQuestion(ChallengeKey(claim: claim ?? dispute.claim, question: question), opening: opening)), from: "bob")
    }
    let first = dispute.first(1)
    let inclusion = try #require(dispute.batch.tree.inclusionProof(index: 1))
    let opening = AskQuestion.Opening(record: dispute.batch.records[1].encoded, inclusion: inclusion)
    let opened = dispute.ask(first)
    #expect(try outcome(ask(first, claim: .zero, opening: opening)) == .refused(.challengeUnknownClaim))
    #expect(try outcome(ask(first, opening: opening)) == .accepted)
    #expect(try outcome(ask(first, opening: opening), after: [opened]) == .refused(.challengeAsked))
    #expect(try outcome(ask(first)) == .refused(.challengeOpening))
    #expect(try outcome(ask(dispute.first(0), opening: opening)) == .refused(.challengeOpening))
    #expect(try outcome(ask(.trace(record: 2, TreeNode(height: 2, index: 0)), opening: opening)) == .refused(.challengeOpening))
    #expect(try outcome(ask(.weights(tensor: 0, leaf: 0), opening: opening)) == .refused(.challengeOpening))
    #expect(try outcome(ask(path[1], opening: opening), after: [opened]) == .refused(.challengeOpening))
    #expect(try outcome(ask(path[1], opening: opening)) == .refused(.challengeQuestion))
    for node in [
      TreeNode(height: 0, index: 0), TreeNode(height: 1, index: 2), TreeNode(height: 3, index: 0), TreeNode(height: 255, index: .max),
    ] {
      #expect(try outcome(ask(.trace(record: 1, node)), after: [opened]) == .refused(.challengeQuestion))
      #expect(try outcome(ask(.segment(record: 1, segment: 17, node)), after: [opened]) == .refused(.challengeQuestion))
    }
    #expect(
      try outcome(ask(.segment(record: 1, segment: .max, TreeNode(height: 1, index: 0))), after: [opened]) == .refused(.challengeQuestion))
    #expect(try outcome(ask(.weights(tensor: 21, leaf: 0))) == .refused(.challengeQuestion))
    #expect(try outcome(ask(.weights(tensor: 20, leaf: 1))) == .refused(.challengeQuestion))
    #expect(try outcome(ask(path[1]), after: [opened]) == .refused(.challengeParent))
    #expect(try outcome(ask(path[2]), after: [opened]) == .refused(.challengeParent))
    let poor = dispute.chain.transaction(
      .transfer(Transfer(to: TestChain.key("poor").publicKey, amount: Amount(3500))), from: "alice")
    var chain = dispute.chain
    try chain.add([poor])
    var copy = dispute
    copy.chain = chain
    #expect(try copy.add(copy.ask(first, from: "poor")) == .refused(.challengeAboveBalance))
  }

  @Test("An answer that does not lead to the node's hash is no answer [TX-11] [CHAL-1]")
  func refusedAnswers() throws {
    var dispute = try disputed()
    let path = dispute.path(segment: 4, leaf: 21)
    #expect(try dispute.add(dispute.reveal(path[0])) == .refused(.revealUnknown))
    let changes: [([Digest]) -> [Digest]] = [
      { $0.dropLast() }, { $0 + [.zero] }, { [.zero] + $0.dropFirst() }, { _ in [] },
      { $0.count == 1 ? [.zero] : [MerkleTree.root(ofLeafHashes: $0)] },
    ]
    for question in path {
      #expect(try dispute.add(dispute.ask(question)) == .accepted)
      let names = ["provider-2", "alice", "bob", "challenger", "provider"]
      let outcomes = try dispute.chain.add(zip(changes, names).map { dispute.reveal(question, from: $1, change: $0) })
      #expect(outcomes.allSatisfy { $0 == .refused(.revealUnfit) })
      let key = ChallengeKey(claim: dispute.claim, question: question)
      let part = TinyModel.trees.part(TensorRange(tensor: 0, leaves: 0..<1), of: TinyModel.model)
      let foreign = dispute.chain.transaction(.reveal(RevealAnswer(key, .weights(part))), from: "alice")
      #expect(try dispute.chain.add([foreign, dispute.reveal(question)]) == [.refused(.revealUnfit), .accepted])
    }
  }

  @Test("Weights are asked for with a bond that pays for their bytes, and revealed whole [CHAL-2] [TX-11]")
  func weights() throws {
    var dispute = try disputed([Self.honest])
    let question = Question.weights(tensor: 3, leaf: 2)
    #expect(try dispute.add(dispute.ask(question)) == .accepted)
    #expect(dispute.challenge(question)?.bond == Amount(3001 + 2 * UInt64(17 * 64 + 128 + 8192)))
    func outcome(_ change: (inout TreePart) -> Void) throws -> Outcome? {
      var part = TinyModel.trees.part(TensorRange(tensor: 3, leaves: 2..<3), of: TinyModel.model)
      change(&part)
      var copy = dispute.chain
      let key = ChallengeKey(claim: dispute.claim, question: question)
      return try copy.add([copy.transaction(.reveal(RevealAnswer(key, .weights(part))), from: "alice")]).first
    }
    #expect(try outcome { $0.leaves[0] ^= 1 } == .refused(.revealUnfit))
    #expect(try outcome { $0.leaves.removeLast() } == .refused(.revealUnfit))
    #expect(try outcome { $0 = TinyModel.trees.part(TensorRange(tensor: 3, leaves: 1..<2), of: TinyModel.model) } == .refused(.revealUnfit))
    let key = ChallengeKey(claim: dispute.claim, question: question)
    #expect(
      try dispute.add(dispute.chain.transaction(.reveal(RevealAnswer(key, .children([]))), from: "alice")) == .refused(.revealUnfit))
    #expect(try dispute.add(dispute.reveal(question)) == .accepted)
    #expect(dispute.challenge(question)?.answer == .answered(revealer: TestChain.account("provider"), children: []))
    var silent = try disputed([Self.honest])
    try silent.add(silent.ask(question))
    try silent.chain.addEmpty(3)
    #expect(silent.entry.status == .slashed(at: Height(6), challenger: TestChain.account("challenger")))
  }

  @Test("A first question is in time through the window; the others while an answer, a move and a seal still fit [TX-10] [GEN-1]")
  func lateness() throws {
    var dispute = try disputed([Self.honest, Self.lying])
    try dispute.chain.addEmpty(2)
    #expect(dispute.chain.tip.nextHeight == dispute.entry.window)
    #expect(try dispute.add(dispute.ask(dispute.first(0))) == .accepted)
    #expect(try dispute.add(dispute.ask(dispute.first(1))) == .refused(.challengeLate))
    #expect(try dispute.add(dispute.ask(.weights(tensor: 0, leaf: 0))) == .refused(.challengeLate))
    #expect(dispute.entry.deadline == Height(5 + 5))
  }

  @Test("Whoever asks whatever, a claim ends by its bound [TX-10] [CLOCK-1] [LED-4]")
  func bound() throws {
    var dispute = try disputed([Self.honest])
    let bound = dispute.entry.window.value + dispute.chain.genesis.parameters.disputeBlocks
    let extent = Self.honest.trace.extent
    var questions = [dispute.first()]
    var generator = SeededGenerator.printed()
    while dispute.entry.status == .pending {
      #expect(dispute.entry.deadline.value <= bound)
      let open = dispute.chain.tip.state.disputes.challenges.filter { $0.key.claim == dispute.claim && $0.entry.answer == .open }
      // The last moment for an answer is the best for who wants delay.
      let due = open.filter { $0.entry.expires == dispute.chain.tip.nextHeight }
      var transactions: [TestTransaction] = []
      var nonce = dispute.chain.account("provider").nonce
      for (challenge, _) in due {
        let record = Self.honest.trace.children(answering: challenge.question, fanOut: dispute.fanOut) ?? []
        transactions.append(
          dispute.chain.transaction(.reveal(RevealAnswer(challenge, .children(record))), from: "provider", nonce: nonce))
        nonce += 1
        switch challenge.question {
        case .trace(let record, let node) where node.height > 1:
          questions += (0..<2).map { .trace(record: record, TreeNode(height: node.height - 1, index: UInt64($0))) }
        case .trace(let record, let node):
          let segments = Int(node.index) * 16..<min(17, Int(node.index + 1) * 16)
          questions += segments.map { dispute.shape.top(record: record, segment: $0, extent: extent) }
        case .segment(let record, let segment, let node) where node.height > 1:
          questions += (0..<2).map { .segment(record: record, segment: segment, TreeNode(height: node.height - 1, index: UInt64($0))) }
        case .segment, .weights: break
        }
      }
      if let next = questions.indices.randomElement(using: &generator), open.count <= 1 {
        let question = questions.remove(at: next)
        if dispute.shape.childCount(of: question, extent: extent) != nil, dispute.challenge(question) == nil {
          transactions.append(dispute.ask(question))
        }
      }
      try dispute.chain.add(transactions)
    }
    #expect(dispute.entry.status == .finalized(at: dispute.chain.tip.header.height))
    #expect(dispute.chain.tip.header.height.value <= bound + 1)
    #expect(dispute.chain.tip.header.height.value > dispute.entry.window.value + 10)
  }

  @Test("Entries of disputes outside their rules do not decode [LED-2] [CHAL-2]")
  func values() throws {
    #expect(throws: DecodingRejection.unknownTag) { try Question(decoding: [3]) }
    #expect(throws: DecodingRejection.outOfRange) {
      try StateEntry(decoding: [UInt8](repeating: 1, count: 32) + [0, 0, 0, 0, 1, 0, 0, 0], at: .opened(claim: .zero, record: 0))
    }
    #expect(throws: DecodingRejection.outOfRange) {
      try StateEntry(decoding: [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], at: .clock)
    }
    for key in [StateKey.expiring(.genesis), .unsealing(.genesis), .paying(.genesis)] {
      #expect(throws: DecodingRejection.outOfRange) { try StateEntry(decoding: [0, 0, 0, 0], at: key) }
    }
    let many = RevealAnswer(
      ChallengeKey(claim: .zero, question: .weights(tensor: 0, leaf: 0)), .children([Digest](repeating: .zero, count: 257)))
    #expect(throws: DecodingRejection.countAboveLimit) { try RevealAnswer(decoding: many.encoded) }
  }
}
