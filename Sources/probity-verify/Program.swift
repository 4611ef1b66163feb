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
  static let usage = """
    usage: probity-verify RECEIPT (--genesis FILE | --checkpoint HEX)

    Checks offline that an answer stands in a claim, that the claim stands in the chain's state, and that the validators of the genesis, or a
    header that you trust, stand behind that state.

    exit codes: 0 final, 1 refused, 2 a file cannot be read, 3 pending, 4 slashed, 64 wrong arguments
    """

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == ["--help"] || arguments == ["-h"] {
      print(usage)
      return
    }
    guard arguments.count == 3, !arguments[0].hasPrefix("-") else { fail(64, usage) }
    let trust: TrustAnchor
    switch arguments[1] {
    case "--genesis":
      do { trust = .genesis(try Genesis(file: read(arguments[2], atMost: LedgerLimits.genesisFileBytes))) } catch {
        fail(2, "\(arguments[2]) is not a genesis file: \(error)")
      }
    case "--checkpoint":
      guard let digest = Digest(hex: arguments[2]) else { fail(64, "a checkpoint has 64 hexadecimal digits") }
      trust = .checkpoint(digest)
    default: fail(64, usage)
    }
    let verified: VerifiedReceipt
    do { verified = try VerifiedReceipt(file: read(arguments[0], atMost: LedgerLimits.receiptBytes), against: trust) } catch {
      fail(1, "refused: \(error.description)")
    }
    report(verified)
  }

  private static func report(_ receipt: VerifiedReceipt) {
    print("model     \(receipt.claim.modelRoot)")
    print("provider  \(receipt.claim.provider.hex)")
    print("claim     \(receipt.claimIdentifier)")
    print("prompt    \(quoted(receipt.record.request.prompt))")
    print("answer    \(quoted(receipt.record.answer))")
    switch receipt.verdict {
    case .final(let height):
      print("FINAL     since block \(height.value): nobody proved fraud in the challenge window")
      exit(0)
    case .pending(let height, let deadline):
      print("PENDING   as of block \(height.value): open to fraud proofs up to block \(deadline.value)")
      exit(3)
    case .slashed(let height, let challenger):
      print("SLASHED   in block \(height.value), by \(challenger.hex): do not rely on this answer")
      exit(4)
    }
  }

  /// Text from a stranger, so that it cannot steer a terminal.
  private static func quoted(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self).debugDescription }

  private static func read(_ path: String, atMost limit: Int) -> [UInt8] {
    guard let file = fopen(path, "rb") else { fail(2, "cannot read \(path)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { fail(2, "cannot read \(path)") }
    guard count <= limit else { fail(2, "\(path) has more than \(limit) bytes") }
    return Array(bytes[..<count])
  }

  private static func fail(_ code: Int32, _ message: String) -> Never {
    let line = Array((message + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(code)
  }
}
