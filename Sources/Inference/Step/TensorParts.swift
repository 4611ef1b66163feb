import Tensors

/// The tensor parts of evidence, taken from the front in the order of [STEP-1]: norms, linear maps and biases of a single row.
///
/// The parts were counted and measured against the graph before, so that there is one for each that is taken.
struct TensorParts {
  private var rest: ArraySlice<[UInt8]>

  init(_ parts: [[UInt8]]) { rest = parts[...] }

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
    let product = TensorParts.product(row, blocks: take())
    guard map.bias != nil else { return product }
    let bias = Array(LeafValues.int32(take())[first..<first + product.count])
    var sum = [Int32](repeating: 0, count: product.count)
    Row.add(product.span, bias.span, into: sum.mutableSpan)
    return sum
  }

  /// The channels of the next part, without a bias. `[NUM-6]`
  mutating func channels(_ row: QuantisedRow) -> [Int32] { TensorParts.product(row, blocks: take()) }

  private static func product(_ row: QuantisedRow, blocks: [UInt8]) -> [Int32] {
    let channels = blocks.count / GroupedLinear.blockBytes(inputs: row.q.count) * GroupedLinear.channelsPerBlock
    var out = [Int32](repeating: 0, count: channels)
    let exponents = [row.exponent]
    blocks.withUnsafeBytes {
      GroupedLinear.multiply(
        row.q.span, exponents: exponents.span, inputs: row.q.count, blocks: $0, into: out.mutableSpan, rowStride: channels)
    }
    return out
  }
}
