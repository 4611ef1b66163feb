/// A metadata value of a GGUF file.
public enum GGUFValue: Hashable, Sendable {
  /// An unsigned integer of any width.
  case unsigned(UInt64)
  /// A signed integer of any width.
  case signed(Int64)
  /// A floating-point number; one of 32 bits is widened, which is exact.
  case float(Double)
  /// A Boolean.
  case bool(Bool)
  /// Bytes that should be UTF-8.
  case string([UInt8])
  /// Values of one type.
  case array([GGUFValue])

  /// The value as an integer that is not negative, or nil.
  public var unsignedInteger: UInt64? {
    switch self {
    case .unsigned(let value): value
    case .signed(let value): UInt64(exactly: value)
    case .float, .bool, .string, .array: nil
    }
  }

  /// The value as a floating-point number, or nil.
  public var floatingPoint: Double? {
    if case .float(let value) = self { value } else { nil }
  }

  /// The value as a Boolean, or nil.
  public var boolean: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The value as bytes, or nil.
  public var bytes: [UInt8]? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The value as well-formed text, or nil.
  public var text: String? { bytes.flatMap { String(validating: $0, as: UTF8.self) } }

  /// The value as an array, or nil.
  public var elements: [GGUFValue]? {
    if case .array(let value) = self { value } else { nil }
  }
}
