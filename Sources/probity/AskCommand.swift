import ArgumentParser
import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import LightVerification
import NodeClient
import NodeInterface

/// `probity ask`: asks a provider, and checks what it stands by.
struct AskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Ask a provider a question, signed, and check the receipt of its answer.",
    discussion: """
      Prints the answer as it comes, then waits until the challenge window is over, verifies the receipt against --genesis alone, and \
      compares it with the question that was signed, the answer that was shown and the promise that came with it. Neither the provider \
      nor its node is trusted. A promise that was broken costs the provider a penalty, a part of which goes to whoever reports it: \
      `probity tx report`.

      Exit codes: 0 final, 1 refused or otherwise than it was shown, 3 pending (with --no-wait, or not final in time), 4 slashed, 5 the \
      provider broke its promise.
      """)

  @Argument(help: "The question.")
  var question: String

  @Option(help: ArgumentHelp("Where the provider serves.", valueName: "url"))
  var provider = "http://127.0.0.1:7412"

  @Option(help: "The genesis file of the network.")
  var genesis: String

  @OptionGroup var keys: KeyOptions

  @Option(help: ArgumentHelp("Refuse an answer of any other model: the model root as `probity model inspect` prints it.", valueName: "hex"))
  var modelRoot: String?

  @Option(help: "The most tokens of the answer; without it, the provider's default.")
  var maxTokens: Int?

  @Option(help: ArgumentHelp("Keep the receipt in this file.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Keep the provider's promise to post the answer in this file, as soon as it comes.", valueName: "file"))
  var promise: String?

  @Option(help: ArgumentHelp("How long to wait for a final receipt.", valueName: "seconds"))
  var timeout: UInt32 = 3600

  @Flag(help: "Take the receipt as soon as there is one, though it can still be challenged.")
  var noWait = false

  @Flag(help: "Print one JSON object, at the end.")
  var json = false

  func run() async throws {
    let genesis = try readGenesis(genesis)
    let expectedRoot = try modelRoot.map { text in
      guard let digest = Digest(hex: text) else { throw CommandFailure("a model root has 64 hexadecimal digits") }
      return digest
    }
    guard let client = ProviderClient(address: provider) else { throw CommandFailure("\(provider) is no http address") }
    // Without a key of the user's own, nothing ties the question to them.
    let key = try keys.load() ?? PrivateKey(from: SystemRandomBytes())
    let request: Request
    let reply: ProviderReply
    do throws(ProviderFailure) {
      let rendered = try await client.render(question, maxTokens: maxTokens)
      request = try signedRequest(rendered, key: key, expectedRoot: expectedRoot)
      let json = json
      reply = try await client.answer(question, request: request, signature: key.sign(request.digest)) { piece in
        guard !json else { return }
        print(Terminal.safe(piece), terminator: "")
        fflush(nil)
      }
    } catch { throw CommandFailure("\(error)") }
    if !json { print() }
    try keep(reply.promise, request: request, genesis: genesis)
    let (receipt, file) = try await settledReceipt(client, request, genesis)
    if let output { try write(file, to: output) }
    try report(receipt, request: request, reply: reply)
  }

  /// Checks that the promise is the provider's word for this request, and writes it down: without it nobody can be held to it.
  private func keep(_ promise: SignedPromise?, request: Request, genesis: Genesis) throws {
    guard let promise else {
      return FileHandle.standardError.write(Data("warning: the provider did not promise to post this answer\n".utf8))
    }
    guard promise.isFor(request, chain: genesis.root) else {
      throw CommandFailure("the provider's promise is not for this request, or not signed by it")
    }
    if let path = self.promise { try write(Array((promise.encoded.hex + "\n").utf8), to: path) }
  }

  /// The request that the provider's rendering comes to, if the question stands in it and it asks for no more than was asked.
  private func signedRequest(
    _ rendered: RenderedPrompt, key: PrivateKey, expectedRoot: Digest?
  ) throws(ProviderFailure) -> Request {
    // Templates may drop the space around a message.
    let core = question.trimmingCharacters(in: .whitespacesAndNewlines)
    guard Array(rendered.prompt.utf8).contains(Array(core.utf8)) else {
      throw .malformed("the prompt that it rendered does not hold the question")
    }
    guard maxTokens == nil || maxTokens == rendered.maxTokens else { throw .malformed("it rendered another number of tokens") }
    guard expectedRoot == nil || expectedRoot == rendered.modelRoot else {
      throw .malformed("it runs another model, \(rendered.modelRoot)")
    }
    guard
      let request = Request(
        modelRoot: rendered.modelRoot, provider: rendered.provider, client: key.publicKey, salt: SystemRandomBytes().digest(),
        maxNewTokens: rendered.maxTokens, prompt: Array(rendered.prompt.utf8))
    else { throw .malformed("the prompt that it rendered is out of range") }
    return request
  }

  /// Waits for the receipt, and for the end of the window.
  private func settledReceipt(
    _ client: ProviderClient, _ request: Request, _ genesis: Genesis
  ) async throws -> (VerifiedReceipt, [UInt8]) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(timeout)
    var newest: (VerifiedReceipt, [UInt8])?
    var problem = "the provider has not posted the answer as a claim"
    repeat {
      do {
        if let file = try await client.receipt(ofRequest: request.digest) {
          let verified = try VerifiedReceipt(file: file, against: .genesis(genesis))
          newest = (verified, file)
          guard case .pending = verified.verdict, !noWait else { return (verified, file) }
        }
      } catch let rejection as ReceiptRejection {
        // A header gathers attestations for a moment; whatever else is wrong stays so.
        guard rejection == .noQuorum else { throw CommandFailure("the provider's receipt is refused: \(rejection)") }
        problem = "\(rejection)"
      } catch let failure as ProviderFailure {
        problem = "\(failure)"
      }
      try await Task.sleep(for: .milliseconds(300))
    } while clock.now < end
    guard let newest else { throw CommandFailure("no receipt after \(timeout) seconds: \(problem)") }
    return newest
  }

  private func report(_ receipt: VerifiedReceipt, request: Request, reply: ProviderReply) throws {
    let report = ReceiptReport(receipt)
    print(json ? report.json : report.lines.joined(separator: "\n"))
    guard receipt.record.request == request else { throw CommandFailure("the receipt is of another request than the one that was signed") }
    guard receipt.record.answer == Array(reply.text.utf8) else {
      throw CommandFailure("the provider showed another answer than it put on record; the receipt is the proof of the second")
    }
    if let promise = reply.promise, case let verdict = try receipt.verdict(on: promise), verdict != .kept {
      FileHandle.standardError.write(Data((verdict.line + "\n" + promise.encoded.hex + "\n").utf8))
      throw ExitCode(5)
    }
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    do { try Data(bytes).write(to: URL(filePath: path)) } catch {
      throw CommandFailure("cannot write \(path): \(error.localizedDescription)")
    }
  }
}

/// Text from strangers on a terminal.
enum Terminal {
  /// The text without what could steer a terminal: controls but the newline and the tab, and marks of the direction of writing.
  static func safe(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n" && scalar != "\t": safe.append("\u{FFFD}")
      case .format where scalar != "\u{200D}": safe.append("\u{FFFD}")
      default: safe.append(scalar)
      }
    }
    return String(safe)
  }
}
