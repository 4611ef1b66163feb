import Inference

/// Turns 16 rows of weights into a leaf of a rotated linear tensor. `[MODEL-3]` `[NUM-31]`
///
/// Each row is transformed as the executor transforms its rows, and divided by the transform's length. A weight is then `step * w`: of nine
/// steps, from that for which no `|w|` is above 127 down to three quarters of it, the one with the least squared error.
package enum RotatedBlock {
  private static let largestWeight = 127.0
  /// The executor's first rounding takes 22 bits off, and its rows are in units of 1/127 of their magnitude. `[NUM-31]`
  private static let unit = 0x1p22 / 127

  /// The leaf of 16 rows, one after the other in `rows`, whose products are to be multiplied by `factor`; nil where a factor has no scale.
  /// - Precondition: every value is finite; `inputs` is a multiple of 64.
  package static func bytes(rows: [Float], inputs: Int, factor: Double) -> [UInt8]? {
    precondition(rows.count == LinearBlock.channels * inputs && inputs.isMultiple(of: 64), "16 rows of whole runs")
    var leaf = [UInt8](repeating: 0, count: 16 * inputs)
    var scales: [Scale] = []
    for channel in 0..<LinearBlock.channels {
      var row = rows[channel * inputs..<(channel + 1) * inputs].map(Double.init)
      transform(&row)
      guard let step = bestStep(row) else {
        scales.append(.zero)
        continue
      }
      guard let scale = Scale(step * (factor * unit)) else { return nil }
      scales.append(scale)
      for (input, value) in row.enumerated() {
        leaf[input / 4 * 64 + channel * 4 + input % 4] = UInt8(bitPattern: Int8(quantised(value / step)))
      }
    }
    for scale in scales { withUnsafeBytes(of: scale.multiplier.littleEndian) { leaf += $0 } }
    for scale in scales { withUnsafeBytes(of: scale.shift.littleEndian) { leaf += $0 } }
    return leaf
  }

  /// The Walsh-Hadamard transform of each run, divided by its length: the largest power of two that divides the width.
  private static func transform(_ row: inout [Double]) {
    let length = row.count & -row.count
    row.withUnsafeMutableBufferPointer { row in
      var half = 1
      while half < length {
        for start in stride(from: 0, to: row.count, by: 2 * half) {
          for index in start..<start + half {
            let (left, right) = (row[index], row[index + half])
            row[index] = left + right
            row[index + half] = left - right
          }
        }
        half *= 2
      }
      for index in row.indices { row[index] /= Double(length) }
    }
  }

  /// The step with the least squared error, of equal ones the largest; nil for a row of zeros.
  private static func bestStep(_ row: [Double]) -> Double? {
    let largest = row.reduce(0) { max($0, $1.magnitude) } / largestWeight
    guard largest > 0 else { return nil }
    var best = largest
    var leastError = Double.infinity
    for candidate in 0...8 {
      let step = largest * (1 - Double(candidate) / 32)
      var error = 0.0
      for value in row {
        let difference = value - quantised(value / step) * step
        error += difference * difference
      }
      if error < leastError { (best, leastError) = (step, error) }
    }
    return best
  }

  private static func quantised(_ value: Double) -> Double { min(max(value.rounded(), -largestWeight), largestWeight) }
}
