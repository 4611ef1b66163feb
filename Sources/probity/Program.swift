import ArgumentParser
import Foundation
import Logging

/// The program: a verification chain for inference, all roles in one.
@main
struct Program: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probity", abstract: "A verification chain for machine-learning inference.",
    subcommands: [
      DevnetCommand.self, NodeCommand.self, ServeCommand.self, WatchCommand.self, AskCommand.self, VerifyCommand.self, ModelCommand.self,
      InferCommand.self, KeyCommand.self,
      TransactionCommand.self,
    ])

  static func main() async {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
    } catch let failure as CommandFailure {
      FileHandle.standardError.write(Data("error: \(failure.reason)\n".utf8))
      Foundation.exit(failure.exitCode)
    } catch {
      exit(withError: error)
    }
  }
}

/// Why a command ends without having done its work, and the status with which the program exits.
struct CommandFailure: Error {
  let reason: String
  let exitCode: Int32

  /// The status for a problem that has no number of its own.
  static let general: Int32 = 1

  init(_ reason: String, exitCode: Int32 = general) {
    self.reason = reason
    self.exitCode = exitCode
  }
}

/// Prints a line that another program may be waiting for.
func printAtOnce(_ line: String) {
  print(line)
  fflush(nil)
}
