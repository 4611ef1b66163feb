import Inference

/// The sizes of a model of the LLaMA architecture, read from a file's metadata and checked against what a graph can express.
struct LlamaSizes {
  let layers: Int
  let width: Int
  let hidden: Int
  let heads: Int
  let groups: Int
  let headWidth: Int
  let vocabulary: Int
  let longestContext: Int
  let epsilon: Double
  let rotationBase: Double
  /// Whether the head has a tensor of its own; otherwise it is the embedding's.
  let hasOwnHead: Bool

  init(_ file: GGUFFile) throws(ImportError) {
    let architecture = try file.read { (file) throws(GGUFRejection) in try file.text("general.architecture") }
    guard architecture == "llama" else { throw .model(.unsupportedArchitecture(architecture)) }
    layers = try file.size("llama.block_count", in: 1...512)
    width = try file.size("llama.embedding_length", in: 64...16384, multipleOf: 64)
    hidden = try file.size("llama.feed_forward_length", in: 64...16384, multipleOf: 64)
    heads = try file.size("llama.attention.head_count", in: 1...1024)
    groups = try file.size("llama.attention.head_count_kv", in: 1...1024, orElse: heads)
    guard heads.isMultiple(of: groups) else {
      throw .model(.unsupportedSize("llama.attention.head_count", rule: "a multiple of head_count_kv"))
    }
    headWidth = try file.size("llama.attention.key_length", in: 16...256, multipleOf: 16, orElse: width / heads)
    for key in ["llama.attention.value_length", "llama.rope.dimension_count"] {
      guard try file.size(key, in: 1...65536, orElse: headWidth) == headWidth else { throw .model(.unsupportedKey(key)) }
    }
    guard heads * headWidth <= 16384, (heads * headWidth).isMultiple(of: 64) else {
      throw .model(.unsupportedSize("heads times head width", rule: "a multiple of 64, at most 16384"))
    }
    longestContext = min(try file.size("llama.context_length", in: 1...1 << 24), 16384)
    epsilon = try file.number("llama.attention.layer_norm_rms_epsilon", in: 0...1)
    rotationBase = try file.number("llama.rope.freq_base", in: 1...1e12, orElse: 10_000)
    guard let embedding = file.tensor("token_embd.weight") else { throw .model(.missingTensor("token_embd.weight")) }
    vocabulary = embedding.rowCount
    guard (64...1 << 20).contains(vocabulary), vocabulary.isMultiple(of: 64) else {
      throw .model(.unsupportedSize("the vocabulary", rule: "a multiple of 64, at most 1048576"))
    }
    hasOwnHead = file.tensor("output.weight") != nil
    for key in file.metadata.keys.sorted() where LlamaSizes.isUnsupported(key, file.metadata[key]) { throw .model(.unsupportedKey(key)) }
  }

  /// Whether a key changes the model in a way that the graph cannot express.
  private static func isUnsupported(_ key: String, _ value: GGUFValue?) -> Bool {
    if key == "llama.rope.scaling.type" { return value?.text != "none" }
    if key.hasPrefix("llama.rope.scaling.") { return value?.floatingPoint != 1 }
    if key.hasPrefix("llama.expert") { return value?.unsignedInteger != 0 }
    return ["llama.attention.sliding_window", "llama.attention.clamp_kqv", "llama.attention.max_alibi_bias"].contains(key)
  }
}

extension GGUFFile {
  /// Reads from the file, with its rejection as an import's.
  func read<Value>(_ body: (GGUFFile) throws(GGUFRejection) -> Value) throws(ImportError) -> Value {
    do throws(GGUFRejection) { return try body(self) } catch { throw .source(error) }
  }

  /// An integer of the metadata within a range.
  fileprivate func size(
    _ key: String, in range: ClosedRange<Int>, multipleOf unit: Int = 1, orElse value: Int? = nil
  ) throws(ImportError) -> Int {
    let found: Int
    if let given = metadata[key] {
      guard let integer = given.unsignedInteger else { throw .source(.invalidValue(key: key)) }
      found = Int(clamping: integer)
    } else if let value {
      found = value
    } else {
      throw .source(.missingKey(key))
    }
    guard range.contains(found), found.isMultiple(of: unit) else {
      throw .model(.unsupportedSize(key, rule: "a multiple of \(unit) from \(range.lowerBound) to \(range.upperBound)"))
    }
    return found
  }

  /// A floating-point number of the metadata within a range.
  fileprivate func number(_ key: String, in range: ClosedRange<Double>, orElse value: Double? = nil) throws(ImportError) -> Double {
    guard let number = metadata[key].map({ $0.floatingPoint }) ?? value else {
      throw .source(metadata[key] == nil ? .missingKey(key) : .invalidValue(key: key))
    }
    guard range.contains(number) else { throw .source(.invalidValue(key: key)) }
    return number
  }
}
