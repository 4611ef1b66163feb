import Bytes
import Ledger
import TestSupport

extension Simulation {
  /// What must hold after every block; that units are conserved, the chain of the tests checks itself.
  func checkBlock() throws(Violation) {
    let parameters = chain.genesis.parameters
    let clock = chain.tip.state.disputeTime(at: chain.tip.nextHeight).value
    for party in parties {
      for claim in party.claims {
        guard let entry = chain.tip.state.claims[claim] else { continue }
        switch entry.status {
        case .slashed: if party.role.mustStand { throw .honestSlashed(party.role) }
        case .finalized: if !party.role.tellsTheTruth { throw .lieFinal(party.role) }
        case .pending:
          let isInTime = clock <= entry.window.value + parameters.disputeBlocks + 1
          let isSoonEnough = chain.tip.header.height.value < entry.posted.value + parameters.longestClaimBlocks
          guard isInTime, isSoonEnough else { throw .late(party.role) }
        }
      }
    }
  }

  /// What must hold in the end: every lie lost its bond once, every truth kept it, and whoever found a lie has its prize.
  func checkEnd() throws(Violation) {
    let parameters = chain.genesis.parameters
    for party in parties {
      let claims = party.claims.compactMap { chain.tip.state.claims[$0] }
      let slashed = claims.filter { $0.status.kind == .slashed }
      let penalty = party.role == .equivocating ? parameters.penalty.units : 0
      let account = chain.account(party.name)
      guard account.stake.units == 200_000_000 - UInt64(slashed.count) * parameters.claimBond.units - penalty else { throw .paidTwice }
      guard account.locked == .zero else { throw .open }
      if party.role == .freeloading, !claims.isEmpty { throw .lieFinal(party.role) }
      guard !party.role.tellsTheTruth, !claims.isEmpty else { continue }
      guard !slashed.isEmpty else { throw .lieFinal(party.role) }
      guard !roles.contains(where: \.mayWin) else { continue }
      for claim in slashed {
        guard case .slashed(_, TestChain.account("challenger")) = claim.status else { throw .robbed(party.role) }
      }
    }
  }

  /// How many blocks later than without a dispute the last true claim became final; nil without one.
  var delayBlocks: UInt64? {
    var delay: UInt64?
    for party in parties where party.role.mustStand {
      for claim in party.claims.compactMap({ chain.tip.state.claims[$0] }) {
        guard case .finalized(let height) = claim.status else { continue }
        delay = max(delay ?? 0, height.value - claim.posted.value - chain.genesis.parameters.windowBlocks - 1)
      }
    }
    return delay
  }

  /// What the accounts of a role have less than in the beginning.
  func loss(of names: [String], at start: ChainTip) -> Int64 {
    names.reduce(0) { sum, name in
      let (before, after) = (start.state.account(TestChain.account(name)), chain.account(name))
      return sum + Int64(before.balance.units + before.stake.units) - Int64(after.balance.units + after.stake.units)
    }
  }

  /// The accounts of an attacker.
  func accounts(of role: Role) -> [String] {
    switch role {
    case .sybils: Self.sybils
    case .flooding, .censoring: ["bob"]
    default: parties.filter { $0.role == role }.map(\.name)
    }
  }
}
