import Inference

/// Lays out a model of the BERT architecture as tensors and segments. `[GRAPH-4]`
///
/// Tensors: words, positions, the first norm; for each layer query, key, value, output, a norm, up, down, a norm; a bias follows its map, a
/// norm is gains and offsets. A row is committed before its norm, which every reader computes anew.
struct BertGraph {
  private(set) var tensors: [BertTensor] = []
  private(set) var segments: [Segment] = []
  private let sizes: BertSizes
  /// Fraction bits of rows, before and after a norm.
  private let rowBits: Int

  /// - Parameters:
  ///   - norms: the norms' gains, in the order of `BertTensor.normNames`, all with the same bits.
  ///   - context: the most rows.
  init(_ sizes: BertSizes, norms: [QuantisedNorm], context: Int) {
    self.sizes = sizes
    rowBits = norms[0].outputBits
    tensors = [
      .words(tokens: sizes.tokens, channels: sizes.vocabulary, inputs: sizes.width),
      .positions(context, channels: (context + 15) / 16 * 16, inputs: sizes.width),
    ]
    segments = [.embedding(.init(table: 0, delta: 0, positions: .init(table: 1, delta: 0)))]
    let names = BertTensor.normNames(layers: sizes.layers)
    var entering = append(norms[0], names[0])
    for layer in 0..<sizes.layers {
      let (inner, leaving) = (norms[2 * layer + 1], norms[2 * layer + 2])
      entering = appendLayer(layer, entering, (inner, names[2 * layer + 1]), (leaving, names[2 * layer + 2]))
    }
    let last = segments.count
    segments.append(.norm(.init(source: last - 1, norm: entering, chunk: chunk(sizes.width, largest: 64))))
    segments.append(.mean(.init(source: last)))
    segments.append(.unit(.init(source: last + 1, shift: 6)))
  }

  private mutating func appendLayer(
    _ layer: Int, _ entering: Norm, _ inner: (QuantisedNorm, String), _ leaving: (QuantisedNorm, String)
  ) -> Norm {
    let (width, hidden, headWidth) = (sizes.width, sizes.hidden, sizes.headWidth)
    let stream = segments.count - 1
    let prefix = "encoder.layer.\(layer)"
    let linear = FractionBits.linear
    let attention = 1.4426950408889634 / Double(headWidth).squareRoot()
    let query = append("\(prefix).attention.self.query", width, width, from: rowBits, to: linear, times: attention)
    let key = append("\(prefix).attention.self.key", width, width, from: rowBits, to: linear)
    let value = append("\(prefix).attention.self.value", width, width, from: rowBits, to: linear)
    let output = append("\(prefix).attention.output.dense", width, width, from: linear, to: rowBits)
    let innerNorm = append(inner.0, inner.1)
    let up = append("\(prefix).intermediate.dense", hidden, width, from: rowBits, to: linear)
    let down = append("\(prefix).output.dense", width, hidden, from: linear, to: rowBits)
    func projection(_ map: LinearMap, bits: Int, isChunkMajor: Bool) -> Segment {
      .projection(
        .init(source: stream, norm: entering, map: map, chunk: headWidth, rotation: nil, shift: linear - bits, isChunkMajor: isChunkMajor))
    }
    segments += [
      projection(query, bits: FractionBits.query, isChunkMajor: false),
      projection(key, bits: FractionBits.encoderKey, isChunkMajor: true),
      projection(value, bits: FractionBits.encoderValue, isChunkMajor: true),
      .attention(
        .init(
          query: stream + 1, key: stream + 2, value: stream + 3, groups: sizes.heads, heads: sizes.heads, width: headWidth,
          scoreShift: FractionBits.query + FractionBits.encoderKey - 16, valueShift: linear - FractionBits.encoderValue, isCausal: false)),
      .residual(.init(source: stream + 4, map: output, residual: stream, norm: entering, chunk: chunk(width, inputs: width))),
      .gate(.init(source: stream + 5, norm: innerNorm, map: up, activation: .gelu, chunk: chunk(hidden, inputs: width), shift: 0)),
      .residual(.init(source: stream + 6, map: down, residual: stream + 5, norm: innerNorm, chunk: chunk(width, inputs: hidden))),
    ]
    return append(leaving.0, leaving.1)
  }

  /// A linear map with its bias, which `bits` of the file go into and out of.
  private mutating func append(
    _ name: String, _ channels: Int, _ inputs: Int, from inputBits: Int, to outputBits: Int, times constant: Double = 1
  ) -> LinearMap {
    // 2^12 for the first rounding of [NUM-6].
    let factor = Double(sign: .plus, exponent: 12 + outputBits - inputBits, significand: constant)
    tensors.append(.linear(name: name + ".weight", channels: channels, inputs: inputs, factor: factor))
    tensors.append(
      .offsets(name: name + ".bias", count: channels, factor: Double(sign: .plus, exponent: outputBits, significand: constant)))
    return LinearMap(weights: tensors.count - 2, bias: tensors.count - 1)
  }

  private mutating func append(_ norm: QuantisedNorm, _ name: String) -> Norm {
    tensors.append(.gains(norm))
    tensors.append(
      .offsets(name: name + ".bias", count: sizes.width, factor: Double(sign: .plus, exponent: rowBits, significand: 1)))
    let epsilon = sizes.epsilon * Double(sign: .plus, exponent: 2 * rowBits, significand: 1) * Double(sizes.width)
    return Norm(gain: tensors.count - 2, epsilon: UInt64(epsilon.rounded(.down)), shift: norm.shift, offset: tensors.count - 1)
  }

  /// The largest chunk of channels whose weights take up at most 2^18 bytes, so that a step proof stays small.
  private func chunk(_ channels: Int, inputs: Int) -> Int {
    chunk(channels, largest: (1 << 18) / TensorShape.linear(channels: 16, inputs: inputs).leafBytes * 16)
  }

  /// The largest multiple of 16, at most `largest` if that is one, that divides the channels.
  private func chunk(_ channels: Int, largest: Int) -> Int {
    stride(from: min(max(largest, 16), channels) / 16 * 16, to: 16, by: -16).first { channels.isMultiple(of: $0) } ?? 16
  }
}
