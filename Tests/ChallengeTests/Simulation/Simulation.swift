import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import Merkle
import TestSupport

/// A network in memory that a seed drives: providers and attackers of given roles, an honest challenger, and rules that are checked after
/// every block.
struct Simulation {
  /// What a rule of the simulation found.
  enum Violation: Error, Hashable {
    case conservation
    case honestSlashed(Role)
    case lieFinal(Role)
    case late(Role)
    case open
    case paidTwice
  }

  struct Party {
    let name: String
    let role: Role
    let records: [TinyRecord]
    var claims: [Digest] = []
    var posted = 0
  }

  private(set) var chain: TestChain
  private(set) var parties: [Party]
  private let roles: Set<Role>
  private var generator: SeededGenerator
  private var challenger = HonestChallenger()
  private var queued: [(payload: Payload, blob: [UInt8]?, from: String)] = []
  /// A rule that is broken on purpose, to see that it is found.
  private let isBroken: Bool

  /// Makes a network.
  /// - Parameter isBroken: the honest challenger does nothing, so that some lie becomes final.
  init(_ roles: [Role], seed: UInt64, isBroken: Bool = false) throws {
    self.roles = Set(roles)
    self.isBroken = isBroken
    generator = SeededGenerator(seed: seed)
    chain = TestChain()
    let providers = roles.filter(\.isProvider)
    parties = try providers.enumerated().map { index, role in
      let name = index == 0 ? "provider" : "provider-2"
      let records = try (0..<2).map { number in
        try Simulation.record(role, to: role == .freeloading ? "alice" : name, salt: UInt8(10 * index + number))
      }
      return Party(name: name, role: role, records: records)
    }
    try chain.add([chain.registration()])
  }

  /// Runs until every claim has ended and nothing is owed; throws what is wrong.
  mutating func run() throws {
    let parameters = chain.genesis.parameters
    let limit = (parameters.windowBlocks + parameters.disputeBlocks + 2) * (parameters.stretchBlocks + 1) + 20
    while chain.tip.header.height.value < limit {
      try step()
      let state = chain.tip.state
      let hasPosted = parties.allSatisfy { $0.posted >= ($0.role == .duplicating ? 2 : 1) }
      if hasPosted, state.claims.values.allSatisfy({ $0.status != .pending }), state.disputes.prizes.isEmpty,
        state.disputes.challenges.isEmpty
      {
        return try checkEnd()
      }
    }
    throw Violation.open
  }

  /// Makes one block.
  private mutating func step() throws {
    if roles.contains(.crashing), Bool.random(using: &generator) { challenger = HonestChallenger() }
    queued = []
    for index in parties.indices {
      var party = parties[index]
      act(&party)
      parties[index] = party
    }
    if roles.contains(.sybils) { askEverything() }
    if !isBroken {
      var moves: [Payload] = []
      challenger.act(on: chain) { moves.append($0) }
      queued += moves.map { ($0, nil, "challenger") }
    }
    closeEnded()
    let isCensored = roles.contains(.censoring) && chain.tip.header.height.value.isMultiple(of: 2)
    if isCensored { copyProofs() }
    let transactions = signed(queued.filter { !(isCensored && $0.from == "challenger") })
    try chain.add(transactions)
    try checkBlock()
  }

  private mutating func act(_ party: inout Party) {
    if party.posted < (party.role == .duplicating ? 2 : 1) {
      let batch = TestRecords.batch(party.records.map(\.record))
      party.claims.append(
        Claim.identifier(
          provider: TestChain.account(party.name),
          nonce: chain.account(party.name).nonce + UInt64(queued.count { $0.from == party.name })))
      queued.append((.postClaim(PostClaim(batch)), batch.encoded, party.name))
      party.posted += 1
      return
    }
    answer(party)
    switch party.role {
    case .selfSlashing where pending(party).first != nil:
      for claim in pending(party) {
        let proof = FraudProof(
          claim: claim, batch: TestRecords.batch(party.records.map(\.record)), index: 0, kind: .binding,
          evidence: [Binding.output.rawValue])
        queued.append((.fraudProof(proof), nil, party.name))
      }
    case .equivocating:
      let promises = [Digest.zero, MerkleTree.leafHash(party.records[0].record.encoded)].map { record in
        SignedPromise(
          Promise(
            chain: chain.genesis.root, provider: TestChain.account(party.name), request: party.records[0].record.request.digest,
            record: record, latest: Height(1_000)), by: TestChain.key(party.name), random: NoRandomBytes())
      }
      let evidence = Misconduct.promises(promises[0], promises[1])
      guard chain.tip.state[.punished(evidence.offender, subject: evidence.subject)] == nil else { break }
      queued.append((.misconduct(evidence), nil, "alice"))
    default: break
    }
  }

  private func pending(_ party: Party) -> [Digest] { party.claims.filter { chain.tip.state.claims[$0]?.status == .pending } }

  /// Answers open questions about a party's claims as its role does.
  private mutating func answer(_ party: Party) {
    guard let delay = party.role.answerDelay else { return }
    let clock = Int(chain.tip.state.disputeTime(at: chain.tip.nextHeight).value)
    for (key, entry) in chain.tip.state.disputes.challenges
    where party.claims.contains(key.claim) && entry.answer == .open && clock >= Int(entry.expires.value) + delay {
      switch key.question {
      case .weights(let tensor, let leaf):
        let part = TinyModel.trees.part(TensorRange(tensor: Int(tensor), leaves: Int(leaf)..<Int(leaf) + 1), of: TinyModel.model)
        queued.append((.reveal(RevealAnswer(key, .weights(part))), nil, party.name))
      case .trace(let record, _), .segment(let record, _, _):
        let trace = party.records[Int(record)].trace
        guard let children = trace.children(answering: key.question, fanOut: chain.genesis.parameters.fanOut) else { continue }
        queued.append((.reveal(RevealAnswer(key, .children(children))), nil, party.name))
      }
    }
  }

  /// Two accounts ask the same first question; one asks for more wherever something was answered.
  private mutating func askEverything() {
    let shape = QuestionShape(graph: TinyModel.model.graph, fanOut: chain.genesis.parameters.fanOut)
    for party in parties {
      for claim in pending(party) {
        let batch = TestRecords.batch(party.records.map(\.record))
        let record = UInt32.random(in: 0..<2, using: &generator)
        guard let inclusion = batch.tree.inclusionProof(index: UInt64(record)) else { continue }
        let opening = AskQuestion.Opening(record: batch.records[Int(record)].encoded, inclusion: inclusion)
        for name in ["alice", "bob"] {
          queued.append((.ask(AskQuestion(ChallengeKey(claim: claim, question: shape.first(record: record)), opening: opening)), nil, name))
        }
        let extent = party.records[Int(record)].trace.extent
        let segment = Int.random(in: 0..<17, using: &generator)
        let questions: [Question] = [
          .trace(record: record, TreeNode(height: 1, index: UInt64.random(in: 0..<2, using: &generator))),
          shape.top(record: record, segment: segment, extent: extent),
          .segment(record: record, segment: UInt32(segment), TreeNode(height: 1, index: UInt64.random(in: 0..<3, using: &generator))),
          .weights(tensor: UInt32.random(in: 0..<21, using: &generator), leaf: 0),
        ]
        for question in questions { queued.append((.ask(AskQuestion(ChallengeKey(claim: claim, question: question))), nil, "bob")) }
      }
    }
  }

  private mutating func copyProofs() {
    for (payload, _, from) in queued where from == "challenger" {
      guard case .fraudProof(let proof) = payload else { continue }
      let copy = FraudProof(
        claim: proof.claim, recordIndex: proof.recordIndex, record: proof.record, inclusion: proof.inclusion, kind: proof.kind,
        evidence: proof.evidence)
      queued.append((.fraudProof(copy), nil, "bob"))
    }
  }

  private mutating func closeEnded() {
    for (key, _) in chain.tip.state.disputes.challenges where chain.tip.state.claims[key.claim]?.status != .pending {
      queued.append((.close(key), nil, "alice"))
    }
  }

  private func signed(_ payloads: [(payload: Payload, blob: [UInt8]?, from: String)]) -> [TestTransaction] {
    var nonces: [String: UInt64] = [:]
    return payloads.prefix(150).map { payload, blob, name in
      let nonce = nonces[name] ?? chain.account(name).nonce
      nonces[name] = nonce + 1
      return chain.transaction(payload, from: name, blob: blob, nonce: nonce)
    }
  }

  private static func record(_ role: Role, to name: String, salt: UInt8) throws -> TinyRecord {
    let record = try TinyRecord.honest("one two three", maxNewTokens: 4, salt: Digest.hash([salt]), provider: name)
    switch role {
    case .lying(let segment): return record.flipping(bit: 3, ofLeaf: segment == 15 ? 1 : 5, inSegment: segment)
    case .withholding, .late: return record.flipping(bit: 3, ofLeaf: 5, inSegment: 6)
    case .misquoting, .selfSlashing:
      var changed = record
      changed.record.answer = Array("as you like it".utf8)
      return changed
    default: return record
    }
  }
}

extension Simulation {
  /// What must hold after every block; that units are conserved, the chain of the tests checks itself.
  private func checkBlock() throws {
    for party in parties {
      for claim in party.claims {
        guard let entry = chain.tip.state.claims[claim] else { continue }
        switch entry.status {
        case .slashed: if party.role.mustStand { throw Violation.honestSlashed(party.role) }
        case .finalized: if !party.role.tellsTheTruth { throw Violation.lieFinal(party.role) }
        case .pending:
          let clock = chain.tip.state.disputeTime(at: chain.tip.nextHeight).value
          guard clock <= entry.window.value + chain.genesis.parameters.disputeBlocks + 1 else { throw Violation.late(party.role) }
        }
      }
    }
  }

  /// What must hold in the end: every lie lost its bond once, every truth kept it.
  private func checkEnd() throws {
    let parameters = chain.genesis.parameters
    let slashed = chain.tip.state.claims.values.filter { if case .slashed = $0.status { true } else { false } }
    let reward = parameters.claimBond.fraction(parameters.rewardPermille, of: 1000).units
    var lost: UInt64 = 0
    for party in parties {
      let own = slashed.count { $0.provider == TestChain.account(party.name) }
      let penalty = party.role == .equivocating ? parameters.penalty.units : 0
      guard chain.account(party.name).stake.units == 200_000_000 - UInt64(own) * parameters.claimBond.units - penalty else {
        throw Violation.paidTwice
      }
      guard chain.account(party.name).locked == .zero else { throw Violation.open }
      lost += UInt64(own) * (parameters.claimBond.units - reward)
      let stands = party.claims.contains { chain.tip.state.claims[$0] != nil }
      if !party.role.tellsTheTruth, stands, own == 0 { throw Violation.lieFinal(party.role) }
      if party.role == .freeloading, stands { throw Violation.lieFinal(party.role) }
    }
    guard chain.tip.state.totals.burnt.units >= lost else { throw Violation.conservation }
  }
}
