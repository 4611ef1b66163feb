import Bytes

/// How many blocks stand before a block: the genesis block has height 0. `[LED-1]`
public struct Height: Hashable, Comparable, Sendable {
  /// The number of blocks.
  public let value: UInt64

  /// The height of the genesis block.
  public static let genesis = Height(0)

  /// Makes a height of `value` blocks.
  public init(_ value: UInt64) { self.value = value }

  /// The height `blocks` later, or nil if it has no `u64`.
  public func adding(_ blocks: UInt64) -> Height? {
    let (sum, overflow) = value.addingReportingOverflow(blocks)
    return overflow ? nil : Height(sum)
  }

  /// The height of the block before, or nil for the genesis block.
  public var previous: Height? { value > 0 ? Height(value - 1) : nil }

  public static func < (left: Height, right: Height) -> Bool { left.value < right.value }
}

extension Height: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) { value = try reader.read() }

  public func encode(to writer: inout ByteWriter) { writer.write(value) }
}

extension Height: CustomStringConvertible {
  public var description: String { String(value) }
}
