import Ledger

/// An amount in JSON: a string of decimal digits, because a JSON number loses whatever is above 2^53.
public struct DecimalAmount: Hashable, Sendable {
  /// The amount.
  public let amount: Amount

  /// Wraps an amount.
  public init(_ amount: Amount) { self.amount = amount }
}

extension DecimalAmount: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let units = UInt64(text), String(units) == text else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a decimal number below 2^64 in a string")
    }
    amount = Amount(units)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(amount.units))
  }
}
