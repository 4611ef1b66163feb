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
      Exit codes: 0 final, 1 refused, 3 pending (it can still be challenged), 4 slashed (do not rely on the answer).
      The separate program probity-verify does the same
      and links nothing that could talk to a network.
      """)

  @Argument(help: "The receipt.")
  var receipt: String

  @Option(help: "The genesis file of the network.")
  var genesis: String?

  @Option(help: ArgumentHelp("The hash of a header that you trust.", valueName: "hex"))
  var checkpoint: String?

  @Option(help: ArgumentHelp("Refuse a receipt of any other prompt: this text must stand in the prompt.", valueName: "text"))
  var expectPrompt: String?

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
    do { verified = try VerifiedReceipt(file: bytes, against: trust) } catch { throw CommandFailure("refused: \(error.description)") }
    if let expectPrompt, !String(decoding: verified.record.request.prompt, as: UTF8.self).contains(expectPrompt) {
      throw CommandFailure("refused: the receipt is of another prompt")
    }
    let view = ReceiptView(verified)
    if json {
      try printJSON(view)
    } else {
      for line in view.lines { print(line) }
    }
    if view.exitCode != 0 { throw ExitCode(view.exitCode) }
  }
}

/// A verified receipt, for people and scripts.
private struct ReceiptView: Encodable {
  let verdict: String
  let height: UInt64
  let deadline: UInt64?
  let challenger: String?
  let claim: Digest
  let modelRoot: Digest
  let provider: String
  let client: Digest
  let requestDigest: Digest
  let prompt: String
  let answer: String
  let network: Digest
  let header: Digest

  init(_ receipt: VerifiedReceipt) {
    switch receipt.verdict {
    case .final(let at): (verdict, height, deadline, challenger) = ("final", at.value, nil, nil)
    case .pending(let asOf, let deadline): (verdict, height, self.deadline, challenger) = ("pending", asOf.value, deadline.value, nil)
    case .slashed(let at, let challenger): (verdict, height, deadline, self.challenger) = ("slashed", at.value, nil, challenger.hex)
    }
    claim = receipt.claimIdentifier
    modelRoot = receipt.claim.modelRoot
    provider = receipt.claim.provider.hex
    client = receipt.record.request.client.xCoordinate
    requestDigest = receipt.record.request.digest
    prompt = String(decoding: receipt.record.request.prompt, as: UTF8.self)
    answer = String(decoding: receipt.record.answer, as: UTF8.self)
    network = receipt.anchor.chain
    header = receipt.header.hash
  }

  var exitCode: Int32 {
    switch verdict {
    case "final": 0
    case "pending": 3
    default: 4
    }
  }

  /// Texts are quoted, so that a stranger's text cannot steer a terminal.
  var lines: [String] {
    let summary =
      switch verdict {
      case "final": "FINAL     since block \(height): nobody proved fraud in the challenge window"
      case "pending": "PENDING   as of block \(height): open to fraud proofs up to block \(deadline ?? 0)"
      default: "SLASHED   in block \(height), by \(challenger ?? ""): do not rely on this answer"
      }
    return [
      "model     \(modelRoot)", "provider  \(provider)", "client    \(client)", "claim     \(claim)",
      "prompt    \(prompt.debugDescription)",
      "answer    \(answer.debugDescription)", summary,
    ]
  }
}
