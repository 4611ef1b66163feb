/// The sizes of a model of the BERT architecture, as `config.json` states them; not yet checked.
public struct BertConfiguration: Decodable, Hashable, Sendable {
  /// `bert`, or another architecture.
  public var modelType: String
  /// Columns of a row.
  public var hiddenSize: Int
  /// Columns of the feed-forward.
  public var intermediateSize: Int
  /// Layers.
  public var numHiddenLayers: Int
  /// Heads of attention.
  public var numAttentionHeads: Int
  /// The most positions.
  public var maxPositionEmbeddings: Int
  /// Tokens.
  public var vocabSize: Int
  /// Kinds of tokens; a text alone is of the first.
  public var typeVocabSize: Int
  /// What is added to the variance.
  public var layerNormEps: Double
  /// The activation.
  public var hiddenAct: String
  /// How positions are told; absolute where it is absent.
  public var positionEmbeddingType: String?
  /// Whether it is a decoder.
  public var isDecoder: Bool?

  private enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case numHiddenLayers = "num_hidden_layers"
    case numAttentionHeads = "num_attention_heads"
    case maxPositionEmbeddings = "max_position_embeddings"
    case vocabSize = "vocab_size"
    case typeVocabSize = "type_vocab_size"
    case layerNormEps = "layer_norm_eps"
    case hiddenAct = "hidden_act"
    case positionEmbeddingType = "position_embedding_type"
    case isDecoder = "is_decoder"
  }
}

/// The sizes, checked against what a graph can express.
struct BertSizes {
  let width: Int
  let hidden: Int
  let layers: Int
  let heads: Int
  let positions: Int
  let tokens: Int
  let epsilon: Double
  var headWidth: Int { width / heads }
  /// The vocabulary of the graph: tokens up to the next multiple of 64.
  var vocabulary: Int { (tokens + 63) / 64 * 64 }

  init(_ file: BertConfiguration) throws(ImportError) {
    guard file.modelType == "bert" else { throw .model(.unsupportedArchitecture(file.modelType)) }
    guard file.hiddenAct == "gelu" else { throw .model(.unsupportedKey("hidden_act \(file.hiddenAct)")) }
    guard file.positionEmbeddingType ?? "absolute" == "absolute" else { throw .model(.unsupportedKey("position_embedding_type")) }
    guard file.isDecoder != true else { throw .model(.unsupportedKey("is_decoder")) }
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>, multipleOf unit: Int = 1) throws(ImportError) -> Int {
      guard range.contains(value), value.isMultiple(of: unit) else {
        throw .model(.unsupportedSize(name, rule: "a multiple of \(unit) from \(range.lowerBound) to \(range.upperBound)"))
      }
      return value
    }
    width = try check("hidden_size", file.hiddenSize, 64...16384, multipleOf: 64)
    hidden = try check("intermediate_size", file.intermediateSize, 64...16384, multipleOf: 64)
    layers = try check("num_hidden_layers", file.numHiddenLayers, 1...200)
    heads = try check("num_attention_heads", file.numAttentionHeads, 1...1024)
    guard width.isMultiple(of: heads) else { throw .model(.unsupportedSize("num_attention_heads", rule: "a divisor of hidden_size")) }
    _ = try check("the width of a head", width / heads, 16...256, multipleOf: 16)
    positions = try check("max_position_embeddings", file.maxPositionEmbeddings, 1...16384)
    tokens = try check("vocab_size", file.vocabSize, 1...(1 << 20) - 64)
    _ = try check("type_vocab_size", file.typeVocabSize, 1...1024)
    guard (0...1).contains(file.layerNormEps) else { throw .model(.unsupportedSize("layer_norm_eps", rule: "from 0 to 1")) }
    epsilon = file.layerNormEps
  }
}
