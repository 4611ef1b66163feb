/// Recognises UTF-8 one byte at a time, and says where a malformed sequence ends by the rule of maximal subparts. `[TEXT-6]`
struct UTF8Machine: Sendable {
  /// What a byte brought about.
  enum Outcome {
    /// The byte belongs to a scalar that is not complete.
    case pending
    /// The byte completes a scalar.
    case scalar(UInt32)
    /// The bytes before this one are the malformed start of a scalar; the byte itself is yet to be pushed again.
    case malformedBefore
    /// The byte can stand in no sequence.
    case malformed
  }

  private var value: UInt32 = 0
  private var needed = 0
  private var lower: UInt8 = 0x80
  private var upper: UInt8 = 0xbf

  /// Whether the bytes so far end within a scalar.
  var isWithinScalar: Bool { needed > 0 }

  /// Takes in the next byte.
  mutating func push(_ byte: UInt8) -> Outcome {
    needed > 0 ? pushContinuation(byte) : pushFirst(byte)
  }

  private mutating func pushFirst(_ byte: UInt8) -> Outcome {
    switch byte {
    case 0x00...0x7f:
      return .scalar(UInt32(byte))
    case 0xc2...0xdf:
      needed = 1
      value = UInt32(byte & 0x1f)
    case 0xe0...0xef:
      if byte == 0xe0 { lower = 0xa0 }
      if byte == 0xed { upper = 0x9f }
      needed = 2
      value = UInt32(byte & 0x0f)
    case 0xf0...0xf4:
      if byte == 0xf0 { lower = 0x90 }
      if byte == 0xf4 { upper = 0x8f }
      needed = 3
      value = UInt32(byte & 0x07)
    default:
      return .malformed
    }
    return .pending
  }

  private mutating func pushContinuation(_ byte: UInt8) -> Outcome {
    guard byte >= lower, byte <= upper else {
      self = UTF8Machine()
      return .malformedBefore
    }
    lower = 0x80
    upper = 0xbf
    value = value << 6 | UInt32(byte & 0x3f)
    needed -= 1
    return needed == 0 ? .scalar(value) : .pending
  }
}
