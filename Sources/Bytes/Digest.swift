/// A SHA-256 value: 32 bytes, ordered as big-endian numbers are. `[ENC-3]`
public struct Digest: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// The four big-endian words, most significant first.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// The number of bytes in a digest.
  public static let byteCount = 32

  /// Thirty-two zero bytes: "none" where a rule says so.
  public static let zero = Digest(words: (0, 0, 0, 0))

  private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// Makes a digest of exactly 32 bytes, or nil for any other count.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Digest.byteCount else { return nil }
    self = Array(bytes).withUnsafeBytes { Digest(prefixOf: $0) }
  }

  /// Makes a digest of the first 32 bytes of a buffer.
  /// - Precondition: the buffer holds at least 32 bytes.
  public init(prefixOf buffer: UnsafeRawBufferPointer) {
    precondition(buffer.count >= Digest.byteCount)
    func word(_ index: Int) -> UInt64 { UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) }
    self.init(words: (word(0), word(1), word(2), word(3)))
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, count in
      copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
      count = Digest.byteCount
    }
  }

  /// Writes the 32 bytes to the start of a buffer.
  /// - Precondition: the buffer holds at least 32 bytes.
  public func copyBytes(to buffer: UnsafeMutableRawBufferPointer) {
    precondition(buffer.count >= Digest.byteCount)
    buffer.storeBytes(of: words.0.bigEndian, toByteOffset: 0, as: UInt64.self)
    buffer.storeBytes(of: words.1.bigEndian, toByteOffset: 8, as: UInt64.self)
    buffer.storeBytes(of: words.2.bigEndian, toByteOffset: 16, as: UInt64.self)
    buffer.storeBytes(of: words.3.bigEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// Bit `index` of the digest, counted from the most significant bit of the first byte.
  /// - Precondition: `index` is in 0..<256.
  public func bit(at index: Int) -> Bool {
    precondition(index >= 0 && index < 256)
    let word =
      switch index >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(63 - (index & 63)) & 1 == 1
  }

  public static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

  public static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension Digest: CustomStringConvertible {
  /// Makes a digest of 64 hexadecimal digits, or nil.
  public init?(hex: String) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// Sixty-four lower-case hexadecimal digits.
  public var hex: String { bytes.hex }

  public var description: String { hex }
}

extension Digest: Encodable, Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = Digest(hex: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected 64 hexadecimal digits")
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}
