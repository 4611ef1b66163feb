/// Why bytes are not a canonical encoding. `[ENC-2]`
public enum DecodingRejection: Error, Hashable, Sendable {
  /// The bytes end before the value does.
  case truncated
  /// Bytes are left over after the value.
  case trailingBytes
  /// A count is larger than the rule for this place allows.
  case countAboveLimit
  /// A tag or a Boolean has a value that no rule names.
  case unknownTag
  /// A list that must ascend strictly does not.
  case unordered
  /// Bytes that must be UTF-8 are not.
  case invalidText
  /// A value is outside the range that its rule states.
  case outOfRange
}

/// Reads the canonical encoding from bytes that may be hostile: it never traps and never allocates more than the input holds. `[ENC-2]`
///
/// What decoders call for each element is inlinable: compiled apart from its caller, a read costs a hundred times as much, and a validator
/// must decode what anyone pays to have in a block.
public struct ByteReader {
  @usableFromInline let bytes: ArraySlice<UInt8>
  @usableFromInline var offset: Int

  /// Makes a reader over all of `bytes`.
  public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// Makes a reader over a slice.
  public init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  /// How many bytes are left.
  @inlinable public var remaining: Int { bytes.endIndex - offset }

  /// Decodes a value that takes up all of `bytes`.
  public static func decode<Value>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws(DecodingRejection) -> Value
  ) throws(DecodingRejection) -> Value {
    var reader = ByteReader(bytes)
    let value = try body(&reader)
    try reader.finish()
    return value
  }

  /// Refuses bytes that are left over.
  public func finish() throws(DecodingRejection) {
    guard remaining == 0 else { throw .trailingBytes }
  }

  /// Reads an integer of full width, little-endian.
  @inlinable
  public mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(DecodingRejection) -> Value {
    let width = Value.bitWidth / 8
    guard remaining >= width else { throw .truncated }
    var value: Value = 0
    for index in 0..<width { value |= Value(truncatingIfNeeded: bytes[offset + index]) << Value(index * 8) }
    offset += width
    return value
  }

  /// Reads one byte that must be 0 or 1.
  @inlinable
  public mutating func readBool() throws(DecodingRejection) -> Bool {
    switch try read(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw .unknownTag
    }
  }

  /// Reads 32 bytes.
  public mutating func readDigest() throws(DecodingRejection) -> Digest {
    guard remaining >= Digest.byteCount else { throw .truncated }
    defer { offset += Digest.byteCount }
    return bytes[offset..<offset + Digest.byteCount].withUnsafeBytes { Digest(prefixOf: $0) }
  }

  /// Reads exactly `count` bytes.
  public mutating func readFixed(_ count: Int) throws(DecodingRejection) -> [UInt8] {
    guard count >= 0, remaining >= count else { throw .truncated }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// Reads a 32-bit count of at most `limit`.
  @inlinable
  public mutating func readCount(atMost limit: Int) throws(DecodingRejection) -> Int {
    let count = try read(UInt32.self)
    guard UInt64(count) <= UInt64(max(0, limit)) else { throw .countAboveLimit }
    return Int(count)
  }

  /// Reads a count of at most `limit`, then so many bytes.
  public mutating func readCounted(atMost limit: Int) throws(DecodingRejection) -> [UInt8] {
    try readFixed(try readCount(atMost: limit))
  }

  /// Reads a count of at most `limit`, then so many bytes of well-formed UTF-8.
  public mutating func readText(atMost limit: Int) throws(DecodingRejection) -> [UInt8] {
    let text = try readCounted(atMost: limit)
    guard String(validating: text, as: UTF8.self) != nil else { throw .invalidText }
    return text
  }

  /// Reads a count of at most `limit`, then so many elements by `body`, each at least one byte long.
  @inlinable
  public mutating func readList<Element>(
    atMost limit: Int, _ body: (inout ByteReader) throws(DecodingRejection) -> Element
  ) throws(DecodingRejection) -> [Element] {
    let count = try readCount(atMost: limit)
    guard count <= remaining else { throw .truncated }
    var elements: [Element] = []
    elements.reserveCapacity(min(count, 1024))
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }

  /// Reads 0 for nil, or 1 and a value by `body`.
  @inlinable
  public mutating func readOptional<Value>(
    _ body: (inout ByteReader) throws(DecodingRejection) -> Value
  ) throws(DecodingRejection) -> Value? {
    try readBool() ? try body(&self) : nil
  }
}
