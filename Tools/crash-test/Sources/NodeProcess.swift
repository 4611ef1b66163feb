import Foundation
import NodeClient

/// The real program, `probity node`, as a process of its own.
final class NodeProcess {
  /// Where the node listens.
  let address: String
  /// From the start of the process until it accepted connections.
  let startSeconds: Double
  private let process: Process

  /// Starts a node and waits until it serves; throws what it said if it ends before.
  init(_ place: NodePlace, cutting powerCut: PowerCut? = nil) async throws {
    let start = ContinuousClock.now
    process = try place.spawn(powerCut)
    while true {
      if let address = place.listeningAddress() {
        self.address = address
        startSeconds = (ContinuousClock.now - start) / .seconds(1)
        return
      }
      guard process.isRunning else {
        process.waitUntilExit()
        throw Defect("the node ended with status \(process.terminationStatus): \(place.said)")
      }
      guard ContinuousClock.now - start < .seconds(60) else {
        NodeProcess.kill(process)
        throw Defect("the node did not serve within a minute: \(place.said)")
      }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Kills the node at once, as a crash would.
  func kill() { NodeProcess.kill(process) }

  /// Ends the node as a service manager does; returns its exit status.
  func stop() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Starts a node and kills it after `delay`, wherever it is by then.
  static func killAtStart(_ place: NodePlace, after delay: Duration) async throws {
    let process = try place.spawn(nil)
    try await Task.sleep(for: delay)
    let ended = !process.isRunning
    kill(process)
    guard !ended else { throw Defect("the node ended by itself with status \(process.terminationStatus): \(place.said)") }
  }

  private static func kill(_ process: Process) {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}

/// The program, and the files that it works on.
struct NodePlace: Sendable {
  /// The path of `probity`.
  let program: String
  /// A directory of the test's own.
  let directory: URL

  /// The genesis file.
  var genesis: URL
  /// The node's store.
  var data: URL
  private var output: URL { directory.appending(path: "node.out") }
  private var answer: URL { directory.appending(path: "check.out") }
  private var errors: URL { directory.appending(path: "node.err") }

  /// Names the files in a directory.
  init(program: String, directory: URL) {
    self.program = program
    self.directory = directory
    genesis = directory.appending(path: "genesis.json")
    data = directory.appending(path: "data")
  }

  /// What the node wrote to standard error since its start, or the end of it.
  var said: String { String(((try? String(contentsOf: errors, encoding: .utf8)) ?? "").suffix(2000)) }

  /// Where the node says that it listens, or nil as long as it does not.
  func listeningAddress() -> String? {
    guard let bytes = try? Data(contentsOf: output), bytes.last == UInt8(ascii: "\n") else { return nil }
    return (try? JSONDecoder().decode([String: String].self, from: bytes))?["listening"]
  }

  /// Starts the node.
  func spawn(_ powerCut: PowerCut?) throws -> Process {
    var environment = ProcessInfo.processInfo.environment
    if let powerCut { environment.merge(powerCut.environment) { $1 } }
    return try spawn(
      [
        "node", "--genesis", genesis.path, "--data", data.path, "--dev-key", CrashNetwork.validator, "--listen", "127.0.0.1:0",
        "--at-once", "--json",
      ], to: output, environment)
  }

  /// Runs `probity node check` on the store, and returns its report.
  func check() throws -> AuditReport {
    let process = try startCheck()
    process.waitUntilExit()
    guard process.terminationStatus == 0, process.terminationReason == .exit else {
      throw Defect("the check failed: \(try refusal(process))")
    }
    return try report()
  }

  /// Starts `probity node check` on the store.
  func startCheck() throws -> Process {
    try spawn(["node", "check", "--genesis", genesis.path, "--data", data.path, "--json"], to: answer, nil)
  }

  /// What the check that ran last said.
  func report() throws -> AuditReport { try JSONDecoder().decode(AuditReport.self, from: Data(contentsOf: answer)) }

  /// The reason with which a process that has ended refused its store; throws unless it ended as the program promises.
  func refusal(_ process: Process) throws -> String {
    process.waitUntilExit()
    guard process.terminationReason == .exit else { throw Defect("signal \(process.terminationStatus) ended it: \(said)") }
    guard (10...20).contains(process.terminationStatus) else { throw Defect("it ended with status \(process.terminationStatus): \(said)") }
    guard let reason = said.split(separator: "\n").last, reason.hasPrefix("error: "), reason.count > 16 else {
      throw Defect("it ended with status \(process.terminationStatus) without a reason: \(said)")
    }
    return "status \(process.terminationStatus), \(reason)"
  }

  private func spawn(_ arguments: [String], to output: URL, _ environment: [String: String]?) throws -> Process {
    for url in [output, errors] {
      guard FileManager.default.createFile(atPath: url.path, contents: nil) else { throw Defect("\(url.path) cannot be made") }
    }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = environment
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }
}

/// What `probity node check --json` says.
struct AuditReport: Decodable, Equatable {
  let height: UInt64
  let headerHash: String
  let stateRoot: String
  let replayedHeight: UInt64
  let transactions: UInt64
  let waiting: Int
}
