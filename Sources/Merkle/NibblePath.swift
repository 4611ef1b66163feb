import Bytes

/// The first 0 to 64 half bytes of a key hash: where a node of the state tree stands. `[JMT-1]`
public struct NibblePath: Hashable, Sendable {
  /// The most half bytes in a path.
  public static let maximumCount = 64

  /// Each a value below 16.
  public private(set) var nibbles: [UInt8] = []

  /// The path of the root.
  public static let root = NibblePath()

  /// How many half bytes the path has.
  public var count: Int { nibbles.count }

  /// The path of the child in slot `nibble`.
  /// - Precondition: `nibble` is below 16 and the path is not full.
  public func appending(_ nibble: Int) -> NibblePath {
    precondition(nibble >= 0 && nibble < 16 && count < NibblePath.maximumCount)
    var longer = self
    longer.nibbles.append(UInt8(nibble))
    return longer
  }
}

extension NibblePath: CanonicallyCodable {
  /// Reads a count of half bytes, then the half bytes, high half first; an unused last half is zero.
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    let count = Int(try reader.read(UInt8.self))
    guard count <= NibblePath.maximumCount else { throw .countAboveLimit }
    let packed = try reader.readFixed((count + 1) / 2)
    nibbles = packed.flatMap { [$0 >> 4, $0 & 15] }
    guard count.isMultiple(of: 2) || nibbles.popLast() == 0 else { throw .outOfRange }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(UInt8(count))
    for index in stride(from: 0, to: count, by: 2) {
      writer.write(nibbles[index] << 4 | (index + 1 < count ? nibbles[index + 1] : 0))
    }
  }
}

extension Digest {
  /// Half byte `index` of the digest, the most significant first.
  /// - Precondition: `index` is in 0..<64.
  public func nibble(at index: Int) -> Int {
    let base = index * 4
    return (0..<4).reduce(0) { $0 << 1 | (bit(at: base + $1) ? 1 : 0) }
  }

  /// How many leading bits two digests share, 0 to 256.
  func commonBitCount(with other: Digest) -> Int { (0..<256).first { bit(at: $0) != other.bit(at: $0) } ?? 256 }
}
