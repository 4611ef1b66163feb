import Bytes
import Inference
import Tensors

/// The test model with linear tensors of the other kinds. `[TESTMODEL-6]`
public enum MixedModel {
  /// The loaded model.
  public static let model: Model = {
    do { return try Model(ModelBytes(copying: bundle)) } catch { fatalError("the mixed test model does not load: \(error)") }
  }()

  /// The trees over its tensors.
  public static let trees = ModelTrees(model)

  /// The bytes of its bundle.
  public static let bundle: [UInt8] = {
    let header = BundleHeader(graph: graph, tokenizer: TinyModel.header.tokenizer, name: "probity-test-mixed", chatTemplate: "")
    var bytes = header.preamble
    var stream = TestStream(seed: "probity test model 3")
    for (index, shape) in graph.tensors.enumerated() {
      bytes += [UInt8](repeating: 0, count: BundleHeader.padding(after: bytes.count))
      let base = Int(TinyModel.shiftBase(ofTensor: index)) + addend(shape)
      for _ in 0..<shape.leafCount { bytes += TinyModel.leaf(of: shape, shiftBase: UInt32(base), from: &stream) }
    }
    return bytes
  }()

  /// Its graph.
  public static let graph: GraphDescription = {
    var graph = TinyModel.graph
    graph.segments[0] = .embedding(.init(table: 0, delta: 13))
    for (index, shape) in graph.tensors.enumerated() {
      guard case .linear(let channels, let inputs, _) = shape else { continue }
      graph.tensors[index] = .linear(channels: channels, inputs: inputs, format: (1..<11).contains(index) ? .h8 : .w16)
    }
    return graph
  }()

  /// What a kind adds to the shift base.
  private static func addend(_ shape: TensorShape) -> Int {
    switch shape {
    case .linear(_, _, .h8): -11
    case .linear(_, _, .w16): 1
    case .linear(_, _, .a16), .vector, .rotation, .offsets, .convolution, .table: 0
    }
  }
}
