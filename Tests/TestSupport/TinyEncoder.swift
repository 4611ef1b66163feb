import Bytes
import Inference

/// The test encoder of SPEC.md, built from its seed. `[TESTMODEL-5]`
public enum TinyEncoder {
  /// The loaded model.
  public static let model: Model = {
    do { return try Model(ModelBytes(copying: bundle)) } catch { fatalError("the test encoder does not load: \(error)") }
  }()

  /// The trees over its tensors.
  public static let trees = ModelTrees(model)

  /// Its commitment.
  public static let commitment = trees.commitment(to: model)

  /// The bytes of its bundle.
  public static let bundle: [UInt8] = {
    var bytes = header.preamble
    var stream = TestStream(seed: "probity test model 2")
    for (index, shape) in graph.tensors.enumerated() {
      bytes += [UInt8](repeating: 0, count: BundleHeader.padding(after: bytes.count))
      let base: UInt32 = index < 2 ? 36 : [36, 0, 36, 0, 36, 0, 32, 0, 0, 0, 37, 0, 31, 0, 0, 0][(index - 4 + 16) % 16]
      for _ in 0..<shape.leafCount { bytes += TinyModel.leaf(of: shape, shiftBase: base, from: &stream) }
    }
    return bytes
  }()

  /// Its header.
  public static let header = BundleHeader(
    graph: graph, tokenizer: TinyModel.header.tokenizer, name: "probity-test-encoder", chatTemplate: "")

  /// Its graph.
  public static let graph: GraphDescription = {
    var tensors: [TensorShape] = [
      .linear(channels: 256, inputs: 64), .linear(channels: 64, inputs: 64), .vector(count: 64), .offsets(count: 64),
    ]
    var segments: [Segment] = [.embedding(.init(table: 0, delta: 9, positions: .init(table: 1, delta: 8)))]
    func norm(_ gain: Int) -> Norm { Norm(gain: gain, epsilon: 171_798, shift: 26, offset: gain + 1) }
    func map(_ weights: Int) -> LinearMap { LinearMap(weights: weights, bias: weights + 1) }
    for layer in 0..<2 {
      let (t, s, x) = (4 + 16 * layer, 1 + 7 * layer, 7 * layer)
      let square: [TensorShape] = [.linear(channels: 64, inputs: 64), .offsets(count: 64)]
      let norms: [TensorShape] = [.vector(count: 64), .offsets(count: 64)]
      tensors += square + square + square + square + norms
      tensors +=
        [.linear(channels: 128, inputs: 64), .offsets(count: 128), .linear(channels: 64, inputs: 128), .offsets(count: 64)] + norms
      let isFirst = layer == 0
      let entering = norm(isFirst ? 2 : 18)
      segments += [
        .projection(.init(source: x, norm: entering, map: map(t), chunk: 32, rotation: nil, shift: 4, isChunkMajor: false)),
        .projection(
          .init(
            source: x, norm: entering, map: isFirst ? map(t + 2) : LinearMap(weights: t + 2), chunk: 16, rotation: nil, shift: 7,
            isChunkMajor: true)),
        .projection(
          .init(
            source: x, norm: isFirst ? entering : nil, map: map(t + 4), chunk: 16, rotation: nil, shift: 6, isChunkMajor: true)),
        .attention(
          .init(query: s, key: s + 1, value: s + 2, groups: 2, heads: 2, width: 32, scoreShift: 5, valueShift: 6, isCausal: false)),
        .residual(.init(source: s + 3, map: map(t + 6), residual: x, norm: entering, chunk: 32)),
        .gate(
          .init(
            source: s + 4, norm: norm(t + 8), map: map(t + 10), activation: isFirst ? .gelu : .silu(up: map(t + 10)), chunk: 32,
            shift: isFirst ? 1 : 18)),
        .residual(.init(source: s + 5, map: map(t + 12), residual: s + 4, norm: norm(t + 8), chunk: 16)),
      ]
    }
    segments += [
      .norm(.init(source: 14, norm: norm(34), chunk: 32)), .mean(.init(source: 15)), .unit(.init(source: 16, shift: 6)),
    ]
    return GraphDescription(task: .embedding, vocabulary: 256, context: 64, stopTokens: [], tensors: tensors, segments: segments)
  }()
}
