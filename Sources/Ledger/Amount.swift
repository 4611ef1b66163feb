import Bytes

/// A number of units of the network's token. Arithmetic says when it would leave the range; it never wraps or traps. `[LED-1]`
public struct Amount: Hashable, Comparable, Sendable {
  /// The number of units.
  public let units: UInt64

  /// No units.
  public static let zero = Amount(0)

  /// Makes an amount of `units`.
  public init(_ units: UInt64) { self.units = units }

  /// The sum, or nil if it has no `u64`.
  public func adding(_ other: Amount) -> Amount? {
    let (sum, overflow) = units.addingReportingOverflow(other.units)
    return overflow ? nil : Amount(sum)
  }

  /// The difference, or nil if `other` is larger.
  public func subtracting(_ other: Amount) -> Amount? {
    units >= other.units ? Amount(units - other.units) : nil
  }

  /// `floor(self * numerator / denominator)` for a fraction of at most 1: the product is taken in 128 bits, so nothing is lost.
  /// - Precondition: `denominator > 0` and `numerator <= denominator`.
  public func fraction(_ numerator: UInt64, of denominator: UInt64) -> Amount {
    precondition(denominator > 0 && numerator <= denominator)
    let product = units.multipliedFullWidth(by: numerator)
    return Amount(denominator.dividingFullWidth(product).quotient)
  }

  public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }
}

extension Amount: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) { units = try reader.read() }

  public func encode(to writer: inout ByteWriter) { writer.write(units) }
}

extension Amount: CustomStringConvertible {
  public var description: String { String(units) }
}
