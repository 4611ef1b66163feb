import Inference

/// Turns 16 rows of weights into a leaf of a linear tensor. `[MODEL-3]`
///
/// A weight is `step * multiplier * w`, one step for each channel and one multiplier for each group of 32 inputs. The least multiplier for
/// which no `|w|` is above 127 is not the best: of 33 up to a quarter larger the one with the least squared error is taken. On SmolLM2 that
/// takes the divergence from the float model from 0.0026 to 0.0010 (400 tokens of the GPL).
package enum LinearBlock {
  package static let channels = TensorShape.blockChannels
  package static let groupInputs = 32
  private static let largestWeight = 127.0
  /// The least multiplier of the group with a channel's largest weight: 5/4 of it are still below 4096.
  private static let leastForLargest = 3276.0

  /// The leaf of 16 rows, one after the other in `rows`, whose products are to be multiplied by `factor`; nil where a factor has no scale.
  /// - Precondition: every value is finite; `inputs` is a multiple of 64.
  package static func bytes(rows: [Float], inputs: Int, factor: Double) -> [UInt8]? {
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
      let step = largest / (largestWeight * leastForLargest)
      guard step > 0, let scale = Scale(step * factor) else { return nil }
      for group in 0..<row.count / groupInputs {
        let values = row[group * groupInputs..<(group + 1) * groupInputs]
        let least = max((magnitude(values) / (largestWeight * step)).rounded(.up), 1)
        let (multiplier, weights) = WeightGroup(values).quantised(step: step, leastMultiplier: min(least, leastForLargest))
        multipliers[group * channels + channel] = UInt16(multiplier)
        for lane in 0..<groupInputs {
          let index = group * groupInputs + lane
          leaf[index / 2 * 32 + channel * 2 + index % 2] = UInt8(bitPattern: Int8(weights[lane]))
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
