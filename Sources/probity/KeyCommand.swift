import ArgumentParser
import Bytes
import Cryptography
import Foundation

/// `probity key`: makes key files and shows what they hold.
struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Make key files and show their addresses.", subcommands: [KeyNewCommand.self, KeyShowCommand.self])
}

/// A public key in its two forms.
private struct KeyView: Encodable {
  let address: String
  let publicKey: Digest

  init(_ key: PublicKey) {
    address = Address(of: key).text
    publicKey = key.xCoordinate
  }

  func show(json: Bool) throws {
    if json { return try printJSON(self) }
    print("address     \(address)")
    print("public key  \(publicKey)")
  }
}

/// `probity key new`.
struct KeyNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a key and write it to a file under a password.",
    discussion: "The password is taken from --password-file or PROBITY_PASSWORD, else asked for. A file that is there is never overwritten."
  )

  @Argument(help: "The key file to make.")
  var file: String

  @Option(help: ArgumentHelp("A file that holds the password, and nothing else but a last newline.", valueName: "file"))
  var passwordFile: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    guard !FileManager.default.fileExists(atPath: file) else { throw CommandFailure("\(file) is there already; a key is not overwritten") }
    let password = try Password.read(file: passwordFile, confirming: true)
    let key = PrivateKey(from: SystemRandomBytes())
    try write(Keystore.seal(key, password: password))
    try KeyView(key.publicKey).show(json: json)
  }

  /// Writes a file that only its owner can read; fails if it is there.
  private func write(_ bytes: [UInt8]) throws {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CommandFailure("cannot make \(file): \(String(cString: strerror(errno)))") }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: Data(bytes))
      try handle.synchronize()
      try handle.close()
    } catch {
      throw CommandFailure("cannot write \(file): \(error)")
    }
  }
}

/// `probity key show`.
struct KeyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the address of a key file, which needs no password, or of a development key.")

  @Argument(help: "The key file.")
  var file: String?

  @Option(help: ArgumentHelp("The name of a development key, which everybody knows.", valueName: "name"))
  var devKey: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (file == nil) != (devKey == nil) else { throw ValidationError("Give a key file or --dev-key.") }
  }

  func run() throws {
    if let file {
      do {
        try KeyView(Keystore.publicKey(of: readFile(file, atMost: 1 << 16))).show(json: json)
      } catch let rejection as KeystoreRejection {
        throw CommandFailure("\(file): \(rejection)")
      }
    } else if let key = try KeyOptions.development(devKey) {
      try KeyView(key.publicKey).show(json: json)
    }
  }
}
