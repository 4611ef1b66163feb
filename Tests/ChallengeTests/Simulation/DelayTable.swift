import Ledger
import TestSupport

/// What delays of a true claim cost those who cause them, beside what other systems publish.
struct DelayTable {
  /// One attacker.
  struct Row {
    let attacker: Role
    /// The longest delay that was seen, in blocks.
    let delay: UInt64
    /// The longest that the rules allow.
    let bound: UInt64
    /// What the run with it cost the attacker, in units.
    let cost: Int64
    /// What it cost the honest provider and the honest challenger.
    let defence: Int64

    var line: String {
      let price = delay == 0 ? "-" : String(cost / Int64(delay))
      return DelayTable.columns(["\(attacker)", "\(delay) of \(bound) blocks", "\(cost)", price, "\(defence)"])
    }
  }

  static let head = columns(["attacker", "delay of the bound", "it lost, units", "units a block", "the honest lost, units"])

  /// What is known of others, by their own papers and documents.
  static let published = [
    "BoLD    a window of 6.4 days, and up to 6.4 more in dispute, whoever attacks; the bonds are the price of all of it",
    "Dave    the delay grows with the logarithm of the number of attackers, each of whom pays a constant bond",
    "here    the delay has one bound, whoever attacks; within it each question costs a bond, half of it burnt",
  ]

  /// The worst of several runs.
  static func row(_ roles: [Role], of attacker: Role, seeds: Range<UInt64>) throws -> Row {
    var worst: Row?
    for seed in seeds {
      var simulation = try Simulation(roles, seed: seed)
      let start = simulation.chain.tip
      try simulation.run()
      let parameters = simulation.chain.genesis.parameters
      let row = Row(
        attacker: attacker, delay: simulation.delayBlocks ?? 0, bound: parameters.longestClaimBlocks - parameters.windowBlocks - 1,
        cost: simulation.loss(of: simulation.accounts(of: attacker), at: start),
        defence: simulation.loss(of: ["challenger"] + simulation.accounts(of: .honest), at: start))
      if worst.map({ row.delay > $0.delay }) ?? true { worst = row }
    }
    guard let worst else { throw Simulation.Violation.open }
    return worst
  }

  static func columns(_ texts: [String]) -> String {
    zip(texts, [24, 22, 16, 16, 24]).map { text, width in text + String(repeating: " ", count: max(1, width - text.count)) }.joined()
  }
}
