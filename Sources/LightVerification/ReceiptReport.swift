import Bytes
import Cryptography
import Inference
import Ledger

/// What a verified receipt says, for people and for scripts. `[RCPT-3]`
///
/// Texts come from strangers: they are quoted, so that they can neither steer a terminal nor end a JSON string.
public struct ReceiptReport: Sendable {
  /// What was verified.
  public let receipt: VerifiedReceipt

  /// What became of the promise that came with the answer; nil if there is none to look at.
  public let promise: PromiseVerdict?

  /// Makes the report of a receipt.
  public init(_ receipt: VerifiedReceipt, promise: PromiseVerdict? = nil) {
    self.receipt = receipt
    self.promise = promise
  }

  /// The exit status of a program that reports it: 0 final, 3 pending, 4 slashed.
  public var exitCode: Int32 {
    switch receipt.verdict {
    case .final: 0
    case .pending: 3
    case .slashed: 4
    }
  }

  /// Lines for people.
  public var lines: [String] {
    fields.map { name, value in
      name + String(repeating: " ", count: max(1, 10 - name.utf8.count)) + value
    } + [verdictLine] + (promise.map { [$0.line] } ?? [])
  }

  /// One JSON object on one line.
  public var json: String {
    var members = [("verdict", ReceiptReport.quoted(verdict.name))]
    members += fields.map { ($0.name, $0.value.hasPrefix("\"") ? $0.value : ReceiptReport.quoted($0.value)) }
    members += verdict.numbers.map { ($0.name, String($0.value.value)) }
    if case .slashed(_, let challenger) = receipt.verdict { members.append(("challenger", ReceiptReport.quoted(challenger.hex))) }
    if let promise { members.append(("promise", ReceiptReport.quoted(promise.name))) }
    return "{" + members.map { ReceiptReport.quoted($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }

  /// The JSON object that says why a receipt is refused; the code is that of `[RCPT-2]`, or 0 where the receipt is sound but not the expected one.
  public static func refusal(code: UInt16, reason: String) -> String {
    "{\(quoted("verdict")):\(quoted("refused")),\(quoted("code")):\(code),\(quoted("reason")):\(quoted(reason))}"
  }

  private var fields: [(name: String, value: String)] {
    let record = receipt.record
    return [
      ("network", receipt.anchor.chain.hex), ("model", receipt.claim.modelRoot.hex), ("provider", receipt.claim.provider.hex),
      ("client", record.request.client.xCoordinate.hex), ("request", record.request.digest.hex), ("claim", receipt.claimIdentifier.hex),
      input(of: record),
      output(of: record),
    ]
  }

  private func input(of record: Record) -> (name: String, value: String) {
    guard let tensor = record.request.tensor else {
      return ("prompt", ReceiptReport.quoted(String(decoding: record.request.prompt, as: UTF8.self)))
    }
    return ("tensor", Digest.hash(tensor).hex)
  }

  private func output(of record: Record) -> (name: String, value: String) {
    switch record.output {
    case .generation(let generation): ("answer", ReceiptReport.quoted(String(decoding: generation.answer, as: UTF8.self)))
    case .values(let values): ("values", values.hex)
    }
  }

  private var verdict: (name: String, numbers: [(name: String, value: Height)]) {
    switch receipt.verdict {
    case .final(let height): ("final", [("height", height)])
    case .pending(let height, let deadline): ("pending", [("height", height), ("deadline", deadline)])
    case .slashed(let height, _): ("slashed", [("height", height)])
    }
  }

  private var verdictLine: String {
    switch receipt.verdict {
    case .final(let height):
      return "FINAL     since block \(height): the challenge window closed, and nobody had proved fraud"
    case .pending(let height, let deadline):
      // The deadline is a clock, which is never ahead of the height: [CLOCK-1].
      let left = deadline.value >= height.value ? deadline.value - height.value : 0
      return
        "PENDING   as of block \(height): open to fraud proofs for at least \(left) more blocks; ask for the receipt again then"
    case .slashed(let height, let challenger):
      return "SLASHED   in block \(height), by \(challenger): fraud was proved, do not rely on this answer"
    }
  }

  /// A JSON string in which everything but printable ASCII and letters beyond it is escaped.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      default:
        // Controls, also those of eight bits and of directions of writing, could steer a terminal.
        if scalar.properties.generalCategory.isVisible {
          quoted.unicodeScalars.append(scalar)
        } else {
          for unit in String(scalar).utf16 { quoted += "\\u" + [UInt8(unit >> 8), UInt8(unit & 255)].hex }
        }
      }
    }
    return quoted + "\""
  }
}

extension Unicode.GeneralCategory {
  /// Whether a scalar of the category shows as itself and changes nothing else.
  fileprivate var isVisible: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
