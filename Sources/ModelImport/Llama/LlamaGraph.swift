import Inference
import Tensors

/// Lays out a model of the LLaMA architecture as tensors and segments. `[GRAPH-4]`
///
/// Tensors: the embedding, the rotation; for each layer gains, query, key, value, output, gains, gate, up, down; the last gains; the head,
/// if it is not the embedding.
struct LlamaGraph {
  private(set) var tensors: [LlamaTensor] = []
  private(set) var segments: [Segment] = []
  private let sizes: LlamaSizes
  private let epsilon: UInt64
  private let format: WeightFormat

  /// - Parameters:
  ///   - norms: the gains of each layer's two norms, in order, and the last one's.
  ///   - context: the most rows.
  ///   - format: what the linear maps become.
  init(_ sizes: LlamaSizes, norms: [QuantisedNorm], context: Int, format: WeightFormat = .a16) {
    precondition(norms.count == 2 * sizes.layers + 1, "two norms a layer, and the last one")
    self.sizes = sizes
    self.format = format
    epsilon = UInt64((sizes.epsilon * Double(sizes.width) * 0x1p28).rounded(.down))
    let last = norms[2 * sizes.layers]
    let head = LlamaTensor.linear(
      name: sizes.hasOwnHead ? "output.weight" : "token_embd.weight", channels: sizes.vocabulary, inputs: sizes.width,
      factor: factor(from: last.outputBits, to: FractionBits.linear), format: sizes.hasOwnHead ? format.layers : format.table)
    // The embedding is scaled as the head is, so that one tensor can be both; the segment's shift makes up for it.
    let embedding = LlamaTensor.linear(
      name: "token_embd.weight", channels: sizes.vocabulary, inputs: sizes.width,
      factor: factor(from: last.outputBits, to: FractionBits.linear), format: format.table)
    tensors = [embedding, .rotation(RotationTable(width: sizes.headWidth, base: sizes.rotationBase), positions: context)]
    let delta = FractionBits.residual - format.table.tableBits - FractionBits.linear + last.outputBits
    segments = [.embedding(.init(table: 0, delta: delta))]
    for layer in 0..<sizes.layers { appendLayer(layer, norms[2 * layer], norms[2 * layer + 1]) }
    let gain = append(.gains(last))
    let weights = sizes.hasOwnHead ? append(head) : 0
    segments.append(
      .maxima(
        .init(
          source: segments.count - 1, norm: norm(gain, last), weights: weights,
          chunk: chunk(sizes.vocabulary, sizes.width, unit: 64, sizes.hasOwnHead ? format.layers : format.table))))
    segments.append(.argmax(.init(maxima: segments.count - 1)))
  }

  /// The tensors whose gains the norms are made of, in order.
  static func normNames(layers: Int) -> [String] {
    (0..<layers).flatMap { ["blk.\($0).attn_norm.weight", "blk.\($0).ffn_norm.weight"] } + ["output_norm.weight"]
  }

  private mutating func appendLayer(_ layer: Int, _ first: QuantisedNorm, _ second: QuantisedNorm) {
    let (width, headWidth, groups) = (sizes.width, sizes.headWidth, sizes.groups)
    let (queries, keys) = (sizes.heads * headWidth, groups * headWidth)
    let stream = segments.count - 1
    func linear(_ name: String, _ channels: Int, _ inputs: Int, from: Int, to: Int, times constant: Double = 1) -> LlamaTensor {
      .linear(
        name: "blk.\(layer).\(name).weight", channels: channels, inputs: inputs, factor: factor(from: from, to: to) * constant,
        format: format.layers)
    }
    let gain = append(.gains(first))
    let query = append(
      linear(
        "attn_q", queries, width, from: first.outputBits, to: FractionBits.linear,
        times: 1.4426950408889634 / Double(headWidth).squareRoot()))
    let key = append(linear("attn_k", keys, width, from: first.outputBits, to: FractionBits.linear))
    let value = append(linear("attn_v", keys, width, from: first.outputBits, to: FractionBits.linear))
    let output = append(linear("attn_output", width, queries, from: FractionBits.linear, to: FractionBits.residual))
    let secondGain = append(.gains(second))
    let gate = append(linear("ffn_gate", sizes.hidden, width, from: second.outputBits, to: FractionBits.linear))
    let up = append(linear("ffn_up", sizes.hidden, width, from: second.outputBits, to: FractionBits.linear))
    let down = append(linear("ffn_down", width, sizes.hidden, from: FractionBits.gate, to: FractionBits.residual))

    // As wide as what attention reads of a row, where the weights are not too many for a small step proof.
    let keyChunk = chunk(headWidth, width, unit: 16, format.layers)
    let queryChunk = weightBytes(queries / groups, width, format.layers) <= 1 << 18 ? queries / groups : keyChunk
    let rotated = 30 + FractionBits.linear
    segments.append(
      .projection(
        .init(
          source: stream, norm: norm(gain, first), map: .init(weights: query), chunk: queryChunk, rotation: 1,
          shift: rotated - FractionBits.query, isChunkMajor: false)))
    segments.append(
      .projection(
        .init(
          source: stream, norm: norm(gain, first), map: .init(weights: key), chunk: keyChunk, rotation: 1,
          shift: rotated - FractionBits.key,
          isChunkMajor: true)))
    segments.append(
      .projection(
        .init(
          source: stream, norm: norm(gain, first), map: .init(weights: value), chunk: keyChunk, rotation: nil,
          shift: FractionBits.linear - FractionBits.value, isChunkMajor: true)))
    segments.append(
      .attention(
        .init(
          query: stream + 1, key: stream + 2, value: stream + 3, groups: groups, heads: sizes.heads, width: headWidth,
          scoreShift: FractionBits.query + FractionBits.key - 16, valueShift: FractionBits.linear - FractionBits.value)))
    segments.append(
      .residual(
        .init(source: stream + 4, map: .init(weights: output), residual: stream, chunk: chunk(width, queries, unit: 16, format.layers))))
    segments.append(
      .gate(
        .init(
          source: stream + 5, norm: norm(secondGain, second), map: .init(weights: gate), activation: .silu(up: .init(weights: up)),
          chunk: chunk(sizes.hidden, 2 * width, unit: 16, format.layers),
          shift: 32 - FractionBits.gate)))
    segments.append(
      .residual(
        .init(
          source: stream + 6, map: .init(weights: down), residual: stream + 5, chunk: chunk(width, sizes.hidden, unit: 16, format.layers))))
  }

  private mutating func append(_ tensor: LlamaTensor) -> Int {
    tensors.append(tensor)
    return tensors.count - 1
  }

  private func norm(_ gain: Int, _ norm: QuantisedNorm) -> Norm { Norm(gain: gain, epsilon: epsilon, shift: norm.shift) }

  /// What a weight is multiplied by, beyond its own scale, to go from one fixed point to another.
  private func factor(from inputBits: Int, to outputBits: Int) -> Double {
    Double(sign: .plus, exponent: outputBits - inputBits, significand: 1)
  }

  private func weightBytes(_ channels: Int, _ inputs: Int, _ format: LinearFormat) -> Int {
    TensorShape.linear(channels: channels, inputs: inputs, format: format).byteCount
  }

  /// The largest chunk of channels whose weights take up at most 2^18 bytes, so that a step proof stays small.
  private func chunk(_ channels: Int, _ inputs: Int, unit: Int, _ format: LinearFormat) -> Int {
    let largest = max(unit, (1 << 18) / TensorShape.linear(channels: 16, inputs: inputs, format: format).leafBytes * 16)
    return stride(from: min(largest, channels) / unit * unit, to: unit, by: -unit).first { channels.isMultiple(of: $0) } ?? unit
  }
}
