import Foundation
import TestSupport
import Testing

@Suite("Simulation")
struct SimulationTests {
  /// All pairs of roles, each with itself too.
  static let pairs: [[Role]] = Role.all.indices.flatMap { first in
    (first..<Role.all.count).map { [Role.all[first], Role.all[$0]] }
  }

  /// How many seeds each pair is played with, as `PROBITY_SOAK` says; 0 without it: then a random quarter of the pairs is played.
  static var rounds: Int { ProcessInfo.processInfo.environment["PROBITY_SOAK"].flatMap { Int($0) } ?? 0 }

  @Test(
    "Each pair of roles: units are conserved, honest stake is safe, lies are slashed, claims end, once [LED-4] [TX-7] [TX-10] [CLOCK-1]")
  func pairs() throws {
    var generator = SeededGenerator.printed()
    for _ in 0..<max(1, Self.rounds) {
      for pair in Self.rounds > 0 ? Self.pairs : Array(Self.pairs.shuffled(using: &generator).prefix(Self.pairs.count / 4)) {
        let seed = generator.next()
        do {
          var simulation = try Simulation(pair, seed: seed)
          try simulation.run()
        } catch {
          Issue.record("\(pair), seed \(seed): \(error)")
        }
      }
    }
  }

  @Test("A challenger that sleeps is noticed: the rules of the simulation can fail [TX-7]")
  func canary() throws {
    #expect(throws: Simulation.Violation.lieFinal(.lying(segment: 4))) {
      var simulation = try Simulation([.lying(segment: 4), .honest], seed: 1, isBroken: true)
      try simulation.run()
    }
    #expect(throws: Simulation.Violation.lieFinal(.misquoting)) {
      var simulation = try Simulation([.misquoting, .sybils], seed: 1, isBroken: true)
      try simulation.run()
    }
  }
}
