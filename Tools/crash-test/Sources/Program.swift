import ArgumentParser
import Foundation

/// `probity-crash-test`: kills `probity node` under load, and checks that it keeps every promise.
@main
struct Program: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probity-crash-test", abstract: "Kill a node at random moments under load; nothing acknowledged may be lost.",
    discussion: "Prints a summary as one line of JSON. Exits with 1, and keeps the store, if a promise was broken.")

  @Option(help: "The program to kill.")
  var node = ".build/release/probity"

  @Option(help: "The library that notes what is synced, compiled from power-cut.c.")
  var powerCutLibrary = ".build/power-cut.so"

  @Option(help: "How often to kill under load.")
  var kills = 50

  @Option(help: "How often to lose what was not synced as well.")
  var powerCuts = 10

  @Option(help: "How many accounts send payments.")
  var senders = 8

  @Option(help: "The longest time under load.")
  var loadMilliseconds = 1500

  @Option(help: "Repeats a run's choices; the default is fresh.")
  var seed: UInt64?

  func run() async throws {
    let seed = seed ?? UInt64.random(in: .min ... .max)
    FileHandle.standardError.write(Data("crash test, seed \(seed)\n".utf8))
    let directory = FileManager.default.temporaryDirectory.appending(path: "probity-crash-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let place = NodePlace(program: absolute(node), directory: directory)
    let plan = CrashTest.Plan(kills: kills, powerCuts: powerCuts, senders: senders, loadMilliseconds: loadMilliseconds)
    let summary: CrashTest.Summary
    do {
      var test = try CrashTest(plan, place: place, powerCutLibrary: absolute(powerCutLibrary), seed: seed)
      summary = try await test.run()
    } catch {
      FileHandle.standardError.write(Data("crash test FAILED (seed \(seed), store kept in \(directory.path)): \(error)\n".utf8))
      throw ExitCode.failure
    }
    try FileManager.default.removeItem(at: directory)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(summary), as: UTF8.self))
  }

  private func absolute(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
}
