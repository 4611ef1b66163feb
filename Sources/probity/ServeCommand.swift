import ArgumentParser
import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import Logging
import NodeClient
import NodeHTTP
import NodeInterface
import Provider
import Store

/// `probity serve`: runs a provider.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Answer requests with a model in the OpenAI interface, and post what was answered as claims.",
    discussion: """
      The chain must know the model (`probity tx register-model`), and the key's account needs a stake (`probity tx bond`): each claim \
      locks a part of it until its window is over. Answers are written to --data before they are given, so that a provider that is \
      killed posts them when it comes back.
      """)

  @Option(help: "The bundle.")
  var model: String

  @OptionGroup var nodeOptions: NodeOptions
  @OptionGroup var keys: KeyOptions

  @Option(help: "The directory that holds the answers; made if it is missing.")
  var data: String

  @Option(help: "The address and port to serve HTTP on; port 0: the system chooses.")
  var listen = "127.0.0.1:7412"

  @Option(help: "Threads, 1 to 64; answers do not depend on them.")
  var threads = 1

  @Option(help: "The most tokens that a request may ask for.")
  var maxTokens = 1024

  @Option(help: "How many answers a claim holds at most, 1 to 256.")
  var claimRecords = 16

  @Option(help: ArgumentHelp("How long an answer waits for others to fill its claim.", valueName: "seconds"))
  var claimDelay: UInt32 = 2

  @Option(
    help: ArgumentHelp(
      "Cheat, to see that it does not pay: with a bit of the trace, the text, the whole answer, a cheaper model, the length, what "
        + "is streamed, or a trace that is withheld. Refused on networks whose genesis holds other keys than development keys.",
      valueName: "way"))
  var cheat: Cheat?

  @Flag(help: "Print the line that says where the provider listens as JSON.")
  var json = false

  /// A way to cheat.
  enum Cheat: String, ExpressibleByArgument, CaseIterable {
    /// One bit of each trace is another one.
    case bit
    /// The answer's text is another one.
    case text
    /// The answer is another one, tokens and all.
    case answer
    /// A cheaper model runs.
    case model
    /// The answer is cut short, and says that its length was asked for.
    case length
    /// A client that reads along is shown another answer than the record has.
    case stream
    /// One bit of each trace is another one, and nobody is shown a trace, whoever asks.
    case withhold
  }

  func validate() throws {
    guard (1...64).contains(threads) else { throw ValidationError("--threads is 1 to 64.") }
    guard (1...Request.newTokenLimit).contains(maxTokens) else { throw ValidationError("--max-tokens is 1 to \(Request.newTokenLimit).") }
    guard (1...256).contains(claimRecords) else { throw ValidationError("--claim-records is 1 to 256.") }
    guard cheat == nil || keys.devKey != nil else {
      throw ValidationError("--cheat needs --dev-key: it is for development networks alone.")
    }
  }

  func run() async throws {
    let address = try ListenAddress(listen)
    let key = try requiredKey(keys)
    let model = try loadModel(model).preparedForDecoding(workers: Workers(count: threads))
    let commitment = ModelTrees(model).commitment(to: model)
    let (node, genesis) = try await nodeOptions.connect()
    guard cheat == nil || ServeCommand.isDevelopment(genesis) else {
      throw CommandFailure("--cheat is for development networks alone, and the genesis of this one holds keys of its own")
    }
    try await warn(node, genesis, key, commitment)
    let server: ProviderServer
    let provider: Provider
    do {
      provider = try Provider(
        model: model, commitment: commitment, key: key, genesis: genesis, node: node, store: try Database(directory: data),
        configuration: configuration, tampering: try tampering(model), logger: Logger(label: "probity.provider"))
      server = try ProviderServer(
        provider: provider, HTTPServer.Configuration(host: address.host, port: address.port), showsTraces: cheat != .withhold)
    } catch {
      throw CommandFailure("\(error)")
    }
    try await serve(provider, server, address)
  }

  private func serve(_ provider: Provider, _ server: ProviderServer, _ address: ListenAddress) async throws {
    let json = json
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await provider.run() }
      if cheat != .withhold { group.addTask { await provider.defend() } }
      group.addTask {
        try await server.run { port in
          let url = "http://\(address.host):\(port)"
          printAtOnce(json ? "{\"listening\":\"\(url)\"}" : "listening on \(url)")
        }
      }
      group.addTask { await ShutdownSignal.wait() }
      _ = try await group.next()
      group.cancelAll()
    }
  }

  private var configuration: ProviderConfiguration {
    var configuration = ProviderConfiguration()
    configuration.workers = Workers(count: threads)
    configuration.newTokenLimit = maxTokens
    configuration.recordsPerClaim = claimRecords
    configuration.claimDelay = .seconds(claimDelay)
    return configuration
  }

  private func tampering(_ model: Model) throws -> Tampering {
    switch cheat {
    case nil: .honest
    case .bit, .withhold: .flipBit(Tampering.LeafBit(segment: model.graph.segments.count / 2, row: 5, chunk: 0, bit: 3))
    case .text: .swapText(Array("Whatever you want to hear.".utf8))
    case .answer: .swapAnswer(Array("Whatever you want to hear.".utf8))
    case .length: .cutShort
    case .stream: .showText(Array("Whatever you want to hear.".utf8))
    case .model: .substituteModel(try model.coarsened())
    }
  }

  /// Whether all that a network began with belongs to keys that everybody knows. `[GEN-4]`
  private static func isDevelopment(_ genesis: Genesis) -> Bool {
    let known = Set(DevelopmentKey.names.compactMap { DevelopmentKey.key(named: $0)?.publicKey })
    return genesis.accounts.allSatisfy { known.contains($0.key) } && genesis.validators.allSatisfy { known.contains($0) }
  }

  /// Says at once what will keep claims from being posted; it can be mended while the provider runs.
  private func warn(_ node: NodeClient, _ genesis: Genesis, _ key: PrivateKey, _ commitment: ModelCommitment) async throws {
    let note = { (text: String) in FileHandle.standardError.write(Data("warning: \(text)\n".utf8)) }
    do throws(NodeError) {
      let account = try await node.account(AccountIdentifier(key.publicKey))
      if account.stake.amount < genesis.parameters.claimBond {
        note("the stake is \(account.stake.amount) units, and each claim locks \(genesis.parameters.claimBond): run `probity tx bond`")
      }
      if account.balance.amount == .zero { note("the account cannot pay fees") }
      if try await !node.models().contains(where: { $0.root == commitment.modelRoot }) {
        note("the chain does not know the model \(commitment.modelRoot): run `probity tx register-model \(model)`")
      }
    } catch {
      throw CommandFailure("\(error)")
    }
  }
}
