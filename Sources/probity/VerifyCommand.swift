import ArgumentParser
import Bytes
import Foundation
import Ledger
import LightVerification

/// `probity verify`: what `probity-verify` does, for those who have the whole program.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a receipt offline.",
    discussion: """
      Exit codes: 0 final, 1 refused, 3 pending (it can still be challenged), 4 slashed (do not rely on the answer), 5 the promise is broken. The separate \
      program probity-verify does the same and links nothing that could talk to a network.
      """)

  @Argument(help: "The receipt.")
  var receipt: String

  @Option(help: "The genesis file of the network.")
  var genesis: String?

  @Option(help: ArgumentHelp("The hash of a header that you trust.", valueName: "hex"))
  var checkpoint: String?

  @Option(help: ArgumentHelp("Refuse a receipt of any other prompt: this text must stand in the prompt.", valueName: "text"))
  var expectPrompt: String?

  @Option(help: ArgumentHelp("Say whether the receipt keeps this promise, which came with the answer.", valueName: "hex"))
  var promise: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (genesis == nil) != (checkpoint == nil) else { throw ValidationError("Give --genesis or --checkpoint: what do you trust?") }
  }

  func run() throws {
    let bytes = try readFile(receipt, atMost: LedgerLimits.receiptBytes)
    let trust: TrustAnchor
    if let genesis {
      trust = .genesis(try readGenesis(genesis))
    } else {
      guard let digest = Digest(hex: checkpoint ?? "") else { throw CommandFailure("a checkpoint has 64 hexadecimal digits") }
      trust = .checkpoint(digest)
    }
    let verified: VerifiedReceipt
    do { verified = try VerifiedReceipt(file: bytes, against: trust) } catch { throw refusal(code: error.rawValue, error.description) }
    if let expectPrompt, !verified.record.request.prompt.contains(Array(expectPrompt.utf8)) {
      throw refusal(code: 0, "The receipt is sound, but it is of another prompt.")
    }
    var kept: PromiseVerdict?
    if let promise {
      guard let bytes = [UInt8](hex: promise), let signed = try? SignedPromise(decoding: bytes) else {
        throw CommandFailure("this is no promise: \(promise.prefix(40))")
      }
      do { kept = try verified.verdict(on: signed) } catch { throw refusal(code: 0, error.description) }
    }
    let report = ReceiptReport(verified, promise: kept)
    print(json ? report.json : report.lines.joined(separator: "\n"))
    if kept?.evidence != nil { throw ExitCode(5) }
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }

  private func refusal(code: UInt16, _ reason: String) -> CommandFailure {
    if json { print(ReceiptReport.refusal(code: code, reason: reason)) }
    return CommandFailure("refused: \(reason)\(code == 0 ? "" : " (code \(code))")")
  }
}
