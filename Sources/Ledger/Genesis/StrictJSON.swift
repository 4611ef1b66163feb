/// Why bytes are not JSON as this reader takes it.
public enum JSONRejection: Error, Hashable, Sendable {
  /// A byte that cannot stand at this offset, or the end where more must follow.
  case unexpected(offset: Int)
  /// Arrays and objects stand too deep in one another.
  case tooDeep(offset: Int)
  /// An object has two members of one name.
  case repeatedMember(String)
  /// A string is not well-formed UTF-8, or holds half a surrogate pair.
  case invalidText(offset: Int)
}

/// A JSON value. Numbers keep their digits, so that nothing is rounded.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number, as it was written.
  case number(String)
  /// A string, unescaped.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; no two members have one name.
  case object([String: JSONValue])

  /// Reads one value that takes up all of `bytes`, by RFC 8259 to the letter; at most `depth` arrays and objects in one another.
  public init(_ bytes: [UInt8], depth: Int = 16) throws(JSONRejection) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.value(depth: depth)
    parser.skipSpace()
    guard parser.offset == bytes.count else { throw .unexpected(offset: parser.offset) }
  }

  /// The number as a `u64`, if it is written in decimal without sign, fraction, exponent or leading zeros; else nil.
  public var unsigned: UInt64? {
    guard case .number(let digits) = self, digits.utf8.allSatisfy({ ($0 ^ 0x30) < 10 }) else { return nil }
    return UInt64(digits)
  }

  /// The string, or nil.
  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { offset += 1 }
  }

  mutating func value(depth: Int) throws(JSONRejection) -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func object(depth: Int) throws(JSONRejection) -> JSONValue {
    guard depth > 0 else { throw .tooDeep(offset: offset) }
    offset += 1
    skipSpace()
    var members: [String: JSONValue] = [:]
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw .unexpected(offset: offset) }
      let name = try string()
      skipSpace()
      guard take(":") else { throw .unexpected(offset: offset) }
      guard members.updateValue(try value(depth: depth - 1), forKey: name) == nil else { throw .repeatedMember(name) }
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw .unexpected(offset: offset) }
    }
  }

  private mutating func array(depth: Int) throws(JSONRejection) -> JSONValue {
    guard depth > 0 else { throw .tooDeep(offset: offset) }
    offset += 1
    skipSpace()
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth - 1))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw .unexpected(offset: offset) }
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONRejection) -> JSONValue {
    for byte in text.description.utf8 {
      guard next == byte else { throw .unexpected(offset: offset) }
      offset += 1
    }
    return value
  }

  private mutating func number() throws(JSONRejection) -> String {
    let start = offset
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(JSONRejection) {
    let start = offset
    while let byte = next, byte ^ 0x30 < 10 { offset += 1 }
    guard offset > start else { throw .unexpected(offset: offset) }
  }

  private mutating func string() throws(JSONRejection) -> String {
    let start = offset
    offset += 1
    var content: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let text = String(validating: content, as: UTF8.self) else { throw .invalidText(offset: start) }
        return text
      case UInt8(ascii: "\\"):
        offset += 1
        content += try escape()
      case 0..<0x20:
        throw .unexpected(offset: offset)
      default:
        content.append(byte)
        offset += 1
      }
    }
    throw .unexpected(offset: offset)
  }

  private mutating func escape() throws(JSONRejection) -> [UInt8] {
    let start = offset
    guard let byte = next else { throw .unexpected(offset: offset) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var code = UInt32(try unit())
      if code & 0xfc00 == 0xd800 {
        guard take("\\"), take("u") else { throw .invalidText(offset: start) }
        let low = UInt32(try unit())
        guard low & 0xfc00 == 0xdc00 else { throw .invalidText(offset: start) }
        code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
      }
      guard let scalar = Unicode.Scalar(code) else { throw .invalidText(offset: start) }
      return Array(String(Character(scalar)).utf8)
    default: throw .unexpected(offset: start)
    }
  }

  private mutating func unit() throws(JSONRejection) -> UInt16 {
    guard bytes.count - offset >= 4, let unit = UInt16(hexDigits: bytes[offset..<offset + 4]) else { throw .unexpected(offset: offset) }
    offset += 4
    return unit
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let byte = next, byte == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }
}

extension UInt16 {
  /// Reads four hexadecimal digits.
  fileprivate init?(hexDigits: ArraySlice<UInt8>) {
    var value: UInt16 = 0
    for digit in hexDigits {
      guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else { return nil }
      value = value << 4 | UInt16(nibble)
    }
    self = value
  }
}
