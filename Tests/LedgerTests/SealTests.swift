import Bytes
import Inference
import Ledger
import TestSupport
import Testing

@Suite("Seals and prizes")
struct SealTests {
  let lying: TinyRecord
  let salt = Digest.hash([1, 2, 3])

  init() throws {
    var record = try TinyRecord.honest("one two three")
    record.record.answer = Array("something else".utf8)
    lying = record
  }

  func proof(_ dispute: DisputedClaim) -> FraudProof {
    FraudProof(claim: dispute.claim, batch: dispute.batch, index: 0, kind: .binding, evidence: [Binding.output.rawValue])
  }

  func seal(_ dispute: DisputedClaim, from name: String, as owner: String? = nil) -> TestTransaction {
    let digest = proof(dispute).seal(of: TestChain.account(owner ?? name), salt: salt)
    return dispute.chain.transaction(.seal(digest), from: name)
  }

  func show(_ dispute: DisputedClaim, from name: String, sealed: Bool = true) -> TestTransaction {
    dispute.chain.transaction(.fraudProof(sealed ? proof(dispute).unsealed(by: salt) : proof(dispute)), from: name)
  }

  func winner(_ dispute: DisputedClaim) -> AccountIdentifier? {
    if case .slashed(_, let challenger) = dispute.entry.status { challenger } else { nil }
  }

  @Test("A proof counts from its seal on: a producer that copies it gains nothing [TX-7] [TX-9] [CHAL-4]")
  func copying() throws {
    var dispute = try DisputedClaim([lying])
    #expect(try dispute.add(seal(dispute, from: "challenger")) == .accepted)
    let copy = show(dispute, from: "bob", sealed: false)
    #expect(try dispute.chain.add([copy, show(dispute, from: "challenger")]) == [.accepted, .accepted])
    #expect(winner(dispute) == TestChain.account("challenger"))
    let (bob, challenger) = (dispute.chain.account("bob").balance, dispute.chain.account("challenger").balance)
    try dispute.chain.addEmpty(3)
    #expect(dispute.chain.account("bob").balance == bob)
    #expect(dispute.chain.account("challenger").balance == challenger.adding(Amount(10_000_000)))
    #expect(dispute.chain.tip.state.disputes.isEmpty)
    #expect(dispute.chain.tip.state.totals.burnt == Amount(10_000_001))
  }

  @Test("A copy under a seal of its own is later too, while the first one can still be shown [TX-7] [TX-9]")
  func copyingUnderASeal() throws {
    var dispute = try DisputedClaim([lying])
    try dispute.add(seal(dispute, from: "challenger"))
    try dispute.add(seal(dispute, from: "bob"))
    #expect(try dispute.add(show(dispute, from: "bob")) == .accepted)
    #expect(winner(dispute) == TestChain.account("bob"))
    var late = dispute
    #expect(try dispute.add(show(dispute, from: "challenger")) == .refused(.proofSeal))
    #expect(winner(dispute) == TestChain.account("bob"))

    var prompt = try DisputedClaim([lying])
    try prompt.chain.add([seal(prompt, from: "challenger"), seal(prompt, from: "bob")])
    #expect(try prompt.add(show(prompt, from: "bob")) == .accepted)
    #expect(try prompt.add(show(prompt, from: "challenger")) == .accepted)
    #expect(winner(prompt) == TestChain.account("challenger"))
    #expect(try prompt.add(show(prompt, from: "bob", sealed: false)) == .refused(.proofClaimSlashed))
    try late.chain.addEmpty(4)
    #expect(try late.add(show(late, from: "alice", sealed: false)) == .refused(.proofClaimSlashed))
  }

  @Test("A seal is its sender's alone, is earlier than its proof, and expires [TX-7] [TX-9]")
  func seals() throws {
    var dispute = try DisputedClaim([lying])
    let outcomes = try dispute.chain.add([
      seal(dispute, from: "bob", as: "challenger"), seal(dispute, from: "challenger"), show(dispute, from: "alice"),
    ])
    #expect(outcomes == [.accepted, .accepted, .refused(.proofSeal)])
    #expect(try dispute.add(seal(dispute, from: "challenger")) == .refused(.sealRepeated))
    #expect(try dispute.add(show(dispute, from: "bob")) == .refused(.proofSeal))
    var same = try DisputedClaim([lying])
    let nonce = same.chain.account("challenger").nonce
    let shown = same.chain.transaction(.fraudProof(proof(same).unsealed(by: salt)), from: "challenger", nonce: nonce + 1)
    #expect(try same.chain.add([seal(same, from: "challenger"), shown]) == [.accepted, .refused(.proofSeal)])
    try same.chain.addEmpty(2)
    #expect(same.chain.tip.state.disputes.keys.count == 2)
    try same.chain.addEmpty(1)
    #expect(same.chain.tip.state.disputes.isEmpty)
  }

  @Test("Expiry pays whoever asked, unless an earlier seal shows a proof in time [TX-7] [TX-8] [CHAL-4]")
  func expiryAndSeal() throws {
    var dispute = try DisputedClaim([lying])
    try dispute.add(dispute.ask(dispute.first(), from: "bob"))
    try dispute.add(seal(dispute, from: "challenger"))
    try dispute.chain.addEmpty(1)
    #expect(try dispute.add(show(dispute, from: "challenger")) == .refused(.proofClaimSlashed))
    #expect(winner(dispute) == TestChain.account("bob"))

    var earlier = try DisputedClaim([lying])
    try earlier.chain.add([seal(earlier, from: "challenger"), earlier.ask(earlier.first(), from: "bob")])
    try earlier.chain.addEmpty(1)
    #expect(try earlier.add(show(earlier, from: "challenger")) == .accepted)
    #expect(winner(earlier) == TestChain.account("challenger"))
    #expect(try earlier.add(earlier.close(earlier.first())) == .accepted)
  }

  @Test("Losing to oneself costs: the prize is a part of the bond [CHAL-4] [LED-4]")
  func selfSlashing() throws {
    var dispute = try DisputedClaim([lying])
    let before = dispute.chain.account("provider").total
    let transaction = show(dispute, from: "provider", sealed: false)
    #expect(try dispute.add(transaction) == .accepted)
    try dispute.chain.addEmpty(3)
    let fee = transaction.transaction.body.fee
    #expect(dispute.chain.account("provider").total == before.subtracting(Amount(10_000_001 + fee.units)))
  }

  @Test("The clock stands still over full blocks, at most so many in a row [CLOCK-1] [BLOCK-5]")
  func clock() throws {
    var dispute = try DisputedClaim([lying])
    func fill(_ count: Int) throws {
      var nonce = dispute.chain.account("alice").nonce
      let seals = (0..<count).map { index in
        defer { nonce += 1 }
        return dispute.chain.transaction(.seal(Digest.hash([UInt8(index)])), from: "alice", nonce: nonce)
      }
      try dispute.chain.add(seals)
    }
    let state = { dispute.chain.tip.state.disputes.clock }
    try fill(127)
    #expect(state() == .unbroken)
    for expected in [(1, 1), (2, 2), (2, 0), (3, 1)] as [(UInt64, UInt64)] {
      try fill(128)
      #expect([state().stood, state().run] == [expected.0, expected.1])
    }
    #expect(dispute.entry.status == .pending)
    #expect(dispute.chain.tip.state.disputeTime(at: dispute.chain.tip.nextHeight) == Height(5))
    #expect(dispute.entry.deadline == Height(5))
    try dispute.chain.addEmpty(1)
    #expect([state().stood, state().run] == [3, 0])
    #expect(dispute.entry.status == .pending)
    try dispute.chain.addEmpty(1)
    #expect(dispute.entry.status == .finalized(at: Height(9)))
    let seals = (0..<129).map { dispute.chain.transaction(.seal(Digest.hash([UInt8($0)])), from: "bob", nonce: UInt64($0)) }
    #expect(try dispute.chain.proposal(seals).leftOut.map(\.reason) == [.full])
  }

  @Test("Challenges and reveals have places of their own, weights take sixteen [BLOCK-5]")
  func places() throws {
    let dispute = try DisputedClaim([lying])
    func leftOut(_ count: Int, _ payload: (Int) -> Payload) throws -> Int {
      let transactions = (0..<count).map { dispute.chain.transaction(payload($0), from: "bob", nonce: UInt64($0)) }
      let reasons = try dispute.chain.proposal(transactions).leftOut.map(\.reason)
      return reasons.count
    }
    let node = ChallengeKey(claim: dispute.claim, question: dispute.first())
    let leaf = ChallengeKey(claim: dispute.claim, question: .weights(tensor: 0, leaf: 0))
    #expect(try leftOut(65) { _ in .ask(AskQuestion(node)) } == 1)
    #expect(try leftOut(5) { _ in .ask(AskQuestion(leaf)) } == 1)
    #expect(try leftOut(129) { _ in .reveal(RevealAnswer(node, .children([]))) } == 1)
    #expect(try leftOut(9) { _ in .reveal(RevealAnswer(leaf, .children([]))) } == 1)
  }
}
