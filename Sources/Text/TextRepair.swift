/// Turns bytes that come piece by piece into well-formed UTF-8: each maximal malformed subpart becomes U+FFFD. `[TEXT-6]`
///
/// What all calls return together depends on the bytes alone, not on how they were cut into pieces; so an answer that is streamed to a
/// client is the answer of the record.
public struct TextRepair: Sendable {
  private var machine = UTF8Machine()
  private var pending: [UInt8] = []

  /// Makes a repair that has seen no bytes.
  public init() {}

  /// The UTF-8 that is settled by the next bytes.
  public mutating func push(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    for byte in bytes { push(byte, to: &text) }
    return text
  }

  /// The UTF-8 that is left when no more bytes come: U+FFFD if they end within a scalar, nothing otherwise.
  public mutating func finish() -> [UInt8] {
    defer { self = TextRepair() }
    return machine.isWithinScalar ? TextRepair.replacement : []
  }

  /// The repair of all of `bytes`.
  public static func repaired(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var repair = TextRepair()
    var text = repair.push(bytes)
    text += repair.finish()
    return text
  }

  /// Whether all of `bytes` are well-formed UTF-8.
  public static func isWellFormed(_ bytes: some Sequence<UInt8>) -> Bool {
    var machine = UTF8Machine()
    for byte in bytes {
      switch machine.push(byte) {
      case .pending, .scalar: continue
      case .malformed, .malformedBefore: return false
      }
    }
    return !machine.isWithinScalar
  }

  private static let replacement: [UInt8] = [0xef, 0xbf, 0xbd]

  private mutating func push(_ byte: UInt8, to text: inout [UInt8]) {
    switch machine.push(byte) {
    case .pending:
      pending.append(byte)
    case .scalar:
      text += pending
      text.append(byte)
      pending.removeAll(keepingCapacity: true)
    case .malformed:
      text += TextRepair.replacement
    case .malformedBefore:
      text += TextRepair.replacement
      pending.removeAll(keepingCapacity: true)
      // The machine has started afresh, and a first byte is never malformed before itself.
      push(byte, to: &text)
    }
  }
}
