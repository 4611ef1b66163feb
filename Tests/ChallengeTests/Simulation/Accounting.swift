import Bytes
import Ledger
import TestSupport

/// The books of a simulation, kept beside the ledger: what is burnt and what is paid out follows from what happened, and from nothing else.
struct Accounting {
  private var statuses: [Digest: ClaimStatus] = [:]
  private var challenges: [ChallengeKey: ChallengeEntry] = [:]
  private var prizes: Set<Digest> = []
  private var paid: Set<Digest> = []
  private var burnt: UInt64 = 0

  /// Takes in a block, and throws what the ledger has booked otherwise.
  /// - Parameter penalties: how many offenders were punished in the block.
  mutating func take(_ chain: TestChain, penalties: Int) throws(Simulation.Violation) {
    let state = chain.tip.state
    let parameters = chain.genesis.parameters
    var expected: UInt64 = 0
    for (identifier, claim) in state.claims {
      let before = statuses[identifier] ?? .pending
      guard before == .pending || claim.status.kind == before.kind else { throw .endedTwice }
      if before == .pending, claim.status.kind == .slashed {
        expected += claim.bond.units - claim.bond.fraction(parameters.rewardPermille, of: 1000).units
      }
      statuses[identifier] = claim.status
    }
    let open = Dictionary(uniqueKeysWithValues: state.disputes.challenges.map { ($0.key, $0.entry) })
    for (key, entry) in challenges where open[key] == nil {
      switch state.claims[key.claim]?.status.kind {
      case .finalized: expected += entry.bond.units - entry.bond.units / 2
      case .slashed: break
      case .pending, nil: throw .closedEarly
      }
    }
    challenges = open
    let owed = Set(state.disputes.prizes.map(\.claim))
    for claim in prizes.subtracting(owed) {
      guard paid.insert(claim).inserted else { throw .paidTwice }
    }
    prizes = owed
    let penalty = parameters.penalty.units - parameters.penalty.fraction(parameters.rewardPermille, of: 1000).units
    expected += UInt64(penalties) * penalty
    guard state.totals.burnt.units == burnt + expected else { throw .burnt }
    burnt = state.totals.burnt.units
  }

  /// Whether every slashed claim's prize was paid, once.
  var isSettled: Bool { prizes.isEmpty && paid == Set(statuses.filter { $0.value.kind == .slashed }.keys) }
}

extension ClaimStatus {
  /// The status without its fields.
  enum Kind {
    case pending
    case finalized
    case slashed
  }

  var kind: Kind {
    switch self {
    case .pending: .pending
    case .finalized: .finalized
    case .slashed: .slashed
    }
  }
}
