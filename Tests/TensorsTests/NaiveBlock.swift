import Tensors

/// A block of 16 channels as numbers, and its bytes by the layout's definition. `[MODEL-3]`
struct NaiveBlock {
  let inputs: Int
  /// `[16][inputs]`
  var weights: [[Int]]
  /// `[16][inputs / 32]`
  var groups: [[Int]]
  var multipliers: [Int]
  var shifts: [Int]

  init(inputs: Int, from random: inout EdgeInputs) {
    self.inputs = inputs
    let kind = random.integer(in: 0...3)
    weights = (0..<16).map { _ in (0..<inputs).map { _ in kind == 0 ? -127 : kind == 1 ? 127 : random.edge(limit: 127) } }
    groups = (0..<16).map { _ in (0..<inputs / 32).map { _ in kind < 2 ? 4095 : random.integer(in: 1...4095) } }
    multipliers = (0..<16).map { _ in random.integer(in: 0...3) == 0 ? 0xFF_FFFF : random.integer(in: 0...0xFF_FFFF) }
    shifts = (0..<16).map { _ in random.integer(in: 17...62) }
  }

  var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 17 * inputs + 128)
    func put(_ value: Int, at offset: Int, count: Int) {
      for byte in 0..<count { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    for channel in 0..<16 {
      for input in 0..<inputs { put(weights[channel][input], at: (input / 2) * 32 + channel * 2 + input % 2, count: 1) }
      for group in 0..<inputs / 32 { put(groups[channel][group], at: 16 * inputs + 2 * (group * 16 + channel), count: 2) }
      put(multipliers[channel], at: 17 * inputs + 4 * channel, count: 4)
      put(shifts[channel], at: 17 * inputs + 64 + 4 * channel, count: 4)
    }
    return bytes
  }
}
