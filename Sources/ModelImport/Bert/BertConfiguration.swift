/// The sizes of a model of the BERT architecture, as `config.json` states them; not yet checked.
public struct BertConfiguration: Decodable, Hashable, Sendable {
  /// `bert`, or another architecture.
  public var model_type: String
  /// Columns of a row.
  public var hidden_size: Int
  /// Columns of the feed-forward.
  public var intermediate_size: Int
  /// Layers.
  public var num_hidden_layers: Int
  /// Heads of attention.
  public var num_attention_heads: Int
  /// The most positions.
  public var max_position_embeddings: Int
  /// Tokens.
  public var vocab_size: Int
  /// Kinds of tokens; a text alone is of the first.
  public var type_vocab_size: Int
  /// What is added to the variance.
  public var layer_norm_eps: Double
  /// The activation.
  public var hidden_act: String
  /// How positions are told; absolute where it is absent.
  public var position_embedding_type: String?
  /// Whether it is a decoder.
  public var is_decoder: Bool?
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
    guard file.model_type == "bert" else { throw .model(.unsupportedArchitecture(file.model_type)) }
    guard file.hidden_act == "gelu" else { throw .model(.unsupportedKey("hidden_act \(file.hidden_act)")) }
    guard file.position_embedding_type ?? "absolute" == "absolute" else { throw .model(.unsupportedKey("position_embedding_type")) }
    guard file.is_decoder != true else { throw .model(.unsupportedKey("is_decoder")) }
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>, multipleOf unit: Int = 1) throws(ImportError) -> Int {
      guard range.contains(value), value.isMultiple(of: unit) else {
        throw .model(.unsupportedSize(name, rule: "a multiple of \(unit) from \(range.lowerBound) to \(range.upperBound)"))
      }
      return value
    }
    width = try check("hidden_size", file.hidden_size, 64...16384, multipleOf: 64)
    hidden = try check("intermediate_size", file.intermediate_size, 64...16384, multipleOf: 64)
    layers = try check("num_hidden_layers", file.num_hidden_layers, 1...200)
    heads = try check("num_attention_heads", file.num_attention_heads, 1...1024)
    guard width.isMultiple(of: heads) else { throw .model(.unsupportedSize("num_attention_heads", rule: "a divisor of hidden_size")) }
    _ = try check("the width of a head", width / heads, 16...256, multipleOf: 16)
    positions = try check("max_position_embeddings", file.max_position_embeddings, 1...16384)
    tokens = try check("vocab_size", file.vocab_size, 1...(1 << 20) - 64)
    _ = try check("type_vocab_size", file.type_vocab_size, 1...1024)
    guard (0...1).contains(file.layer_norm_eps) else { throw .model(.unsupportedSize("layer_norm_eps", rule: "from 0 to 1")) }
    epsilon = file.layer_norm_eps
  }
}
