import ArgumentParser
import Cryptography
import Foundation
import Ledger

/// How a command is told which key to sign with.
struct KeyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A key file; its password is in PROBITY_PASSWORD or the file of --password-file.", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("A file that holds the password, and nothing else but a last newline.", valueName: "file"))
  var passwordFile: String?

  @Option(help: ArgumentHelp("The name of a development key, which everybody knows, in place of a key file.", valueName: "name"))
  var devKey: String?

  func validate() throws {
    guard key == nil || devKey == nil else { throw ValidationError("Give --key or --dev-key, not both.") }
  }

  /// The key that the options name, or nil if they name none.
  func load() throws -> PrivateKey? {
    if let key = try KeyOptions.development(devKey) { return key }
    guard let path = key else { return nil }
    do {
      return try Keystore.open(readFile(path, atMost: 1 << 16), password: Password.read(file: passwordFile, confirming: false))
    } catch let rejection as KeystoreRejection {
      throw CommandFailure("\(path): \(rejection)")
    }
  }

  /// The development key of a name; nil for no name.
  static func development(_ name: String?) throws -> PrivateKey? {
    guard let name else { return nil }
    guard let key = DevelopmentKey.key(named: name) else { throw CommandFailure("\(name) gives no development key") }
    return key
  }
}

/// The bytes of a file of at most `limit` bytes.
func readFile(_ path: String, atMost limit: Int) throws -> [UInt8] {
  guard let handle = FileHandle(forReadingAtPath: path) else { throw CommandFailure("cannot read \(path)") }
  defer { try? handle.close() }
  guard let data = try handle.read(upToCount: limit + 1) else { return [] }
  guard data.count <= limit else { throw CommandFailure("\(path) has more than \(limit) bytes") }
  return Array(data)
}

/// The genesis in a file.
func readGenesis(_ path: String) throws -> Genesis {
  do {
    return try Genesis(file: readFile(path, atMost: LedgerLimits.genesisFileBytes))
  } catch let rejection as GenesisFileRejection {
    throw CommandFailure("\(path): \(rejection)")
  }
}
