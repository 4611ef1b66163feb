import Inference

/// What a tensor of the bundle is made from.
enum BertTensor {
  /// A linear map: a matrix of the file, and the factor by which its products are multiplied.
  case linear(name: String, channels: Int, inputs: Int, factor: Double)
  /// The embeddings of so many tokens, filled up with zeros.
  case words(tokens: Int, channels: Int, inputs: Int)
  /// The embeddings of positions, with that of the first kind of token added, filled up with zeros.
  case positions(Int, channels: Int, inputs: Int)
  /// A norm's gains, in fixed point.
  case gains(QuantisedNorm)
  /// A vector of the file that is added, multiplied by the factor.
  case offsets(name: String, count: Int, factor: Double)

  /// The tensor's place in the graph.
  var shape: TensorShape {
    switch self {
    case .linear(_, let channels, let inputs, _), .words(_, let channels, let inputs), .positions(_, let channels, let inputs):
      .linear(channels: channels, inputs: inputs)
    case .gains(let norm): .vector(count: norm.gains.count)
    case .offsets(_, let count, _): .offsets(count: count)
    }
  }

  /// The tensors of the file that it needs, with their dimensions.
  func sources(_ sizes: BertSizes) -> [(name: String, dimensions: [Int])] {
    switch self {
    case .linear(let name, let channels, let inputs, _): [(name, [channels, inputs])]
    case .words: [(BertTensor.words, [sizes.tokens, sizes.width])]
    case .positions: [(BertTensor.positions, [sizes.positions, sizes.width])]
    case .gains: []
    case .offsets(let name, let count, _): [(name, [count])]
    }
  }

  static let words = "embeddings.word_embeddings.weight"
  static let positions = "embeddings.position_embeddings.weight"
  static let kinds = "embeddings.token_type_embeddings.weight"

  /// Tensors of the file that say nothing about the rows' mean.
  static let unused: Set<String> = ["embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"]

  /// The names of the layer norms without their endings, in the order in which rows pass them.
  static func normNames(layers: Int) -> [String] {
    ["embeddings.LayerNorm"]
      + (0..<layers).flatMap { ["encoder.layer.\($0).attention.output.LayerNorm", "encoder.layer.\($0).output.LayerNorm"] }
  }
}
