import Bytes
import Foundation
import Ledger
import NodeClient
import TestSupport

/// Damages copies of a node's store, one way at a time: the node stops with a status and a reason, or nothing that it says has changed.
struct DamageTest {
  private let original: NodePlace
  private let truth: AuditReport
  private let chain: Digest

  /// Takes a store that nobody has open, and what its audit said.
  init(_ place: NodePlace, _ truth: AuditReport, _ chain: Digest) {
    original = place
    self.truth = truth
    self.chain = chain
  }

  /// Does everything; returns in how many ways the store was damaged.
  func run(_ generator: inout SeededGenerator) async throws -> Int {
    var count = 0
    for (name, change) in try fatal() {
      try await check(name, mustStop: true, change)
      count += 1
    }
    try await check("LOG is missing", mustStop: false) { try remove("LOG", in: $0.data) }
    try await wrongGenesis()
    try await secondNode()
    count += 3
    for name in try files(original.data) where !["LOCK", "LOG", "LOG.old"].contains(name) {
      for _ in 0..<3 {
        let place = Double.random(in: 0..<1, using: &generator)
        let bit = UInt8.random(in: 0..<8, using: &generator)
        try await check("\(name) with a flipped bit", mustStop: false) { copy in
          try edit(name, in: copy.data) { $0[Int(place * Double($0.count))] ^= 1 << bit }
        }
        try await check("\(name), truncated", mustStop: false) { copy in
          try edit(name, in: copy.data) { $0 = $0.prefix(Int(place * Double($0.count))) }
        }
        count += 2
      }
    }
    return count
  }

  /// Damages after which no node may start.
  private func fatal() throws -> [(String, (inout NodePlace) throws -> Void)] {
    let names = try files(original.data)
    var damages: [(String, (inout NodePlace) throws -> Void)] = []
    for name in names where name.hasPrefix("MANIFEST") || name.hasSuffix(".ldb") || ["CURRENT", "SEQUENCE"].contains(name) {
      damages.append(("\(name) is missing", { try remove(name, in: $0.data) }))
      damages.append(("\(name) is empty", { try edit(name, in: $0.data) { $0 = Data() } }))
      damages.append(("\(name) is something else", { try edit(name, in: $0.data) { $0 = Data("This is no database.\n".utf8) } }))
    }
    for name in names where name.hasSuffix(".log") { damages.append(("\(name) is missing", { try remove(name, in: $0.data) })) }
    damages.append(
      (
        "CURRENT names nothing",
        { try edit("CURRENT", in: $0.data) { $0 = Data("MANIFEST-999999\n".utf8) } }
      ))
    damages.append(("SEQUENCE is ahead", { try edit("SEQUENCE", in: $0.data) { $0 = sequence(1 << 40) } }))
    damages.append(
      (
        "the store is a file",
        { place in
          place.data = place.directory.appending(path: "file")
          try Data("This is no database.\n".utf8).write(to: place.data)
        }
      ))
    damages.append(
      (
        "the store is somebody else's directory",
        { place in
          place.data = place.directory.appending(path: "foreign")
          try? FileManager.default.removeItem(at: place.data)
          try FileManager.default.createDirectory(at: place.data, withIntermediateDirectories: false)
          try Data("MANIFEST-000001\n".utf8).write(to: place.data.appending(path: "CURRENT"))
          try Data(repeating: 0x55, count: 4096).write(to: place.data.appending(path: "MANIFEST-000001"))
        }
      ))
    return damages
  }

  /// A copy is damaged, then run and audited.
  private func check(_ name: String, mustStop: Bool, _ change: (inout NodePlace) throws -> Void) async throws {
    for isAudit in [true, false] {
      var copy = original
      copy.data = original.directory.appending(path: "copy")
      try? FileManager.default.removeItem(at: copy.data)
      try FileManager.default.copyItem(at: original.data, to: copy.data)
      try change(&copy)
      do {
        if isAudit { try audit(copy, mustStop) } else { try await serve(copy, mustStop) }
      } catch let defect as Defect {
        throw Defect("\(name), \(isAudit ? "audited" : "run"): \(defect)")
      }
    }
  }

  private func audit(_ place: NodePlace, _ mustStop: Bool) throws {
    let process = try place.startCheck()
    process.waitUntilExit()
    guard process.terminationStatus != 0 || process.terminationReason != .exit else {
      guard !mustStop else { throw Defect("it found nothing wrong") }
      let report = try place.report()
      guard report == truth else { throw Defect("it says \(report) where the truth is \(truth)") }
      return
    }
    _ = try place.refusal(process)
  }

  private func serve(_ place: NodePlace, _ mustStop: Bool) async throws {
    let process = try place.spawn(nil)
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    let end = ContinuousClock.now + .seconds(30)
    while process.isRunning, place.listeningAddress() == nil, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
    if let address = place.listeningAddress(), let client = NodeClient(address: address, chain: chain) {
      guard !mustStop else { throw Defect("it serves") }
      // A damage that it meets only now has to stop it, too.
      if let header = try? await client.header(at: Height(truth.height)), header.hash.hex != truth.headerHash {
        throw Defect("block \(truth.height) is \(header.hash) where the truth is \(truth.headerHash)")
      }
      process.terminate()
      process.waitUntilExit()
      if process.terminationStatus == 0, process.terminationReason == .exit { return }
    } else if process.isRunning {
      throw Defect("it neither serves nor stops")
    }
    _ = try place.refusal(process)
  }

  private func wrongGenesis() async throws {
    var place = original
    place.genesis = original.directory.appending(path: "other.json")
    try Data(CrashNetwork(senders: 1).genesis.fileText.utf8).write(to: place.genesis)
    try await serve(place, true)
    try audit(place, true)
  }

  private func secondNode() async throws {
    let first = try await NodeProcess(original)
    try await serve(original, true)
    guard first.stop() == 0 else { throw Defect("a node that was asked to stop: \(original.said)") }
  }
}

private func files(_ directory: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
}

private func remove(_ name: String, in directory: URL) throws {
  try FileManager.default.removeItem(at: directory.appending(path: name))
}

private func edit(_ name: String, in directory: URL, _ change: (inout Data) -> Void) throws {
  let url = directory.appending(path: name)
  var content = try Data(contentsOf: url)
  guard !content.isEmpty else { return }
  change(&content)
  try content.write(to: url)
}

/// The file that names the newest acknowledged write: the number and its complement.
private func sequence(_ number: UInt64) -> Data {
  Data([number, ~number].flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } })
}
