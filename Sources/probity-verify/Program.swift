import Bytes
import Inference
import Ledger
import LightVerification

#if canImport(Glibc)
  import Glibc
#endif

/// The client's program: verifies a receipt offline, and links nothing that could talk to a network.
@main
struct Program {
  /// Exit statuses besides those of a report.
  private enum Status {
    static let refused: Int32 = 1
    static let unreadable: Int32 = 2
    static let brokenPromise: Int32 = 5
    static let arguments: Int32 = 64
  }

  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    if words.contains("--help") || words.contains("-h") {
      print(Arguments.usage)
      return
    }
    let arguments: Arguments
    do { arguments = try Arguments(words) } catch { fail(Status.arguments, "probity-verify: \(error.reason)\n\n\(Arguments.usage)") }
    let receipt: VerifiedReceipt
    do {
      receipt = try VerifiedReceipt(file: read(arguments.receipt, atMost: LedgerLimits.receiptBytes), against: trust(arguments.trust))
    } catch {
      refuse(arguments, code: error.rawValue, error.description)
    }
    if let text = arguments.expectedPrompt, !receipt.record.request.prompt.contains(Array(text.utf8)) {
      refuse(arguments, code: 0, "The receipt is sound, but it is of another prompt.")
    }
    var kept: PromiseVerdict?
    if let promise = arguments.promise {
      do { kept = try receipt.verdict(on: promise) } catch { refuse(arguments, code: 0, error.description) }
    }
    let report = ReceiptReport(receipt, promise: kept)
    print(arguments.isJSON ? report.json : report.lines.joined(separator: "\n"))
    exit(kept?.evidence == nil ? report.exitCode : Status.brokenPromise)
  }

  private static func trust(_ trust: Arguments.Trust) -> TrustAnchor {
    switch trust {
    case .checkpoint(let digest): return .checkpoint(digest)
    case .genesisFile(let path):
      do throws(GenesisFileRejection) {
        return .genesis(try Genesis(file: read(path, atMost: LedgerLimits.genesisFileBytes)))
      } catch {
        fail(Status.unreadable, "\(path) is not a genesis file: \(error)")
      }
    }
  }

  private static func read(_ path: String, atMost limit: Int) -> [UInt8] {
    guard let file = fopen(path, "rb") else { fail(Status.unreadable, "cannot read \(path): \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { fail(Status.unreadable, "cannot read \(path)") }
    guard count <= limit else { fail(Status.unreadable, "\(path) has more than \(limit) bytes") }
    return Array(bytes[..<count])
  }

  private static func refuse(_ arguments: Arguments, code: UInt16, _ reason: String) -> Never {
    guard arguments.isJSON else { fail(Status.refused, "REFUSED   \(reason)\(code == 0 ? "" : " (code \(code))")") }
    print(ReceiptReport.refusal(code: code, reason: reason))
    exit(Status.refused)
  }

  private static func fail(_ code: Int32, _ message: String) -> Never {
    let line = Array((message + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(code)
  }
}
