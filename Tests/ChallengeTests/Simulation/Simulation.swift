import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import TestSupport

/// A network in memory that a seed drives: providers and attackers of given roles, an honest challenger, and rules that are checked after
/// every block.
struct Simulation {
  /// What a rule of the simulation found.
  enum Violation: Error, Hashable {
    /// A claim that tells the truth, whose provider answers, was slashed.
    case honestSlashed(Role)
    /// A lie became final.
    case lieFinal(Role)
    /// A claim is pending after its bound.
    case late(Role)
    /// A claim ended, and then otherwise.
    case endedTwice
    /// A challenge was settled before its claim.
    case closedEarly
    /// Something is still owed in the end.
    case open
    /// A prize was paid again, or a stake is not what it should be.
    case paidTwice
    /// Another amount was burnt than the rules say.
    case burnt
    /// A prize went to somebody who only copied the proof.
    case robbed(Role)
  }

  /// What is wrong on purpose, to see that it is found.
  enum Fault {
    /// The honest challenger does nothing.
    case sleepingChallenger
    /// The honest challenger forgets to seal, so that a copy can be first.
    case unsealedProofs
    /// Honest providers answer nothing.
    case silentProviders
    /// Honest providers answer with children that are not theirs.
    case wrongAnswers
    /// Nobody takes bonds back.
    case unclosedChallenges
  }

  /// A provider.
  struct Party {
    let name: String
    let role: Role
    let records: [TinyRecord]
    var claims: [Digest] = []

    var batch: Batch { TestRecords.batch(records.map(\.record)) }
  }

  /// A transaction that somebody wants in the next block.
  struct Wish {
    let payload: Payload
    var blob: [UInt8]?
    let sender: String
    /// Whether it pays enough to go first. Whoever is in a dispute needs one place and can outbid those who want all of them.
    var isUrgent = false
  }

  var chain: TestChain
  var parties: [Party]
  let roles: [Role]
  let fault: Fault?
  var generator: SeededGenerator
  var challenger = HonestChallenger()
  var wishes: [Wish] = []
  /// How many of the Sybils have asked.
  var sybilsUsed = 0
  private var accounting = Accounting()

  /// Makes a network.
  init(_ roles: [Role], seed: UInt64, fault: Fault? = nil) throws {
    self.roles = roles
    self.fault = fault
    generator = SeededGenerator(seed: seed)
    chain = TestChain(
      validatorStake: roles.contains(.doubleSigning) ? Amount(10_000_000) : .zero,
      fanOutBits: [2, 4, 8].randomElement(using: &generator) ?? 4, funded: roles.contains(.sybils) ? Simulation.sybils : [])
    parties = try roles.filter(\.isProvider).enumerated().map { index, role in
      let name = index == 0 ? "provider" : "provider-2"
      return Party(name: name, role: role, records: try role.records(of: name))
    }
    try chain.add([chain.registration()])
    try accounting.take(chain, penalties: 0)
  }

  /// Runs until every claim has ended and nothing is owed; throws what is wrong.
  mutating func run() throws {
    let limit = chain.genesis.parameters.longestClaimBlocks + 40
    while chain.tip.header.height.value < limit {
      try step()
      let state = chain.tip.state
      let havePosted = parties.allSatisfy { $0.claims.count >= $0.role.claims }
      if havePosted, state.claims.values.allSatisfy({ $0.status != .pending }), state.disputes.challenges.isEmpty, accounting.isSettled {
        return try checkEnd()
      }
    }
    throw Violation.open
  }

  /// Makes one block.
  private mutating func step() throws {
    if roles.contains(.crashing), Bool.random(using: &generator) { challenger = HonestChallenger() }
    wishes = []
    for index in parties.indices { parties[index].claims += act(parties[index]) }
    if fault != .sleepingChallenger { challenge() }
    let isCensored = roles.contains(.censoring) && chain.tip.header.height.value.isMultiple(of: 2)
    attack(censoring: isCensored)
    if fault != .unclosedChallenges { closeEnded() }
    if isCensored { wishes.removeAll { $0.sender == "challenger" } }
    let urgent = wishes.filter(\.isUrgent)
    let others = wishes.filter { !$0.isUrgent }
    let block = signed(urgent + others)
    let outcomes = try chain.addWhatFits(block)
    var penalties = 0
    for (transaction, outcome) in outcomes where outcome == .accepted {
      if case .misconduct = transaction.body.payload { penalties += 1 }
    }
    try accounting.take(chain, penalties: penalties)
    try checkBlock()
  }

  private mutating func challenge() {
    var moves: [Payload] = []
    challenger.act(on: chain, seals: fault != .unsealedProofs) { moves.append($0) }
    wishes += moves.map { Wish(payload: $0, sender: "challenger", isUrgent: true) }
  }

  /// Takes back, in anybody's name, the bonds of challenges to claims that have ended.
  private mutating func closeEnded() {
    let ended = chain.tip.state.disputes.challenges.filter { chain.tip.state.claims[$0.key.claim]?.status != .pending }
    for (key, _) in ended.prefix(400) { wishes.append(Wish(payload: .close(key), sender: "alice")) }
  }

  private func signed(_ wishes: [Wish]) -> [TestTransaction] {
    var nonces: [String: UInt64] = [:]
    return wishes.map { wish in
      let nonce = nonces[wish.sender] ?? chain.account(wish.sender).nonce
      nonces[wish.sender] = nonce + 1
      return chain.transaction(wish.payload, from: wish.sender, blob: wish.blob, nonce: nonce)
    }
  }
}
