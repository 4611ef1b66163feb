import Bytes
internal import COpenSSL
internal import CSecp256k1

/// A BIP-340 private key. Its bytes live in one place and are wiped when the last copy of the value goes. `[SIG-1]`
public struct PrivateKey: Sendable {
  /// The key that others verify with.
  public let publicKey: PublicKey

  private let secret: SecretBytes

  /// Makes a key of exactly 32 bytes, or nil when they are zero or not below the order of the curve.
  public init?(_ bytes: [UInt8]) {
    self.init(SecretBytes(bytes))
  }

  /// Makes a key of secret bytes, as above.
  init?(_ secret: SecretBytes) {
    guard let publicKey = secret.withBytes({ PrivateKey.derivePublicKey($0) }) else { return nil }
    self.secret = secret
    self.publicKey = publicKey
  }

  /// Makes a fresh key.
  public init(from random: some RandomBytes) {
    while true {
      if let key = PrivateKey(random.bytes(32)) {
        self = key
        return
      }
    }
  }

  /// Signs a digest. `auxiliary` is fresh randomness; a repeated value is safe, but protects less against faults. `[SIG-3]`
  public func sign(_ digest: Digest, auxiliary: Digest) -> Signature { sign(message: digest.bytes, auxiliary: auxiliary) }

  /// Signs a digest with fresh randomness. `[SIG-3]`
  public func sign(_ digest: Digest, random: some RandomBytes = SystemRandomBytes()) -> Signature {
    sign(digest, auxiliary: random.digest())
  }

  /// Signs a message of any length. `[SIG-3]`
  public func sign(message: [UInt8], auxiliary: Digest) -> Signature {
    var output = [UInt8](repeating: 0, count: Signature.byteCount)
    let isSigned = secret.withBytes { secretBuffer in
      PrivateKey.sign(message, secret: secretBuffer, auxiliary: auxiliary.bytes, into: &output)
    }
    guard isSigned, let signature = Signature(output) else { preconditionFailure("a checked private key did not sign") }
    return signature
  }

  /// Calls `body` with the 32 secret bytes, which it must not keep: for the keystore.
  func withSecret<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { secret.withBytes(body) }

  private static func sign(_ message: [UInt8], secret: UnsafeRawBufferPointer, auxiliary: [UInt8], into output: inout [UInt8]) -> Bool {
    withKeyPair(secret) { context, pair in
      // Blinding: what the processor does while signing then does not repeat from one signature to the next.
      guard secp256k1_context_randomize(context, Digest.hash(tag: blindingTag, auxiliary).bytes) == 1 else { return false }
      var auxiliaryCopy = auxiliary
      return auxiliaryCopy.withUnsafeMutableBytes { auxiliaryBuffer in
        var parameters = secp256k1_schnorrsig_extraparams(
          magic: (0xda, 0x6f, 0xb3, 0x8c), noncefp: nil, ndata: auxiliaryBuffer.baseAddress)
        return secp256k1_schnorrsig_sign_custom(context, &output, message, message.count, &pair, &parameters) == 1
      }
    } ?? false
  }

  private static func derivePublicKey(_ secret: UnsafeRawBufferPointer) -> PublicKey? {
    withKeyPair(secret) { context, pair in
      var point = secp256k1_xonly_pubkey()
      guard secp256k1_keypair_xonly_pub(context, &point, nil, &pair) == 1 else { return nil }
      var bytes = [UInt8](repeating: 0, count: 32)
      guard secp256k1_xonly_pubkey_serialize(context, &bytes, &point) == 1 else { return nil }
      return PublicKey(bytes)
    }
  }

  /// Calls `body` with a context of its own and the key pair of `secret`, then wipes the pair; nil when the secret is no key.
  private static func withKeyPair<Result>(
    _ secret: UnsafeRawBufferPointer, _ body: (OpaquePointer, inout secp256k1_keypair) -> Result?
  ) -> Result? {
    guard let base = secret.assumingMemoryBound(to: UInt8.self).baseAddress, secret.count == 32 else { return nil }
    guard let context = secp256k1_context_create(contextFlags) else { return nil }
    defer { secp256k1_context_destroy(context) }
    var pair = secp256k1_keypair()
    defer { OPENSSL_cleanse(&pair, MemoryLayout<secp256k1_keypair>.size) }
    guard secp256k1_keypair_create(context, &pair, base) == 1 else { return nil }
    return body(context, &pair)
  }

  private static let contextFlags = UInt32(SECP256K1_CONTEXT_NONE)
  private static let blindingTag = HashTag("probity/blinding")
}

extension PrivateKey: CustomStringConvertible {
  /// Names the public key; a secret never reaches a log.
  public var description: String { "PrivateKey(of: \(publicKey.xCoordinate.hex))" }
}
