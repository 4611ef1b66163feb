import Bytes
import Ledger

/// What `probity-verify` was asked.
struct Arguments {
  /// What to trust.
  enum Trust {
    case genesisFile(String)
    case checkpoint(Digest)
  }

  /// Why arguments are wrong, in words.
  struct Mistake: Error {
    let reason: String
  }

  let receipt: String
  let trust: Trust
  let expectedPrompt: String?
  let promise: SignedPromise?
  let isJSON: Bool

  static let usage = """
    usage: probity-verify RECEIPT (--genesis FILE | --checkpoint HEX) [--expect-prompt TEXT] [--promise HEX] [--json]

    Checks offline that an answer stands in a claim, that the claim stands in the chain's state, and that the validators of the genesis, or a
    header that you trust, stand behind that state.

      --genesis FILE        trust the validators of this genesis file
      --checkpoint HEX      trust the header with this hash
      --expect-prompt TEXT  refuse a receipt whose prompt does not hold this text
      --promise HEX         say whether the receipt keeps this promise, which came with the answer
      --json                print one JSON object

    exit codes: 0 final, 1 refused, 2 a file cannot be read, 3 pending, 4 slashed, 5 the promise is broken, 64 wrong arguments
    """

  /// Reads the arguments, in any order.
  init(_ words: [String]) throws(Mistake) {
    var rest = words[...]
    var receipt: String?
    var trust: Trust?
    var expectedPrompt: String?
    var promise: SignedPromise?
    var isJSON = false
    while let word = rest.popFirst() {
      switch word {
      case "--json": isJSON = true
      case "--genesis", "--checkpoint", "--expect-prompt", "--promise":
        guard let value = rest.popFirst() else { throw Mistake(reason: "\(word) needs a value") }
        if word == "--promise" {
          guard let bytes = [UInt8](hex: value), let signed = try? SignedPromise(decoding: bytes) else {
            throw Mistake(reason: "that is no promise")
          }
          promise = signed
          continue
        }
        if word == "--expect-prompt" {
          expectedPrompt = value
          continue
        }
        guard trust == nil else { throw Mistake(reason: "one of --genesis and --checkpoint is enough") }
        if word == "--genesis" {
          trust = .genesisFile(value)
        } else if let digest = Digest(hex: value) {
          trust = .checkpoint(digest)
        } else {
          throw Mistake(reason: "a checkpoint has 64 hexadecimal digits")
        }
      default:
        guard !word.hasPrefix("-") else { throw Mistake(reason: "\(word) is not known") }
        guard receipt == nil else { throw Mistake(reason: "one receipt at a time") }
        receipt = word
      }
    }
    guard let receipt else { throw Mistake(reason: "which receipt?") }
    guard let trust else { throw Mistake(reason: "what do you trust? --genesis FILE or --checkpoint HEX") }
    self.receipt = receipt
    self.trust = trust
    self.expectedPrompt = expectedPrompt
    self.promise = promise
    self.isJSON = isJSON
  }
}
