import ArgumentParser
import Foundation
import Ledger
import Logging
import Node
import NodeClient
import NodeHTTP
import NodeInterface
import Store

/// `probity node`: runs a node, or checks what one has stored.
struct NodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node", abstract: "Run a node: order, execute and store, and serve the chain over HTTP.",
    subcommands: [NodeRunCommand.self, NodeCheckCommand.self], defaultSubcommand: NodeRunCommand.self)
}

/// `probity node run`, which is also what `probity node` does.
struct NodeRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a node (the default).",
    discussion: """
      Without --follow the node makes the blocks and needs the key of a validator. With --follow it executes every block of that node \
      again, and attests them if it has a validator's key. It exits with 10 to 20 when its store or the followed chain is not in \
      order; the reason is on standard error.
      """)

  @Option(help: "The genesis file of the network.")
  var genesis: String

  @Option(help: "The directory that holds the chain; made if it is missing.")
  var data: String

  @Option(help: "The address and port to serve HTTP on; port 0: the system chooses.")
  var listen = "127.0.0.1:7411"

  @OptionGroup var keys: KeyOptions

  @Option(help: ArgumentHelp("Follow the node at this address.", valueName: "url"))
  var follow: String?

  @Flag(help: "Make a block as soon as a transaction waits, not only after each interval.")
  var atOnce = false

  @Option(
    help: ArgumentHelp("Delete the records of claims this many blocks after their window; the default keeps all.", valueName: "blocks"))
  var pruneBlobs: UInt64?

  @Flag(help: "Print the line that says where the node listens as JSON.")
  var json = false

  func run() async throws {
    let address = try ListenAddress(listen)
    let genesis = try readGenesis(genesis)
    var upstream: NodeClient?
    if let follow {
      guard let client = NodeClient(address: follow, chain: genesis.root) else { throw CommandFailure("\(follow) is no http address") }
      upstream = client
    }
    var configuration = Node.Configuration()
    configuration.producesAtOnce = atOnce
    configuration.blobBlocks = pruneBlobs
    let node: Node
    do {
      let store = try Database(directory: data)
      node = try Node(store: store, genesis: genesis, key: try keys.load(), upstream: upstream, configuration: configuration)
    } catch {
      throw commandFailure(error)
    }
    try await serve(node, upstream, address)
  }

  private func serve(_ node: Node, _ upstream: NodeClient?, _ address: ListenAddress) async throws {
    let server = NodeServer(api: node, HTTPServer.Configuration(host: address.host, port: address.port))
    let json = json
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await node.run() }
        if let upstream { group.addTask { try await Follower(node: node, source: upstream).run() } }
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
    } catch {
      throw commandFailure(error)
    }
  }
}

/// `probity node check`.
struct NodeCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Execute a stored chain again from its genesis and compare; the node must not run.")

  @Option(help: "The genesis file of the network.")
  var genesis: String

  @Option(help: "The directory that holds the chain.")
  var data: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let genesis = try readGenesis(genesis)
    let report: ChainAudit.Report
    do {
      var configuration = Database.Configuration()
      configuration.createIfMissing = false
      report = try ChainAudit.run(try Database(directory: data, configuration), genesis: genesis) { height in
        if height.value.isMultiple(of: 1000) { FileHandle.standardError.write(Data("replayed \(height)\n".utf8)) }
      }
    } catch {
      throw commandFailure(error)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      print("height \(report.height), state root \(report.stateRoot), \(report.waiting) waiting")
      print("replayed \(report.replayedHeight) blocks with \(report.transactions) transactions: all in order")
      if report.replayedHeight < report.height {
        print("the blobs of block \(report.replayedHeight + 1) were pruned: later blocks were not replayed")
      }
    }
  }
}

/// An address and a port as `HOST:PORT`.
struct ListenAddress {
  let host: String
  let port: Int

  init(_ text: String) throws {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), colon > text.startIndex else {
      throw CommandFailure("\(text) is not HOST:PORT")
    }
    host = String(text[..<colon])
    self.port = Int(port)
  }
}

/// What the world did, as a failure of the command with the status that says so.
private func commandFailure(_ error: any Error) -> any Error {
  switch error {
  case let failure as NodeFailure: CommandFailure(failure.description, exitCode: failure.exitCode)
  case let failure as StoreFailure: CommandFailure(failure.description, exitCode: NodeFailure.store(failure).exitCode)
  case is CommandFailure, is CancellationError: error
  default: CommandFailure("\(error)")
  }
}
