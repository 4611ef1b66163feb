/// Writes the canonical encoding: fixed-width little-endian integers, counts before content. `[ENC-1]`
public struct ByteWriter: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []

  /// Makes an empty writer with room for `capacity` bytes.
  public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Writes an integer in its full width, little-endian.
  public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Writes one byte, 0 or 1.
  public mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// Writes the 32 bytes of a digest.
  public mutating func write(_ digest: Digest) { bytes.append(contentsOf: digest.bytes) }

  /// Writes bytes with no count before them: for parts whose size a rule fixes.
  public mutating func writeFixed(_ content: some Collection<UInt8>) { bytes.append(contentsOf: content) }

  /// Writes a 32-bit count, then the bytes.
  /// - Precondition: there are fewer than 2^32 bytes.
  public mutating func writeCounted(_ content: some Collection<UInt8>) {
    writeCount(content.count)
    bytes.append(contentsOf: content)
  }

  /// Writes a 32-bit count.
  /// - Precondition: the count fits.
  public mutating func writeCount(_ count: Int) {
    guard let narrow = UInt32(exactly: count) else { preconditionFailure("a count of 2^32 or more has no encoding") }
    write(narrow)
  }

  /// Writes a 32-bit count, then each element by `body`.
  public mutating func writeList<Element>(_ elements: [Element], _ body: (inout ByteWriter, Element) -> Void) {
    writeCount(elements.count)
    for element in elements { body(&self, element) }
  }

  /// Writes 0 for nil; 1, then the value by `body`, otherwise.
  public mutating func writeOptional<Value>(_ value: Value?, _ body: (inout ByteWriter, Value) -> Void) {
    write(value != nil)
    if let value { body(&self, value) }
  }
}
