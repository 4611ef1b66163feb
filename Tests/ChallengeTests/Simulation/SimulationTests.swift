import Foundation
import TestSupport
import Testing

@Suite("Simulation")
struct SimulationTests {
  /// For how many seconds to play, as `PROBITY_SOAK` says; nil without it: then each pair without Sybils is played once, and one with.
  static let soak = ProcessInfo.processInfo.environment["PROBITY_SOAK"].flatMap { Double($0) }

  /// One run: a pair of roles and a seed.
  private struct Run: Sendable {
    let pair: [Role]
    let seed: UInt64

    /// What is wrong, if anything.
    func problem() -> String? {
      do {
        var simulation = try Simulation(pair, seed: seed)
        try simulation.run()
        return nil
      } catch {
        return "\(pair), seed \(seed): \(error)"
      }
    }
  }

  @Test(
    "Each pair of roles: units are conserved, honest stake is safe, lies are slashed, claims end in time, once [LED-4] [TX-7] [TX-10] [CLOCK-1]"
  )
  func pairs() async {
    var generator = SeededGenerator.printed()
    let start = ContinuousClock.now
    var count = 0
    var round = 0
    repeat {
      var pairs = Role.pairs.shuffled(using: &generator)
      // A pair with Sybils takes as long as fifty others.
      if Self.soak == nil || round % 16 > 0 {
        pairs = pairs.filter { !$0.contains(where: \.isSlow) } + pairs.filter { $0.contains(where: \.isSlow) }.prefix(1)
      }
      let runs = pairs.map { Run(pair: $0, seed: generator.next()) }
      let problems = await withTaskGroup(of: String?.self) { group in
        for run in runs { group.addTask { run.problem() } }
        return await group.reduce(into: []) { if let problem = $1 { $0.append(problem) } }
      }
      for problem in problems { Issue.record("\(problem)") }
      count += runs.count
      round += 1
    } while ContinuousClock.now - start < .seconds(Self.soak ?? 0)
    print("simulation: \(count) runs of \(Role.pairs.count) pairs in \(ContinuousClock.now - start)")
  }

  @Test(
    "What is wrong on purpose is found: the rules of the simulation can fail [TX-7] [TX-8] [TX-9] [TX-11] [TX-12]",
    arguments: [
      (.sleepingChallenger, [.lying(segment: 4), .honest], .lieFinal(.lying(segment: 4))),
      (.sleepingChallenger, [.misquoting, .lazy], .lieFinal(.misquoting)),
      (.sleepingChallenger, [.withholding, .censoring], .lieFinal(.withholding)),
      (.silentProviders, [.honest, .sybils], .honestSlashed(.honest)),
      (.wrongAnswers, [.lazy, .sybils], .honestSlashed(.lazy)),
      (.unsealedProofs, [.misquoting, .censoring], .robbed(.misquoting)),
      (.unclosedChallenges, [.lying(segment: 6), .honest], .open),
    ] as [(Simulation.Fault, [Role], Simulation.Violation)])
  func faults(fault: Simulation.Fault, roles: [Role], violation: Simulation.Violation) throws {
    var found: Set<Simulation.Violation> = []
    for seed in 0..<4 as Range<UInt64> {
      do {
        var simulation = try Simulation(roles, seed: seed, fault: fault)
        try simulation.run()
      } catch let broken as Simulation.Violation { found.insert(broken) }
    }
    #expect(found == [violation])
  }

  @Test("No attack delays a true claim past the bound, and each block of delay costs its attacker [TX-10] [CLOCK-1]")
  func delays() throws {
    var lines = [DelayTable.head]
    for attacker in [.sybils, .flooding, .censoring, .lying(segment: 4), .withholding] as [Role] {
      let row = try DelayTable.row([.honest, attacker], of: attacker, seeds: 0..<(Self.soak == nil ? 1 : 8))
      #expect(row.delay <= row.bound)
      #expect(row.delay == 0 || row.cost > 0)
      lines.append(row.line)
    }
    lines += DelayTable.published
    print(lines.joined(separator: "\n"))
  }
}
