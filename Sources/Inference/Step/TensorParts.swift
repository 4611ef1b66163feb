import Tensors

/// The tensor parts of evidence, taken from the front in the order of [STEP-1]: norms, linear maps and biases of a single row.
///
/// The parts were counted and measured against the graph before, so that there is one for each that is taken.
struct TensorParts {
  private let graph: Graph
  private var rest: ArraySlice<[UInt8]>

  init(_ parts: [[UInt8]], of graph: Graph) {
    self.graph = graph
    rest = parts[...]
  }

  /// A row as a linear map reads it. `[NUM-4]`
  struct QuantisedRow {
    let q: [Int16]
    let exponent: UInt8
  }

  /// The bytes of the next part.
  mutating func take() -> [UInt8] { rest.popFirst() ?? [] }

  /// The row after its norm, none leaving it as it is. `[NUM-7]` `[NUM-16]`
  mutating func normalised(_ row: [Int32], by norm: Norm?) -> [Int32] {
    guard let norm else { return row }
    let gain = LeafValues.int32(take())
    var normal = [Int32](repeating: 0, count: row.count)
    if norm.offset != nil {
      let offset = LeafValues.int32(take())
      Row.layerNorm(
        row.span, gain: gain.span, offset: offset.span, epsilonTerm: norm.epsilon, outputShift: norm.shift, into: normal.mutableSpan)
    } else {
      Row.rmsNorm(row.span, gain: gain.span, epsilonTerm: norm.epsilon, outputShift: norm.shift, into: normal.mutableSpan)
    }
    return normal
  }

  /// The row after its norm, quantised. `[NUM-4]`
  mutating func quantised(_ row: [Int32], by norm: Norm?) -> QuantisedRow {
    let normal = normalised(row, by: norm)
    var q = [Int16](repeating: 0, count: normal.count)
    let exponent = BlockFloat.quantise(normal.span, into: q.mutableSpan)
    return QuantisedRow(q: q, exponent: exponent)
  }

  /// The channels of a map from `first` on, as many as the next part has. `[NUM-6]`
  mutating func channels(of map: LinearMap, from first: Int, _ row: QuantisedRow) -> [Int32] {
    let product = product(row, weights: map.weights, blocks: take())
    guard map.bias != nil else { return product }
    let bias = Array(LeafValues.int32(take())[first..<first + product.count])
    var sum = [Int32](repeating: 0, count: product.count)
    Row.add(product.span, bias.span, into: sum.mutableSpan)
    return sum
  }

  /// The channels of the next part, without a bias. `[NUM-6]`
  mutating func channels(of weights: Int, _ row: QuantisedRow) -> [Int32] { product(row, weights: weights, blocks: take()) }

  /// A row times the blocks of a linear tensor. `[NUM-6]` `[NUM-31]` `[NUM-32]`
  private func product(_ row: QuantisedRow, weights: Int, blocks: [UInt8]) -> [Int32] {
    guard case .linear(_, let inputs, let format) = graph.tensors[weights] else { preconditionFailure("a map has a linear tensor") }
    let channels = blocks.count / graph.tensors[weights].leafBytes * TensorShape.blockChannels
    var out = [Int32](repeating: 0, count: channels)
    let exponents = [row.exponent]
    out.withUnsafeMutableBufferPointer { out in
      blocks.withUnsafeBytes { blocks in
        switch format {
        case .a16:
          GroupedLinear.multiply(row.q.span, exponents: exponents.span, inputs: inputs, blocks: blocks, into: out, rowStride: channels)
        case .h8:
          var b = [Int16](repeating: 0, count: inputs)
          let magnitudes = [RotatedLinear.rotate(row.q.span, into: b.mutableSpan)]
          RotatedLinear.multiply(
            b.span, magnitudes: magnitudes.span, exponents: exponents.span, inputs: inputs, blocks: blocks, into: out, rowStride: channels)
        case .w16:
          WideLinear.multiply(row.q.span, exponents: exponents.span, inputs: inputs, blocks: blocks, into: out, rowStride: channels)
        }
      }
    }
    return out
  }
}
