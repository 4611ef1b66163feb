import Bytes

/// Why bytes are no key file, or not one that this password opens. `[KEY-2]`
public enum KeystoreRejection: Error, Hashable, Sendable, CaseIterable {
  /// The length or the first bytes are not those of a key file.
  case notAKeyFile
  /// A version that this reader does not know.
  case unknownVersion
  /// Bytes have changed since the file was written.
  case damaged
  /// The derivation would cost more than a reader allows, or too little.
  case costOutOfRange
  /// The password does not open the file.
  case wrongPassword
}

/// What a guess of the password costs. `[KEY-1]`
public struct ScryptCost: Hashable, Sendable {
  /// N is 2 to this power.
  public let exponent: UInt8
  /// r.
  public let blockSize: UInt32
  /// p.
  public let parallelism: UInt32

  /// The most memory that a derivation may take: 256 MiB.
  public static let maximumMemoryBytes: UInt64 = 1 << 28

  /// N = 2^15, r = 8, p = 1: 32 MiB, about a tenth of a second.
  public static let standard = ScryptCost(uncheckedExponent: 15, blockSize: 8, parallelism: 1)

  /// Makes a cost, or nil outside the ranges of `[KEY-1]`.
  public init?(exponent: UInt8, blockSize: UInt32, parallelism: UInt32) {
    guard (10...20).contains(exponent), (1...16).contains(blockSize), (1...4).contains(parallelism) else { return nil }
    guard 128 * (1 << UInt64(exponent)) * UInt64(blockSize) <= ScryptCost.maximumMemoryBytes else { return nil }
    self.init(uncheckedExponent: exponent, blockSize: blockSize, parallelism: parallelism)
  }

  private init(uncheckedExponent exponent: UInt8, blockSize: UInt32, parallelism: UInt32) {
    self.exponent = exponent
    self.blockSize = blockSize
    self.parallelism = parallelism
  }
}

/// Key files: a private key under a password, as 177 bytes. Reading and writing files is the caller's. `[KEY-1]`
public enum Keystore {
  /// The length of a key file.
  public static let byteCount = 177

  private static let magic = Array("probity.key".utf8)
  private static let version: UInt8 = 1
  private static let saltBytes = 32
  private static let checksumTag = HashTag("probity/keystore")

  /// Encrypts a key. The password is its UTF-8 bytes. `[KEY-1]`
  public static func seal(
    _ key: PrivateKey, password: [UInt8], cost: ScryptCost = .standard, random: some RandomBytes = SystemRandomBytes()
  ) -> [UInt8] {
    let (salt, nonce) = (random.bytes(saltBytes), random.bytes(AuthenticatedEncryption.nonceBytes))
    var writer = ByteWriter(capacity: byteCount)
    writer.writeFixed(magic)
    writer.write(version)
    writer.write(cost.exponent)
    writer.write(cost.blockSize)
    writer.write(cost.parallelism)
    writer.writeFixed(salt)
    writer.writeFixed(nonce)
    key.publicKey.encode(to: &writer)
    let header = writer.bytes
    guard
      let fileKey = AuthenticatedEncryption.deriveKey(password: password, salt: salt, cost: cost),
      let sealed = key.withSecret({ AuthenticatedEncryption.seal($0, key: fileKey, nonce: nonce, additional: header) })
    else { preconditionFailure("libcrypto refused a cost within its bounds, or has no memory") }
    writer.writeFixed(sealed)
    writer.write(Digest.hash(tag: checksumTag, writer.bytes))
    return writer.bytes
  }

  /// Decrypts a key. `[KEY-2]`
  public static func open(_ file: [UInt8], password: [UInt8]) throws(KeystoreRejection) -> PrivateKey {
    let content = try parse(file)
    guard let fileKey = AuthenticatedEncryption.deriveKey(password: password, salt: content.salt, cost: content.cost) else {
      throw .costOutOfRange
    }
    let secret = AuthenticatedEncryption.open(content.sealed, key: fileKey, nonce: content.nonce, additional: content.header)
    guard let secret else { throw .wrongPassword }
    guard let key = PrivateKey(secret), key.publicKey == content.publicKey else { throw .damaged }
    return key
  }

  /// The public key that a key file names, which needs no password. `[KEY-2]`
  public static func publicKey(of file: [UInt8]) throws(KeystoreRejection) -> PublicKey { try parse(file).publicKey }

  private struct Content {
    let cost: ScryptCost
    let salt: [UInt8]
    let nonce: [UInt8]
    let publicKey: PublicKey
    let header: [UInt8]
    let sealed: [UInt8]
  }

  private static func parse(_ file: [UInt8]) throws(KeystoreRejection) -> Content {
    guard file.count == byteCount, file.starts(with: magic) else { throw .notAKeyFile }
    guard file[magic.count] == version else { throw .unknownVersion }
    let checked = Array(file.dropLast(Digest.byteCount))
    guard Digest.hash(tag: checksumTag, checked).bytes == Array(file.suffix(Digest.byteCount)) else { throw .damaged }
    do {
      var reader = ByteReader(checked[(magic.count + 1)...])
      let (exponent, blockSize, parallelism) = (try reader.read(UInt8.self), try reader.read(UInt32.self), try reader.read(UInt32.self))
      let (salt, nonce) = (try reader.readFixed(saltBytes), try reader.readFixed(AuthenticatedEncryption.nonceBytes))
      let publicKey = try PublicKey(from: &reader)
      let header = Array(checked.dropLast(reader.remaining))
      guard let cost = ScryptCost(exponent: exponent, blockSize: blockSize, parallelism: parallelism) else {
        throw KeystoreRejection.costOutOfRange
      }
      let sealed = try reader.readFixed(reader.remaining)
      return Content(cost: cost, salt: salt, nonce: nonce, publicKey: publicKey, header: header, sealed: sealed)
    } catch let rejection as KeystoreRejection {
      throw rejection
    } catch {
      throw .damaged
    }
  }
}
