/// A value with exactly one encoding: `encode(decode(x)) == x` for every x that decodes. `[ENC-2]`
public protocol CanonicallyCodable: Sendable {
  /// Reads one value; throws on anything that `encode(to:)` would not have written.
  init(from reader: inout ByteReader) throws(DecodingRejection)

  /// Writes the one encoding.
  func encode(to writer: inout ByteWriter)
}

extension CanonicallyCodable {
  /// The canonical encoding.
  public var encoded: [UInt8] {
    var writer = ByteWriter()
    encode(to: &writer)
    return writer.bytes
  }

  /// Decodes a value that takes up all of `bytes`.
  public init(decoding bytes: [UInt8]) throws(DecodingRejection) {
    var reader = ByteReader(bytes)
    try self.init(from: &reader)
    try reader.finish()
  }
}

extension Digest: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) { self = try reader.readDigest() }

  public func encode(to writer: inout ByteWriter) { writer.write(self) }
}
