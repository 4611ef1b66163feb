import ArgumentParser
import Foundation

/// `probity devnet`: a whole network on this machine, with cheats, and a check that each is caught.
struct DevnetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devnet", abstract: "Run a network on this machine: honest and cheating providers, a watchtower, a client.",
    discussion: """
      Four providers cheat: one flips a bit in one layer, one swaps the text of its answer, one runs a cheaper model, one flips a bit and \
      shows nobody its trace. The watchtower catches them, the last by asking on the chain; the honest claim becomes final, and its \
      receipt is verified by the separate program probity-verify. Exits with 1 if anything went otherwise.
      """)

  @Option(help: "The bundle of the model.")
  var model: String

  @Option(help: "The genesis file of a network whose accounts are development keys.")
  var genesis = "Genesis/devnet.json"

  @Option(help: "A directory for the chain and the receipts; must not exist. Without it, one that is deleted at the end.")
  var data: String?

  @Option(help: "The most tokens of an answer.")
  var maxTokens = 24

  @Flag(help: "Keep the network up when all has happened, to look at it in a browser; Ctrl-C ends it.")
  var stay = false

  func run() async throws {
    let directory = URL(
      filePath: data ?? FileManager.default.temporaryDirectory.appending(path: "probity-devnet-\(UUID().uuidString)").path)
    guard !FileManager.default.fileExists(atPath: directory.path) else { throw CommandFailure("\(directory.path) exists already") }
    do { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) } catch {
      throw CommandFailure("cannot make \(directory.path): \(error.localizedDescription)")
    }
    defer { if data == nil { try? FileManager.default.removeItem(at: directory) } }
    let scene = try await DevnetScene(modelPath: model, genesisPath: genesis, directory: directory, maxTokens: maxTokens, stays: stay)
    let failures = try await scene.play()
    guard failures.isEmpty else { throw CommandFailure("the network did not do what it should:\n  " + failures.joined(separator: "\n  ")) }
    print("\nEverything went as it should: four cheats slashed, one honest claim final, its receipt verified offline.")
  }
}
