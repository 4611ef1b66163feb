import Bytes
import Inference
import Text

/// A model with the shape of LLaMA 7B and weights that mean nothing. Its layers share one layer's weights, so that it fits into 400 MB: what a dispute costs
/// follows from the shape of the graph and of each step, not from the values.
enum SyntheticModel {
  private static let width = 4096
  private static let hidden = 11008
  private static let heads = 32
  private static let headWidth = 128
  private static let layers = 32
  private static let vocabulary = 32000
  private static let context = 512

  /// Makes the model.
  static func make() throws -> Model {
    let tokens = (0..<256).map { TokenizerDescription.Token([UInt8($0)], .byte) }
    let tokenizer = try TokenizerDescription(
      splitRule: .gpt2, tokens: tokens, merges: [], beginningToken: nil, addsBeginningToken: false)
    let header = BundleHeader(graph: graph, tokenizer: tokenizer, name: "synthetic-7b", chatTemplate: "")
    var bytes = header.preamble
    bytes.reserveCapacity(graph.tensors.reduce(bytes.count) { $0 + $1.byteCount + BundleHeader.alignment })
    var state: UInt64 = 1
    for shape in graph.tensors {
      bytes += [UInt8](repeating: 0, count: BundleHeader.padding(after: bytes.count))
      for _ in 0..<shape.leafCount { append(shape, to: &bytes, &state) }
    }
    return try Model(ModelBytes(copying: bytes))
  }

  /// As the importer lays out a model of these sizes. `[GRAPH-4]`
  private static let graph: GraphDescription = {
    let tensors: [TensorShape] = [
      .linear(channels: vocabulary, inputs: width), .rotation(positions: context, width: headWidth), .vector(count: width),
      .linear(channels: width, inputs: width), .linear(channels: hidden, inputs: width), .linear(channels: width, inputs: hidden),
    ]
    let norm = Norm(gain: 2, epsilon: 171_798, shift: 26)
    let square = LinearMap(weights: 3)
    var segments: [Segment] = [.embedding(.init(table: 0, delta: 9))]
    for _ in 0..<layers {
      let x = segments.count - 1
      segments += [
        .projection(.init(source: x, norm: norm, map: square, chunk: 32, rotation: 1, shift: 34, isChunkMajor: false)),
        .projection(.init(source: x, norm: norm, map: square, chunk: 32, rotation: 1, shift: 37, isChunkMajor: true)),
        .projection(.init(source: x, norm: norm, map: square, chunk: 32, rotation: nil, shift: 6, isChunkMajor: true)),
        .attention(
          .init(query: x + 1, key: x + 2, value: x + 3, groups: heads, heads: heads, width: headWidth, scoreShift: 5, valueShift: 6)),
        .residual(.init(source: x + 4, map: square, residual: x, chunk: 32)),
        .gate(
          .init(
            source: x + 5, norm: norm, map: .init(weights: 4), activation: .silu(up: .init(weights: 4)), chunk: 16, shift: 18)),
        .residual(.init(source: x + 6, map: .init(weights: 5), residual: x + 5, chunk: 16)),
      ]
    }
    segments.append(.maxima(.init(source: segments.count - 1, norm: norm, weights: 0, chunk: 64)))
    segments.append(.argmax(.init(maxima: segments.count - 1)))
    return GraphDescription(vocabulary: vocabulary, context: context, stopTokens: [2], tensors: tensors, segments: segments)
  }()

  /// A leaf whose numbers are in their ranges. `[MODEL-4]`
  private static func append(_ shape: TensorShape, to bytes: inout [UInt8], _ state: inout UInt64) {
    var writer = ByteWriter(capacity: 1 << 12)
    switch shape {
    case .linear(_, let inputs, _):
      for _ in 0..<2 * inputs {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // No weight is -128: where a byte would be, the lowest bit is set.
        let word = state ^ state >> 29
        withUnsafeBytes(of: (word | 0x0101_0101_0101_0101).littleEndian) { bytes.append(contentsOf: $0) }
      }
      for group in 0..<inputs / 2 { writer.write(UInt16(1 + group * 31 % 4095)) }
      for channel in 0..<16 as Range<UInt32> { writer.write(1 << 23 + channel) }
      for _ in 0..<16 { writer.write(UInt32(40)) }
    case .vector(let count): for index in 0..<count { writer.write(Int32(1 << 18 + index)) }
    case .rotation(_, let width):
      for _ in 0..<width / 2 {
        writer.write(Int32(858_993_459))
        writer.write(Int32(644_245_094))
      }
    default: break
    }
    bytes += writer.bytes
  }
}
