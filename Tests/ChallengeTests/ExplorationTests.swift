import Bytes
import Challenge
import Inference
import Ledger
import Merkle
import TestSupport
import Testing

/// Every order of moves in one dispute, on the real ledger: what differs only in what cannot matter any more is one state.
@Suite("All disputes of small trees")
struct ExplorationTests {
  /// What of a dispute can still matter.
  private struct Signature: Hashable {
    let clock: UInt64
    let deadline: UInt64
    let answered: Set<Question>
    let open: [Question: UInt64]
    let status: ClaimStatus
    let sealed: Bool
  }

  private func signature(_ dispute: DisputedClaim) -> Signature {
    let state = dispute.chain.tip.state
    var answered: Set<Question> = []
    var open: [Question: UInt64] = [:]
    for (key, entry) in state.disputes.challenges {
      if entry.answer == .open { open[key.question] = entry.expires.value } else { answered.insert(key.question) }
    }
    return Signature(
      clock: state.disputeTime(at: dispute.chain.tip.nextHeight).value, deadline: dispute.entry.deadline.value, answered: answered,
      open: open, status: dispute.entry.status, sealed: state.disputes.keys.contains { if case .seal = $0 { true } else { false } })
  }

  /// Plays all games to their ends, block by block.
  /// - Parameter moves: the transactions of each block that may come next.
  /// - Returns: how the claim ended, for every game, and how many states there are.
  private func explore(
    _ start: DisputedClaim, _ moves: (DisputedClaim) throws -> [[TestTransaction]]
  ) throws -> (ends: [DisputedClaim], states: Int) {
    let bound = start.entry.window.value + start.chain.genesis.parameters.disputeBlocks
    var frontier = [start]
    var ends: [DisputedClaim] = []
    var states = 0
    while !frontier.isEmpty {
      var next: [Signature: DisputedClaim] = [:]
      for dispute in frontier {
        for transactions in try moves(dispute) {
          var after = dispute
          try after.chain.add(transactions)
          let clock = after.chain.tip.header.height.value
          if case .pending = after.entry.status {
            #expect(clock <= bound)
            next[signature(after)] = after
          } else {
            #expect(clock <= bound + 1)
            ends.append(after)
          }
        }
      }
      states += next.count
      frontier = Array(next.values)
    }
    return (ends, states)
  }

  /// The questions that are open, those in their last block apart from those that can wait.
  private func open(_ dispute: DisputedClaim) -> (due: [Question], others: [Question]) {
    let clock = dispute.chain.tip.state.disputeTime(at: dispute.chain.tip.nextHeight)
    let open = dispute.chain.tip.state.disputes.challenges.filter { $0.entry.answer == .open }
    return (open.filter { $0.entry.expires == clock }.map(\.key.question), open.filter { $0.entry.expires > clock }.map(\.key.question))
  }

  /// A leaf, and how many questions lead to it. Two trees are walked, so that the least is two.
  struct Way: Sendable {
    let questions: Int
    let fanOutBits: UInt64
    let segment: Int
    let leaf: Int

    static let all = [
      Way(questions: 2, fanOutBits: 8, segment: 4, leaf: 17), Way(questions: 3, fanOutBits: 4, segment: 16, leaf: 5),
      Way(questions: 4, fanOutBits: 4, segment: 4, leaf: 17), Way(questions: 5, fanOutBits: 2, segment: 16, leaf: 5),
      Way(questions: 6, fanOutBits: 2, segment: 4, leaf: 17),
    ]
  }

  @Test("A lie falls however the provider delays or keeps silent, for every depth up to 6 [TX-8] [TX-10] [TX-11]", arguments: Way.all)
  func lies(way: Way) throws {
    let honest = try TinyRecord.honest("one two three four five")
    let lying = honest.flipping(bit: 1, ofLeaf: way.leaf, inSegment: way.segment)
    let review = try DescentTests.review(lying)
    let start = try DisputedClaim([lying], chain: TestChain(fanOutBits: way.fanOutBits))
    #expect(start.path(segment: way.segment, leaf: way.leaf).count == way.questions)
    let descent = review.descent(record: 0, fanOut: start.fanOut)
    let claims = try ClaimReview(id: start.claim, claim: start.entry, blob: start.batch.encoded)
    var proof: FraudProof?
    let (ends, states) = try explore(start) { dispute in
      var mine: [TestTransaction] = []
      switch descent.move(DescentTests.known(dispute)) {
      case .ask(let question): mine = [dispute.ask(question)]
      case .prove(let leaf):
        if proof == nil { proof = try review.stepProof(leaf).flatMap { claims.fraudProof(record: 0, .step($0)) } }
        guard let shown = proof else { throw TestChainError.disagreement }
        let prosecution = Prosecution(shown, key: TestChain.key("challenger"))
        let state = dispute.chain.tip.state
        let move = prosecution.move(
          claim: dispute.entry, seal: state.disputes.seal(prosecution.sealKey), prize: nil,
          clock: state.disputeTime(at: dispute.chain.tip.nextHeight), height: dispute.chain.tip.nextHeight)
        switch move {
        case .seal(let digest): mine = [dispute.chain.transaction(.seal(digest), from: "challenger")]
        case .show(let proof), .hasten(let proof): mine = [dispute.chain.transaction(.fraudProof(proof), from: "challenger")]
        case .wait, .done: break
        }
      case .wait: break
      case .look, .agree: throw TestChainError.disagreement
      }
      // The provider answers now, later, or never.
      let open = open(dispute)
      let answer = (open.due + open.others).map { dispute.reveal($0) }
      return answer.isEmpty ? [mine] : [mine, answer + mine]
    }
    #expect(states > 15)
    for end in ends {
      guard case .slashed(_, TestChain.account("challenger")) = end.entry.status else {
        Issue.record("a lie became final")
        return
      }
    }
  }

  @Test("An honest claim stands whatever is asked and whenever, for every depth up to 6 [TX-8] [TX-10] [TX-11]", arguments: Way.all)
  func truths(way: Way) throws {
    let honest = try TinyRecord.honest("one two three four five")
    let start = try DisputedClaim([honest], chain: TestChain(fanOutBits: way.fanOutBits))
    let path = start.path(segment: way.segment, leaf: way.leaf)
    #expect(path.count == way.questions)
    let (ends, states) = try explore(start) { dispute in
      // The attacker asks the next question of the way now or later; the provider answers now or as late as it may.
      let open = open(dispute)
      let due = open.due.map { dispute.reveal($0) }
      let all = due + open.others.map { dispute.reveal($0) }
      var blocks = [due]
      if all.count > due.count { blocks.append(all) }
      if let next = path.first(where: { dispute.challenge($0) == nil }) { blocks += blocks.map { $0 + [dispute.ask(next)] } }
      return blocks
    }
    #expect(states > 20)
    #expect(ends.allSatisfy { isFinal($0.entry.status) })
    #expect(ends.contains { $0.chain.tip.header.height.value > start.entry.window.value + 3 })
  }
}

/// Whether a claim stands.
private func isFinal(_ status: ClaimStatus) -> Bool {
  if case .finalized = status { true } else { false }
}
