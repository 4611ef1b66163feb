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
    if let devKey {
      guard let key = DevelopmentKey.key(named: devKey) else { throw CommandFailure("\(devKey) gives no development key") }
      return key
    }
    guard let path = key else { return nil }
    do {
      return try Keystore.open(readFile(path, atMost: 1 << 16), password: password())
    } catch let rejection as KeystoreRejection {
      throw CommandFailure("\(path): \(rejection)")
    }
  }

  private func password() throws -> [UInt8] {
    if let passwordFile {
      var bytes = try readFile(passwordFile, atMost: 1 << 12)
      if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
      return bytes
    }
    guard let password = ProcessInfo.processInfo.environment["PROBITY_PASSWORD"] else {
      throw CommandFailure("the key file needs a password: set PROBITY_PASSWORD or give --password-file")
    }
    return Array(password.utf8)
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
