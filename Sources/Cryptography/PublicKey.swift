import Bytes
internal import CSecp256k1

/// A BIP-340 public key: the x coordinate of a point of secp256k1, 32 bytes. A value is always on the curve. `[SIG-1]`
public struct PublicKey: Hashable, Comparable, Sendable {
  /// The x coordinate, big-endian.
  public let xCoordinate: Digest

  /// Makes a key of an x coordinate, or nil when it is not below the field size or no point of the curve has it.
  public init?(_ xCoordinate: Digest) {
    guard PublicKey.parse(xCoordinate) != nil else { return nil }
    self.xCoordinate = xCoordinate
  }

  /// Makes a key of exactly 32 bytes, or nil when they are not the x coordinate of a point.
  public init?(_ bytes: [UInt8]) {
    guard let xCoordinate = Digest(bytes) else { return nil }
    self.init(xCoordinate)
  }

  /// The 32 bytes of the x coordinate.
  public var bytes: [UInt8] { xCoordinate.bytes }

  /// Whether `signature` is this key's signature of a digest. `[SIG-2]`
  public func verify(_ signature: Signature, of digest: Digest) -> Bool { verify(signature, of: digest.bytes) }

  /// Whether `signature` is this key's signature of a message of any length. `[SIG-2]`
  public func verify(_ signature: Signature, of message: [UInt8]) -> Bool {
    guard var key = PublicKey.parse(xCoordinate) else { return false }
    return secp256k1_schnorrsig_verify(probity_secp256k1_verifier(), signature.bytes, message, message.count, &key) == 1
  }

  public static func < (left: PublicKey, right: PublicKey) -> Bool { left.xCoordinate < right.xCoordinate }

  private static func parse(_ xCoordinate: Digest) -> secp256k1_xonly_pubkey? {
    var key = secp256k1_xonly_pubkey()
    return secp256k1_xonly_pubkey_parse(probity_secp256k1_verifier(), &key, xCoordinate.bytes) == 1 ? key : nil
  }
}

extension PublicKey: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    guard let key = PublicKey(try reader.readDigest()) else { throw .outOfRange }
    self = key
  }

  public func encode(to writer: inout ByteWriter) { writer.write(xCoordinate) }
}

extension PublicKey: Encodable, Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = [UInt8](hex: try container.decode(String.self)), let key = PublicKey(bytes) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected 64 hexadecimal digits, a point of the curve")
    }
    self = key
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(xCoordinate.hex)
  }
}
