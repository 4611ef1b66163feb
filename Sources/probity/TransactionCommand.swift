import ArgumentParser
import Bytes
import Foundation
import Inference
import Ledger
import NodeInterface

/// `probity tx`: signs a transaction and waits until a block holds it.
struct TransactionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tx", abstract: "Send a transaction and wait until a block holds it.",
    subcommands: [TransferCommand.self, BondCommand.self, UnbondCommand.self, RegisterModelCommand.self, ReportCommand.self])
}

/// What every transaction needs.
struct SendingOptions: ParsableArguments {
  @OptionGroup var nodeOptions: NodeOptions
  @OptionGroup var keys: KeyOptions

  @Flag(help: "Print JSON.")
  var json = false

  /// Sends a payload and says where it stands.
  func send(_ payload: Payload, blob: [UInt8]? = nil) async throws {
    let key = try requiredKey(keys)
    let (node, genesis) = try await nodeOptions.connect()
    let status: TransactionStatus
    do throws(WalletFailure) {
      status = try await Wallet(key: key, node: node, genesis: genesis).send(payload, blob: blob)
    } catch {
      throw CommandFailure(error.description)
    }
    if json { return try printJSON(status) }
    print("transaction \(status.id)")
    if let inclusion = status.inclusion { print("block       \(inclusion.height)") }
  }
}

/// `probity tx transfer`.
struct TransferCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "transfer", abstract: "Move units to another account.")

  @Argument(help: "Whom to pay: an address, or 64 hexadecimal digits.")
  var to: String

  @Argument(help: "How many units.")
  var amount: UInt64

  @OptionGroup var options: SendingOptions

  func run() async throws { try await options.send(.transfer(Transfer(to: publicKey(to), amount: Amount(amount)))) }
}

/// `probity tx bond`.
struct BondCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bond", abstract: "Move units from the balance to the stake that backs claims.")

  @Argument(help: "How many units.")
  var amount: UInt64

  @OptionGroup var options: SendingOptions

  func run() async throws { try await options.send(.bond(Amount(amount))) }
}

/// `probity tx unbond`.
struct UnbondCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unbond", abstract: "Start to move units from the stake to the balance; they arrive when the unbonding time is over.")

  @Argument(help: "How many units.")
  var amount: UInt64

  @OptionGroup var options: SendingOptions

  func run() async throws { try await options.send(.unbond(Amount(amount))) }
}

/// `probity tx register-model`.
struct RegisterModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register-model",
    abstract: "Put a model on the ledger, so that claims can name it: its graph, its roots and its tokenizer.")

  @Argument(help: "The bundle.")
  var file: String

  @Option(help: "The name on the ledger; without it, the bundle's own.")
  var name: String?

  @OptionGroup var options: SendingOptions

  func run() async throws {
    let model = try loadModel(file)
    let name = Array((name ?? model.name).utf8)
    guard (1...LedgerLimits.modelNameBytes).contains(name.count) else {
      throw CommandFailure("a model's name has 1 to \(LedgerLimits.modelNameBytes) bytes")
    }
    let registration = RegisterModel(model, commitment: ModelTrees(model).commitment(to: model), name: name)
    try await options.send(.registerModel(registration), blob: model.tokenizer.description.encoded)
  }
}

/// `probity tx report`.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Report a provider that broke a promise, for a part of its penalty.",
    discussion: "One promise: its record was not posted in time. Two promises: they are for one request, and of different records.")

  @Argument(help: ArgumentHelp("The promises, as the provider's answers hold them.", valueName: "promise"))
  var promises: [String]

  @OptionGroup var options: SendingOptions

  func validate() throws {
    guard (1...2).contains(promises.count) else { throw ValidationError("Give one promise or two.") }
  }

  func run() async throws {
    let signed = try promises.map { text in
      guard let bytes = [UInt8](hex: text), let promise = try? SignedPromise(decoding: bytes) else {
        throw CommandFailure("this is no promise: \(text.prefix(40))")
      }
      return promise
    }
    try await options.send(.misconduct(signed.count == 2 ? .promises(signed[0], signed[1]) : .unkept(signed[0])))
  }
}
