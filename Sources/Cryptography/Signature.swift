import Bytes

/// A BIP-340 signature: 64 bytes, the x coordinate of a point and a scalar. Any 64 bytes are a signature; most verify for nothing. `[SIG-2]`
public struct Signature: Hashable, Sendable {
  private let pointX: Digest
  private let scalar: Digest

  /// The number of bytes in a signature.
  public static let byteCount = 64

  /// Makes a signature of exactly 64 bytes, or nil for any other count.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Signature.byteCount, let pointX = Digest(bytes[..<32]), let scalar = Digest(bytes[32...]) else { return nil }
    self.pointX = pointX
    self.scalar = scalar
  }

  /// The 64 bytes.
  public var bytes: [UInt8] { pointX.bytes + scalar.bytes }
}

extension Signature: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    pointX = try reader.readDigest()
    scalar = try reader.readDigest()
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(pointX)
    writer.write(scalar)
  }
}

extension Signature: Encodable, Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = [UInt8](hex: try container.decode(String.self)), let signature = Signature(bytes) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected 128 hexadecimal digits")
    }
    self = signature
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes.hex)
  }
}
