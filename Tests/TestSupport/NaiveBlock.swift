/// A block of 16 channels as numbers, and its bytes by the layout's definition. `[MODEL-3]`
package struct NaiveBlock: Sendable {
  package let inputs: Int
  /// `[16][inputs]`
  package var weights: [[Int]]
  /// `[16][inputs / 32]`
  package var groups: [[Int]]
  package var multipliers: [Int]
  package var shifts: [Int]

  package init(inputs: Int, weights: [[Int]], groups: [[Int]], multipliers: [Int], shifts: [Int]) {
    self.inputs = inputs
    self.weights = weights
    self.groups = groups
    self.multipliers = multipliers
    self.shifts = shifts
  }

  package var bytes: [UInt8] {
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
