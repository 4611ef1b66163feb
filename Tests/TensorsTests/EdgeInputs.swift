import Tensors
import TestSupport

/// Seeded inputs that are biased to the edges: limits, powers of two, their neighbours, and random lengths.
struct EdgeInputs: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func integer(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// A magnitude of at most `limit` with either sign.
  mutating func edge(limit: Int) -> Int {
    let bits = integer(in: 0...32)
    let magnitude =
      switch integer(in: 0...5) {
      case 0: limit
      case 1: 1 << bits
      case 2: (1 << bits) - 1
      case 3: (1 << bits) + 1
      default: integer(in: 0...(1 << bits) - 1)
      }
    return (Bool.random(using: &self) ? 1 : -1) * (magnitude > limit ? magnitude % (limit + 1) : magnitude)
  }

  /// A row of fixed point; one row in four is small, one in four holds a value out of the domain.
  mutating func row(_ count: Int, limit: Int = Int(Int32.max)) -> [Int32] {
    let small = integer(in: 0...3) == 0
    var row = (0..<count).map { _ in Int32(small ? edge(limit: limit) >> 12 : edge(limit: limit)) }
    if limit == Int(Int32.max), integer(in: 0...3) == 0, let index = row.indices.randomElement(using: &self) { row[index] = .min }
    return row
  }

  /// int16 over their whole range; some rows are constant at one end.
  mutating func shorts(_ count: Int) -> [Int16] {
    switch integer(in: 0...5) {
    case 0: [Int16](repeating: .min, count: count)
    case 1: [Int16](repeating: .max, count: count)
    default: (0..<count).map { _ in Int16(clamping: edge(limit: 32768)) }
    }
  }

  mutating func exponents(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(integer(in: 0...16)) } }
}

extension NaiveBlock {
  /// A block whose numbers are biased to the edges.
  init(inputs: Int, from random: inout EdgeInputs) {
    let kind = random.integer(in: 0...3)
    self.init(
      inputs: inputs,
      weights: (0..<16).map { _ in (0..<inputs).map { _ in kind == 0 ? -127 : kind == 1 ? 127 : random.edge(limit: 127) } },
      groups: (0..<16).map { _ in (0..<inputs / 32).map { _ in kind < 2 ? 4095 : random.integer(in: 1...4095) } },
      multipliers: (0..<16).map { _ in random.integer(in: 0...3) == 0 ? 0xFF_FFFF : random.integer(in: 0...0xFF_FFFF) },
      shifts: (0..<16).map { _ in random.integer(in: 17...62) })
  }
}
