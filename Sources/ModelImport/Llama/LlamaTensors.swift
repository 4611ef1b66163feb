import Inference
import Tensors

/// What a tensor of the bundle is made from.
enum LlamaTensor {
  /// A linear map: a tensor of the file, the factor by which its products are multiplied, and the kind that it becomes.
  case linear(name: String, channels: Int, inputs: Int, factor: Double, format: LinearFormat)
  /// A norm's gains, in fixed point.
  case gains(QuantisedNorm)
  /// Cosines and sines for so many positions.
  case rotation(RotationTable, positions: Int)

  /// The tensor's place in the graph.
  var shape: TensorShape {
    switch self {
    case .linear(_, let channels, let inputs, _, let format): .linear(channels: channels, inputs: inputs, format: format)
    case .gains(let norm): .vector(count: norm.gains.count)
    case .rotation(let table, let positions): .rotation(positions: positions, width: table.width)
    }
  }
}

/// The gains of a norm in fixed point, and how its output is scaled. `[NUM-7]`
package struct QuantisedNorm {
  /// The gains times the square root of their count.
  package let gains: [Int32]
  /// The shift of the last rounding.
  package let shift: Int
  /// The fraction bits of the norm's output.
  package let outputBits: Int

  /// Quantises gains, or nil where they are too large.
  /// - Parameters:
  ///   - room: the largest magnitude that is added to an output.
  ///   - mostOutputBits: the most fraction bits of the output.
  package init?(_ values: [Float], besides room: Double = 0, mostOutputBits: Int = FractionBits.norm) {
    let root = Double(values.count).squareRoot()
    let largest = Double(values.reduce(0) { max($0, $1.magnitude) }) * root
    // A normalised value is at most the root, so an output is at most `largest`: below 2^29 with these bits.
    guard let outputBits = (0...mostOutputBits).last(where: { largest + room < Double(sign: .plus, exponent: 29 - $0, significand: 1) }),
      let gainBits = (0...20).last(where: { largest < Double(sign: .plus, exponent: 23 - $0, significand: 0x1.fffffcp-1) })
    else { return nil }
    let unit = Double(sign: .plus, exponent: gainBits, significand: root)
    gains = values.map { Int32(roundedToNearest(Double($0) * unit)) }
    shift = 30 + gainBits - outputBits
    self.outputBits = outputBits
  }
}
