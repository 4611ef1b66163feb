import ArgumentParser
import Bytes
import Cryptography
import Foundation
import Ledger
import NodeClient
import NodeInterface

/// How a command is told which node to talk to.
struct NodeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The address of a node.", valueName: "url"))
  var node = "http://127.0.0.1:7411"

  @Option(
    help: ArgumentHelp("The genesis file of the network; without it, the node is believed about which network it is.", valueName: "file"))
  var genesis: String?

  /// A client for the node, and the network's genesis.
  func connect() async throws -> (node: NodeClient, genesis: Genesis) {
    let known = try genesis.map(readGenesis)
    guard let client = NodeClient(address: node, chain: known?.root) else { throw CommandFailure("\(node) is no http address") }
    do {
      let genesis = try await client.genesis()
      return (client, genesis)
    } catch {
      throw CommandFailure("\(node): \(error)")
    }
  }
}

/// The key that options name; a command that needs one fails without.
func requiredKey(_ options: KeyOptions) throws -> PrivateKey {
  guard let key = try options.load() else {
    throw CommandFailure("which key signs? Give --key FILE, or --dev-key NAME on a development network")
  }
  return key
}

/// A public key as an address or as 64 hexadecimal digits.
func publicKey(_ text: String) throws -> PublicKey {
  if let digest = Digest(hex: text) {
    guard let key = PublicKey(digest) else { throw CommandFailure("\(text) is no public key") }
    return key
  }
  do {
    return try Address(text).key
  } catch {
    throw CommandFailure("\(text) is no address: \(error)")
  }
}

/// Prints a value as one JSON object.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  printAtOnce(String(decoding: try encoder.encode(value), as: UTF8.self))
}
