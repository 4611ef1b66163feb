import Bytes
import Cryptography

/// The name of an account or validator: the 32 bytes of an x-only public key. `[LED-1]`
///
/// The bytes need not be a point of the curve: an account that nobody can sign for may still be paid, and its units are then lost.
public struct AccountIdentifier: Hashable, Comparable, Sendable {
  private let key: Digest

  /// Thirty-two zero bytes: the proposer of the genesis block, and no key at all.
  public static let none = AccountIdentifier(.zero)

  /// Makes an identifier of the 32 bytes of a key.
  public init(_ key: Digest) { self.key = key }

  /// Makes an identifier of exactly 32 bytes, or nil.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let key = Digest(bytes) else { return nil }
    self.init(key)
  }

  /// Makes an identifier of 64 hexadecimal digits, or nil.
  public init?(hex: String) {
    guard let key = Digest(hex: hex) else { return nil }
    self.init(key)
  }

  /// Makes the identifier of a key.
  public init(_ publicKey: PublicKey) { key = publicKey.xCoordinate }

  /// The key, or nil when the bytes are no point of the curve.
  public var publicKey: PublicKey? { PublicKey(key) }

  /// The 32 bytes.
  public var bytes: [UInt8] { key.bytes }

  /// Sixty-four lower-case hexadecimal digits.
  public var hex: String { key.hex }

  public static func < (left: AccountIdentifier, right: AccountIdentifier) -> Bool { left.key < right.key }
}

extension AccountIdentifier: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) { key = try reader.readDigest() }

  public func encode(to writer: inout ByteWriter) { writer.write(key) }
}

extension AccountIdentifier: CustomStringConvertible {
  public var description: String { hex }
}
