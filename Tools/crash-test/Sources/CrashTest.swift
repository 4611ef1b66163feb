import Bytes
import Foundation
import Ledger
import NodeClient
import NodeInterface
import TestSupport

/// Kills a node again and again under load, and holds it to its promises each time it is back.
struct CrashTest {
  /// How much is done.
  struct Plan {
    /// Deaths under load by `SIGKILL` alone.
    var kills: Int
    /// Deaths under load after which what was not synced is lost as well.
    var powerCuts: Int
    /// How many accounts send payments beside the one that posts claims.
    var senders: Int
    /// The longest time under load, in milliseconds.
    var loadMilliseconds = 1500
  }

  /// What was done and measured.
  struct Summary: Codable {
    var seed: UInt64
    var kills = 0
    var startKills = 0
    var powerCuts = 0
    var lostBytes: UInt64 = 0
    var audits = 0
    var acknowledged = 0
    /// Acknowledged transactions that the node had at the end, each where it was seen first.
    var kept = 0
    var damages = 0
    var blocks: UInt64 = 0
    var loadSeconds = 0.0
    var acknowledgedPerSecond = 0.0
    var latencyP50Milliseconds = 0.0
    var latencyP99Milliseconds = 0.0
    var restartMilliseconds = 0.0
  }

  private let plan: Plan
  private let place: NodePlace
  private let powerCutLibrary: String
  private let network: CrashNetwork
  private let promises = Promises()
  private let senders: [Sender]
  private let registrar: Sender
  private var generator: SeededGenerator
  private var summary: Summary
  private var starts: [Double] = []
  private var audited: AuditReport?

  /// Prepares a network in a directory that is empty.
  init(_ plan: Plan, place: NodePlace, powerCutLibrary: String, seed: UInt64) throws {
    self.plan = plan
    self.place = place
    self.powerCutLibrary = powerCutLibrary
    network = try CrashNetwork(senders: plan.senders)
    registrar = Sender(network.provider, .claims, network, promises)
    senders = [registrar] + network.senders.map { [network, promises] in Sender($0, .payments, network, promises) }
    generator = SeededGenerator(seed: seed)
    summary = Summary(seed: seed)
    try Data(network.genesis.fileText.utf8).write(to: place.genesis)
  }

  /// Does all of the plan; throws the first broken promise.
  mutating func run() async throws -> Summary {
    try await registerModel()
    let rounds = ([Bool](repeating: false, count: plan.kills) + [Bool](repeating: true, count: plan.powerCuts)).shuffled(using: &generator)
    for (number, isPowerCut) in rounds.enumerated() {
      try await crash(isPowerCut: isPowerCut)
      if number % 3 == 1 { try await killAtStart(times: Int.random(in: 1...3, using: &generator)) }
      try audit(copying: true)
      progress(number + 1, of: rounds.count)
    }
    try await settle()
    if let audited { summary.damages = try await DamageTest(place, audited, network.genesis.root).run(&generator) }
    return summarised()
  }

  private mutating func registerModel() async throws {
    let node = try await NodeProcess(place)
    try await registrar.registerModel(try client(node))
    guard node.stop() == 0 else { throw Defect("a node that was asked to stop: \(place.said)") }
  }

  /// One life of the node: it comes back, is held to its promises, works, and dies.
  private mutating func crash(isPowerCut: Bool) async throws {
    let powerCut = isPowerCut ? try PowerCut(library: powerCutLibrary, place: place) : nil
    let node = try await NodeProcess(place, cutting: powerCut)
    starts.append(node.startSeconds)
    let client = try client(node)
    try await checkAudited(client)
    try await promises.check(client)
    let milliseconds = Int.random(in: 10...plan.loadMilliseconds, using: &generator)
    let start = ContinuousClock.now
    async let load: Void = load(client)
    try await Task.sleep(for: .milliseconds(milliseconds))
    node.kill()
    summary.loadSeconds += (ContinuousClock.now - start) / .seconds(1)
    try await load
    if let powerCut { summary.lostBytes += try powerCut.strike() }
    if isPowerCut { summary.powerCuts += 1 } else { summary.kills += 1 }
  }

  private func load(_ client: NodeClient) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for sender in senders { group.addTask { try await sender.run(client) } }
      try await group.waitForAll()
    }
  }

  /// Starts the node and kills it before it serves, or soon after: while it recovers, that is.
  private mutating func killAtStart(times: Int) async throws {
    let longest = 1.2 * (starts.last ?? 0.1)
    for _ in 0..<times {
      try await NodeProcess.killAtStart(place, after: .seconds(Double.random(in: 0...longest, using: &generator)))
      summary.startKills += 1
    }
  }

  /// Replays the store offline: a copy of it, so that the node finds what the crash left and not what the audit's recovery made of it.
  private mutating func audit(copying: Bool) throws {
    var audited = place
    if copying {
      audited.data = place.directory.appending(path: "copy")
      try? FileManager.default.removeItem(at: audited.data)
      try FileManager.default.copyItem(at: place.data, to: audited.data)
    }
    let report = try audited.check()
    guard report.replayedHeight == report.height else { throw Defect("the audit stopped at block \(report.replayedHeight)") }
    summary.audits += 1
    summary.blocks = report.height
    self.audited = report
  }

  /// The node must have the block that the audit replayed last, with its state root.
  private func checkAudited(_ client: NodeClient) async throws {
    guard let audited else { return }
    let header = try await client.header(at: Height(audited.height))
    guard header.hash.hex == audited.headerHash, header.stateRoot.hex == audited.stateRoot else {
      throw Defect("at height \(audited.height) the audit has state root \(audited.stateRoot), the node \(header.stateRoot)")
    }
  }

  /// Lets the node finish what it has promised, and looks at everything once more.
  private mutating func settle() async throws {
    for isLast in [false, true] {
      let node = try await NodeProcess(place)
      let client = try client(node)
      try await checkAudited(client)
      try await promises.checkAllIncluded(client)
      if isLast { summary.kept = try await promises.checkPlaces(client) }
      let status = node.stop()
      guard status == 0 else { throw Defect("a node that was asked to stop ended with \(status): \(place.said)") }
      try audit(copying: false)
    }
    guard let audited, audited.waiting == 0, summary.kept == promises.count, audited.transactions >= UInt64(promises.count) else {
      throw Defect("\(promises.count) transactions were acknowledged, the chain holds \(audited?.transactions ?? 0)")
    }
  }

  private func client(_ node: NodeProcess) throws -> NodeClient {
    guard let client = NodeClient(address: node.address, chain: network.genesis.root) else { throw Defect("\(node.address) is no address") }
    return client
  }

  private func progress(_ done: Int, of count: Int) {
    FileHandle.standardError.write(
      Data("\(done)/\(count): \(promises.count) acknowledged, height \(summary.blocks), \(summary.startKills) killed at start\n".utf8))
  }

  private func summarised() -> Summary {
    var summary = summary
    let latencies = promises.latencies.sorted()
    summary.acknowledged = latencies.count
    summary.acknowledgedPerSecond = Double(latencies.count) / max(summary.loadSeconds, 0.001)
    summary.latencyP50Milliseconds = 1000 * (latencies.isEmpty ? 0 : latencies[latencies.count / 2])
    summary.latencyP99Milliseconds = 1000 * (latencies.isEmpty ? 0 : latencies[latencies.count * 99 / 100])
    summary.restartMilliseconds = 1000 * starts.sorted()[starts.count / 2]
    return summary
  }
}
