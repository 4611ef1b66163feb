import Bytes
import Challenge
import Cryptography
import Foundation
import Inference
import Ledger
import Logging
import Node
import NodeClient
import NodeHTTP
import NodeInterface
import Provider
import Store
import Text
import Watchtower

/// The parties of a development network and what they do to each other.
struct DevnetScene {
  /// A provider and how it behaves.
  struct Party {
    let name: String
    let provider: Provider
    let question: String
    let isHonest: Bool
    /// Whether it shows nobody its traces and answers no question about them.
    let withholds: Bool
  }

  let genesisPath: String
  let genesis: Genesis
  let model: Model
  let watched: WatchedModel
  let node: Node
  let directory: URL
  let maxTokens: Int
  /// Whether the network stays up when the story is told, until a signal ends it.
  let stays: Bool
  let parties: [Party]
  private let logger: Logger

  /// Opens the stores and loads the model.
  init(modelPath: String, genesisPath: String, directory: URL, maxTokens: Int, stays: Bool) async throws {
    var logger = Logger(label: "probity.devnet")
    logger.logLevel = .warning
    self.logger = logger
    self.directory = directory
    self.maxTokens = maxTokens
    self.stays = stays
    self.genesisPath = genesisPath
    genesis = try readGenesis(genesisPath)
    model = try loadModel(modelPath).preparedForDecoding()
    watched = WatchedModel(model)
    let commitment = watched.trees.commitment(to: model)
    print("model       \(model.name), root \(commitment.modelRoot)")
    print("chain       \(genesis.root)")
    do {
      node = try Node(
        store: try Database(directory: directory.appending(path: "node").path), genesis: genesis, key: try DevnetScene.key("validator"),
        log: logger)
      let cheaper = try model.coarsened()
      let bit = Tampering.LeafBit(segment: model.graph.segments.count / 2, row: 5, chunk: 0, bit: 3)
      let cast: [(name: String, question: String, tampering: Tampering, withholds: Bool)] = [
        ("cheat-bit", "What is the capital of France?", .flipBit(bit), false),
        ("cheat-text", "Is it safe to drink sea water?", .swapText(Array("Yes, as much as you like.".utf8)), false),
        ("cheat-model", "Name three colours.", .substituteModel(cheaper), false),
        ("provider-2", "What is the tallest mountain?", .flipBit(bit), true),
        ("provider", "Why is the sky blue?", .honest, false),
      ]
      var parties: [Party] = []
      for (name, question, tampering, withholds) in cast {
        var isHonest = false
        if case .honest = tampering { isHonest = true }
        let provider = try Provider(
          model: model, commitment: commitment, key: try DevnetScene.key(name), genesis: genesis, node: node,
          store: try Database(directory: directory.appending(path: name).path), tampering: tampering, logger: logger)
        parties.append(Party(name: name, provider: provider, question: question, isHonest: isHonest, withholds: withholds))
      }
      self.parties = parties
    } catch {
      throw CommandFailure("the network cannot start: \(error)")
    }
  }

  /// Plays the scene to its end; returns what went otherwise than it should.
  func play() async throws -> [String] {
    let server = NodeServer(api: node, HTTPServer.Configuration(host: "127.0.0.1", port: 0), log: logger)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let node = node
    return try await withThrowingTaskGroup(of: [String]?.self) { group in
      group.addTask {
        try await node.run()
        return nil
      }
      group.addTask {
        try await server.run { port.yield($0) }
        return nil
      }
      group.addTask {
        for await number in ports {
          let url = "http://127.0.0.1:\(number)"
          guard let client = NodeClient(address: url, chain: genesis.root) else { throw CommandFailure("\(url) is no address") }
          print("node        \(url)  (blocks, claims and accounts in a browser)\n")
          let failures = try await story(client)
          if stays {
            printAtOnce("\nThe chain can still be looked at: \(url)  (Ctrl-C ends)")
            await ShutdownSignal.wait()
          }
          return failures
        }
        return nil
      }
      defer { group.cancelAll() }
      while let result = try await group.next() { if let result { return result } }
      return ["the network ended early"]
    }
  }

  /// What happens, told by a client of the node.
  private func story(_ client: NodeClient) async throws -> [String] {
    let registrar = Wallet(key: try DevnetScene.key("provider"), node: client, genesis: genesis)
    let registration = RegisterModel(model, commitment: watched.trees.commitment(to: model), name: Array(model.name.utf8))
    do {
      try await registrar.send(.registerModel(registration), blob: model.tokenizer.description.encoded)
    } catch {
      throw CommandFailure("the model was not registered: \(error)")
    }
    print("registered  the model is on the chain\n")

    let sources = Dictionary(uniqueKeysWithValues: parties.map { (AccountIdentifier($0.provider.publicKey), $0) })
    var limits = Watchtower.Limits()
    limits.disputes = 1
    let watchtower = Watchtower(
      node: client, wallet: Wallet(key: try DevnetScene.key("watchtower"), node: client, genesis: genesis), models: [watched],
      traces: { provider in sources[provider].flatMap { $0.withholds ? nil : $0.provider } }, limits: limits, logger: logger,
      onReport: { report in
        let name = sources[report.provider]?.name ?? report.provider.hex
        switch report.result {
        case .honest: print("watchtower  \(name): replayed, every bit agrees")
        case .fraud(_, let reason) where report.proofBytes == 0: print("watchtower  \(name): FRAUD, \(reason); asked on the chain, silent")
        case .fraud(_, let reason): print("watchtower  \(name): FRAUD, \(reason); proof of \(report.proofBytes) bytes sent")
        case .unverified(_, let reason): print("watchtower  \(name): not verified, \(reason)")
        }
      })
    let watching = Task { await watchtower.run() }
    defer { watching.cancel() }
    let defending = parties.filter { !$0.withholds }.map { party in Task { await party.provider.defend() } }
    defer { for task in defending { task.cancel() } }

    var claims: [(party: Party, claim: Digest)] = []
    for party in parties { claims.append((party, try await ask(party))) }
    return try await settle(claims, client)
  }

  /// A client asks a provider, which answers and posts its claim.
  private func ask(_ party: Party) async throws -> Digest {
    let key = try DevnetScene.key("client")
    do {
      let prompt = try PromptRendering(model).prompt([ChatMessage(role: "user", content: party.question)])
      guard
        let request = Request(
          modelRoot: party.provider.commitment.modelRoot, provider: party.provider.publicKey, client: key.publicKey,
          salt: SystemRandomBytes().digest(), maxNewTokens: maxTokens, prompt: prompt)
      else { throw CommandFailure("the prompt is out of range") }
      let answer = try await party.provider.answer(request, signature: key.sign(request.digest))
      print("client      asks \(party.name): \(party.question)")
      print(
        "\(party.name.padding(toLength: 11, withPad: " ", startingAt: 0)) answers: \(String(decoding: answer.record.answer, as: UTF8.self).debugDescription)"
      )
      guard let claim = try await party.provider.post() else { throw CommandFailure("\(party.name) had nothing to post") }
      print("\(party.name.padding(toLength: 11, withPad: " ", startingAt: 0)) posts claim \(claim.hex.prefix(16))\n")
      return claim
    } catch {
      throw CommandFailure("\(party.name): \(error)")
    }
  }

  private func settle(_ claims: [(party: Party, claim: Digest)], _ client: NodeClient) async throws -> [String] {
    var failures: [String] = []
    for (party, claim) in claims {
      var view = try await client.claim(claim)
      var rounds = 0
      while case .pending = view.claim.status, rounds < 600 {
        try await Task.sleep(for: .milliseconds(200))
        view = try await client.claim(claim)
        rounds += 1
      }
      switch view.claim.status {
      case .finalized(let height): print("chain       claim of \(party.name) is final in block \(height.value)")
      case .slashed(let height, _): print("chain       claim of \(party.name) is slashed in block \(height.value)")
      case .pending: print("chain       claim of \(party.name) is still open")
      }
      switch (view.claim.status, party.isHonest) {
      case (.finalized, true), (.slashed, false): break
      default: failures.append("the claim of \(party.name) is \(ClaimState(view.claim.status).rawValue)")
      }
    }
    print("\naccount      balance        stake")
    for name in parties.map(\.name) + ["watchtower", "validator"] {
      let account = try await client.account(AccountIdentifier(try DevnetScene.key(name).publicKey))
      let balance = String(account.balance.amount.units).padding(toLength: 14, withPad: " ", startingAt: 0)
      print("\(name.padding(toLength: 12, withPad: " ", startingAt: 0)) \(balance) \(account.stake.amount.units)")
    }
    if let honest = claims.first(where: { $0.party.isHonest }) { failures += try await verifyReceipt(honest.claim, client) }
    return failures
  }

  /// Fetches the receipt and hands it to the separate program.
  private func verifyReceipt(_ claim: Digest, _ client: NodeClient) async throws -> [String] {
    let receipt = directory.appending(path: "receipt.probity")
    try Data(try await client.receipt(claim: claim, record: 0)).write(to: receipt)
    let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent().appending(
      path: "probity-verify")
    guard FileManager.default.isExecutableFile(atPath: program.path) else { return ["probity-verify is not beside probity"] }
    print("\n$ probity-verify receipt.probity --genesis \(genesisPath)")
    let process = Process()
    process.executableURL = program
    process.arguments = [receipt.path, "--genesis", genesisPath]
    fflush(nil)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? [] : ["probity-verify exited with \(process.terminationStatus)"]
  }

  private static func key(_ name: String) throws -> PrivateKey {
    guard let key = DevelopmentKey.key(named: name) else { throw CommandFailure("\(name) gives no development key") }
    return key
  }
}
