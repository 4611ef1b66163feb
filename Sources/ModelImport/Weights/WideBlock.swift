import Inference

/// Turns 16 rows of weights into a leaf of a wide linear tensor: a weight is `step * w`, one step for each channel. `[MODEL-3]` `[NUM-32]`
package enum WideBlock {
  private static let largestWeight = 32767.0
  /// The executor's first rounding takes 8 bits off. `[NUM-32]`
  private static let unit = 0x1p8

  /// The leaf of 16 rows, one after the other in `rows`, whose products are to be multiplied by `factor`; nil where a factor has no scale.
  /// - Precondition: every value is finite; `inputs` is a multiple of 64.
  package static func bytes(rows: [Float], inputs: Int, factor: Double) -> [UInt8]? {
    precondition(rows.count == LinearBlock.channels * inputs && inputs.isMultiple(of: 64), "16 rows of whole groups")
    var leaf = [UInt8](repeating: 0, count: 32 * inputs)
    var scales: [Scale] = []
    for channel in 0..<LinearBlock.channels {
      let row = rows[channel * inputs..<(channel + 1) * inputs]
      let step = Double(row.reduce(0) { max($0, $1.magnitude) }) / largestWeight
      guard step > 0 else {
        scales.append(.zero)
        continue
      }
      guard let scale = Scale(step * (factor * unit)) else { return nil }
      scales.append(scale)
      for (input, value) in row.enumerated() {
        let weight = UInt16(bitPattern: Int16(min(max((Double(value) / step).rounded(), -largestWeight), largestWeight)))
        let place = input / 2 * 64 + channel * 4 + 2 * (input % 2)
        leaf[place] = UInt8(weight & 0xff)
        leaf[place + 1] = UInt8(weight >> 8)
      }
    }
    for scale in scales { withUnsafeBytes(of: scale.multiplier.littleEndian) { leaf += $0 } }
    for scale in scales { withUnsafeBytes(of: scale.shift.littleEndian) { leaf += $0 } }
    return leaf
  }
}
