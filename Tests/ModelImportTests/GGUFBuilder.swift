import Bytes
import Foundation
import TestSupport

/// Writes small GGUF files for tests, well formed or with one thing wrong.
struct GGUFBuilder {
  /// A metadata value as it is encoded: its type and its bytes.
  struct Value {
    let type: UInt32
    let bytes: [UInt8]

    static func scalar(_ type: UInt32, _ bytes: [UInt8]) -> Value { Value(type: type, bytes: bytes) }
    static func unsigned(_ value: UInt32) -> Value { Value(type: 4, bytes: little(value)) }
    static func float(_ value: Float) -> Value { Value(type: 6, bytes: little(value.bitPattern)) }
    static func bool(_ value: Bool) -> Value { Value(type: 7, bytes: [value ? 1 : 0]) }
    static func string(_ text: String) -> Value { Value(type: 8, bytes: counted(Array(text.utf8))) }
    static func array(_ elements: [Value], of type: UInt32) -> Value {
      Value(type: 9, bytes: little(type) + little(UInt64(elements.count)) + elements.flatMap(\.bytes))
    }
  }

  struct Tensor {
    var name: String
    var dimensions: [UInt64]
    var type: UInt32 = 0
    var bytes: [UInt8]
    /// Overrides the place.
    var offset: UInt64?

    static func floats(_ name: String, _ dimensions: [Int], _ values: [Float]) -> Tensor {
      Tensor(name: name, dimensions: dimensions.map(UInt64.init), bytes: values.flatMap { little($0.bitPattern) })
    }
  }

  var version: UInt32 = 3
  var metadata: [(key: String, value: Value)] = []
  var tensors: [Tensor] = []

  subscript(key: String) -> Value? {
    get { metadata.first { $0.key == key }?.value }
    set {
      let place = metadata.firstIndex { $0.key == key }
      if let place { metadata.remove(at: place) }
      if let newValue { metadata.insert((key, newValue), at: place ?? metadata.count) }
    }
  }

  var file: Data {
    var header = Array("GGUF".utf8) + little(version) + little(UInt64(tensors.count)) + little(UInt64(metadata.count))
    for (key, value) in metadata { header += counted(Array(key.utf8)) + little(value.type) + value.bytes }
    var content: [UInt8] = []
    for tensor in tensors {
      header += counted(Array(tensor.name.utf8)) + little(UInt32(tensor.dimensions.count)) + tensor.dimensions.flatMap { little($0) }
      header += little(tensor.type) + little(tensor.offset ?? UInt64(content.count))
      content += tensor.bytes + [UInt8](repeating: 0, count: (32 - tensor.bytes.count % 32) % 32)
    }
    return Data(header + [UInt8](repeating: 0, count: (32 - header.count % 32) % 32) + content)
  }

  /// A whole model of the LLaMA architecture: two layers, 64 wide, 64 tokens, random weights.
  static func llama(seed: UInt64 = 1) -> GGUFBuilder {
    var generator = SeededGenerator(seed: seed)
    var builder = GGUFBuilder()
    let text = "abcdefghijklmnopqrstuvwxyz0123456789.,!?".map { String($0) }
    let spellings = ["<s>", "</s>", "Ġ", "Ċ"] + text + ["th", "the", "Ġa", "in"] + (0..<16).map { "\($0)\($0)\($0)" }
    let merges = ["t h", "th e", "Ġ a", "i n"]
    builder["general.architecture"] = .string("llama")
    builder["general.name"] = .string("small")
    for (key, value) in [
      ("block_count", 2), ("embedding_length", 64), ("feed_forward_length", 128), ("attention.head_count", 4),
      ("attention.head_count_kv", 2), ("context_length", 200), ("rope.dimension_count", 16),
    ] as [(String, UInt32)] { builder["llama." + key] = .unsigned(value) }
    builder["llama.attention.layer_norm_rms_epsilon"] = .float(1e-5)
    builder["tokenizer.ggml.model"] = .string("gpt2")
    builder["tokenizer.ggml.pre"] = .string("smollm")
    builder["tokenizer.ggml.tokens"] = .array(spellings.map { .string($0) }, of: 8)
    builder["tokenizer.ggml.token_type"] = .array((0..<spellings.count).map { .unsigned($0 < 2 ? 3 : 1) }, of: 4)
    builder["tokenizer.ggml.merges"] = .array(merges.map { .string($0) }, of: 8)
    builder["tokenizer.ggml.bos_token_id"] = .unsigned(0)
    builder["tokenizer.ggml.eos_token_id"] = .unsigned(1)
    builder["tokenizer.ggml.add_bos_token"] = .bool(true)
    builder["tokenizer.chat_template"] = .string("{% for message in messages %}{{ message.content }}{% endfor %}")
    func random(_ name: String, _ dimensions: [Int], around middle: Float = 0) -> Tensor {
      .floats(name, dimensions, (0..<dimensions.reduce(1, *)).map { _ in middle + Float.random(in: -0.5...0.5, using: &generator) })
    }
    builder.tensors = [random("token_embd.weight", [64, 64]), random("output_norm.weight", [64], around: 1)]
    for layer in 0..<2 {
      for (name, dimensions) in [
        ("attn_norm", [64]), ("attn_q", [64, 64]), ("attn_k", [64, 32]), ("attn_v", [64, 32]), ("attn_output", [64, 64]),
        ("ffn_norm", [64]),
        ("ffn_gate", [64, 128]), ("ffn_up", [64, 128]), ("ffn_down", [128, 64]),
      ] { builder.tensors.append(random("blk.\(layer).\(name).weight", dimensions, around: dimensions.count == 1 ? 1 : 0)) }
    }
    return builder
  }
}

func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

func counted(_ bytes: [UInt8]) -> [UInt8] { little(UInt64(bytes.count)) + bytes }

/// Reads a file of `Tests/Vectors`.
func vectorFile(_ name: String) throws -> Data {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return try Data(contentsOf: folder.appendingPathComponent("Vectors/" + name))
}
