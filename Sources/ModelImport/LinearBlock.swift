import Inference

/// Turns 16 rows of weights into a leaf of a linear tensor. `[MODEL-3]`
///
/// A weight is `scale * group multiplier * w`: for each channel, the group of 32 inputs with the largest weight has the multiplier 4095, the
/// others the least one for which no `|w|` is above 127.
enum LinearBlock {
  static let channels = TensorShape.blockChannels
  static let groupInputs = 32
  private static let largestWeight = 127.0
  private static let largestMultiplier = 4095.0

  /// The leaf of 16 rows, one after the other in `rows`, whose products are to be multiplied by `factor`; nil where a factor has no scale.
  /// - Precondition: every value is finite; `inputs` is a multiple of 64.
  static func bytes(rows: [Float], inputs: Int, factor: Double) -> [UInt8]? {
    precondition(rows.count == channels * inputs && inputs.isMultiple(of: 64), "16 rows of whole groups")
    let groups = inputs / groupInputs
    var multipliers = [UInt16](repeating: 1, count: channels * groups)
    var scales: [Scale] = []
    var leaf = [UInt8](repeating: 0, count: 17 * inputs)
    for channel in 0..<channels {
      let row = rows[channel * inputs..<(channel + 1) * inputs]
      guard let scale = quantise(row, channel, factor, &leaf, &multipliers) else { return nil }
      scales.append(scale)
    }
    for (index, multiplier) in multipliers.enumerated() {
      leaf[16 * inputs + 2 * index] = UInt8(multiplier & 0xff)
      leaf[16 * inputs + 2 * index + 1] = UInt8(multiplier >> 8)
    }
    for scale in scales { withUnsafeBytes(of: scale.multiplier.littleEndian) { leaf += $0 } }
    for scale in scales { withUnsafeBytes(of: scale.shift.littleEndian) { leaf += $0 } }
    return leaf
  }

  private static func quantise(
    _ row: ArraySlice<Float>, _ channel: Int, _ factor: Double, _ leaf: inout [UInt8], _ multipliers: inout [UInt16]
  ) -> Scale? {
    row.withUnsafeBufferPointer { row -> Scale? in
      let largest = magnitude(row[...])
      guard largest > 0 else { return .zero }
      let step = largest / (largestWeight * largestMultiplier)
      guard step > 0, let scale = Scale(step * factor) else { return nil }
      for group in 0..<row.count / groupInputs {
        let start = group * groupInputs
        let values = row[start..<start + groupInputs]
        let multiplier = min(max((magnitude(values) / (largestWeight * step)).rounded(.up), 1), largestMultiplier)
        multipliers[group * channels + channel] = UInt16(multiplier)
        let inverse = 1 / (step * multiplier)
        for index in start..<start + groupInputs {
          let weight = min(max(roundedToNearest(Double(row[index]) * inverse), -largestWeight), largestWeight)
          leaf[index / 2 * 32 + channel * 2 + index % 2] = UInt8(bitPattern: Int8(weight))
        }
      }
      return scale
    }
  }

  private static func magnitude(_ values: Slice<UnsafeBufferPointer<Float>>) -> Double {
    var largest: Float = 0
    for value in values { largest = max(largest, value.magnitude) }
    return Double(largest)
  }
}
