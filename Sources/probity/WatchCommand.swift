import ArgumentParser
import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import Logging
import NodeClient
import NodeInterface
import Watchtower

/// `probity watch`: runs a watchtower.
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Replay what providers claim, and prove fraud.",
    discussion: """
      Follows the chain of --node and replays every claim that is still in its window and on a model that --model names. A claim that \
      differs in one bit is proved wrong and slashed, and the account of the key gets its reward. The proof needs the trace of that \
      claim from its provider, so name the providers with --provider; where a trace is not shown, the provider is asked for it on the \
      chain, and loses its bond if it keeps silent. A claim that cannot be judged is reported, and tried again.

      Nothing has to be stored: after a restart all claims that are still in their window are looked at again.

      With --once the exit code says what was found: 0 every claim is honest, 4 fraud, 5 a claim could not be judged.
      """)

  @OptionGroup var nodeOptions: NodeOptions
  @OptionGroup var keys: KeyOptions

  @Option(help: ArgumentHelp("The bundle of a model to replay; may be given more than once.", valueName: "file"))
  var model: [String] = []

  @Option(
    help: ArgumentHelp("A provider's address and where it serves; may be given more than once.", valueName: "address=url"))
  var provider: [String] = []

  @Option(help: "Threads of a replay, 1 to 64.")
  var threads = 1

  @Flag(help: "Report only: send no proof. Needs no key.")
  var reportOnly = false

  @Option(help: "How many withheld traces to ask for on the chain at a time, 0 to 64; each question costs a bond if the claim stands.")
  var disputes = 4

  @Option(
    help: ArgumentHelp(
      "Replay one claim in so many; nobody can foresee which, and the others are left to other watchtowers.", valueName: "count"))
  var oneIn: UInt64 = 1

  @Flag(help: "Look once at the claims that are in their window, and exit.")
  var once = false

  @Flag(help: "Print one JSON object for each event.")
  var json = false

  func validate() throws {
    guard !model.isEmpty else { throw ValidationError("Which models can be replayed? Give --model FILE.") }
    guard (1...64).contains(threads) else { throw ValidationError("--threads is 1 to 64.") }
    guard (0...64).contains(disputes) else { throw ValidationError("--disputes is 0 to 64.") }
    guard oneIn >= 1 else { throw ValidationError("--one-in is at least 1.") }
  }

  func run() async throws {
    let sources = try WatchCommand.traceSources(provider)
    let key = reportOnly ? PrivateKey(from: SystemRandomBytes()) : try requiredKey(keys)
    let models = try model.map { WatchedModel(try loadModel($0)) }
    let (node, genesis) = try await nodeOptions.connect()
    let log = WatchLog(json: json, node: node)
    try await WatchCommand.warn(node, models, key: reportOnly ? nil : key)
    let wallet = Wallet(key: key, node: node, genesis: genesis)
    var limits = Watchtower.Limits()
    limits.disputes = disputes
    limits.sampling = oneIn
    let watchtower = Watchtower(
      node: node, wallet: wallet, models: models, traces: { sources[$0] }, mode: reportOnly ? .watch : .challenge,
      workers: Workers(count: threads), limits: limits, logger: Logger(label: "probity.watchtower"), onReport: { await log.show($0) })
    log.begin(chain: genesis.root, network: String(decoding: genesis.name, as: UTF8.self), models: models)
    if once {
      do { try await watchtower.reviewPending() } catch { throw CommandFailure("\(error)") }
      guard await log.exitCode == 0 else { throw ExitCode(await log.exitCode) }
      return
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await watchtower.run() }
      group.addTask { await ShutdownSignal.wait() }
      await group.next()
      group.cancelAll()
    }
  }

  /// The traces of the providers that are named as `ADDRESS=URL`.
  private static func traceSources(_ texts: [String]) throws -> [AccountIdentifier: TraceClient] {
    var sources: [AccountIdentifier: TraceClient] = [:]
    for text in texts {
      guard let equals = text.firstIndex(of: "=") else { throw CommandFailure("--provider \(text): that is not ADDRESS=URL") }
      let url = String(text[text.index(after: equals)...])
      guard let client = TraceClient(address: url) else { throw CommandFailure("--provider \(text): \(url) is no http address") }
      sources[AccountIdentifier(try publicKey(String(text[..<equals])))] = client
    }
    return sources
  }

  /// Says at once what will keep fraud from being seen or proved; it can be mended while the watchtower runs.
  private static func warn(_ node: NodeClient, _ models: [WatchedModel], key: PrivateKey?) async throws {
    let note = { (text: String) in FileHandle.standardError.write(Data("warning: \(text)\n".utf8)) }
    do throws(NodeError) {
      let known = Set(try await node.models().map(\.root))
      for model in models where !known.contains(model.root) {
        note("the chain does not know the model \(model.model.name) of root \(model.root): was it imported by the same version?")
      }
      if let key, try await node.account(AccountIdentifier(key.publicKey)).balance.amount == .zero {
        note("the account \(Address(of: key.publicKey).text) cannot pay the fee of a proof: send it some units with `probity tx transfer`")
      }
    } catch {
      throw CommandFailure("\(error)")
    }
  }
}

/// Tells people or scripts what a watchtower finds.
private actor WatchLog {
  /// One line of JSON.
  private struct Event: Encodable {
    let event: String
    var claim: Digest?
    var provider: String?
    var record: Int?
    var reason: String?
    var proofBytes: Int?
    var slashedAt: UInt64?
    var challenger: String?
    var chain: Digest?
    var network: String?
    var models: [Digest]?
  }

  private let json: Bool
  private let node: NodeClient
  /// What `--once` exits with: the worst that was found.
  private(set) var exitCode: Int32 = 0

  init(json: Bool, node: NodeClient) {
    self.json = json
    self.node = node
  }

  nonisolated func begin(chain: Digest, network: String, models: [WatchedModel]) {
    guard !json else { return show(Event(event: "watching", chain: chain, network: network, models: models.map(\.root))) }
    printAtOnce("watching the chain \(network), \(chain)")
    for model in models { printAtOnce("replaying \(model.model.name), model root \(model.root)") }
  }

  func show(_ report: Watchtower.Report) async {
    let provider = PublicKey(report.provider.bytes).map { Address(of: $0).text } ?? report.provider.hex
    switch report.result {
    case .honest:
      guard json else { return printAtOnce("claim \(report.claim.hex)  honest: replayed, every bit agrees  (\(provider))") }
      show(Event(event: "honest", claim: report.claim, provider: provider))
    case .fraud(let record, let reason):
      exitCode = 4
      await showFraud(report, provider: provider, record: record, reason: reason)
    case .unverified(let record, let reason):
      if exitCode == 0 { exitCode = 5 }
      guard json else { return printAtOnce("claim \(report.claim.hex)  NOT VERIFIED, record \(record): \(reason)  (\(provider))") }
      show(Event(event: "unverified", claim: report.claim, provider: provider, record: record, reason: reason))
    }
  }

  private func showFraud(_ report: Watchtower.Report, provider: String, record: Int, reason: String) async {
    var event = Event(event: "fraud", claim: report.claim, provider: provider, record: record, reason: reason)
    event.proofBytes = report.proofBytes
    if let view = try? await node.claim(report.claim), case .slashed(let height, let challenger) = view.claim.status {
      event.slashedAt = height.value
      event.challenger = PublicKey(challenger.bytes).map { Address(of: $0).text } ?? challenger.hex
    }
    if json { return show(event) }
    let fate = event.slashedAt.map { "slashed in block \($0)" } ?? (report.proofBytes == 0 ? "no proof sent" : "proof sent")
    printAtOnce("claim \(report.claim.hex)  FRAUD, record \(record): \(reason); \(fate)  (\(provider))")
  }

  private nonisolated func show(_ event: Event) {
    // The members are plain texts and numbers, so that the encoding cannot fail.
    do { try printJSON(event) } catch { preconditionFailure("an event encodes: \(error)") }
  }
}
