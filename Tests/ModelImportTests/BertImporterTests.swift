import Foundation
import Inference
import ModelImport
import TestSupport
import Testing
import Text

/// Imports of a small encoder: what comes out, and what is refused by name.
@Suite struct BertImporterTests {
  /// The files of a folder.
  struct Builder {
    var configuration: [String: Any] = [
      "model_type": "bert", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
      "max_position_embeddings": 40, "vocab_size": 10, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    ]
    var tokenizer: [String: Any] = [
      "model": [
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": ["[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "hello": 4, "world": 5, "##s": 6, "a": 7, "é": 8, "e": 9],
      ] as [String: Any],
      "normalizer": [
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": NSNull(), "lowercase": true,
      ]
        as [String: Any],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "added_tokens": [
        ["id": 0, "content": "[PAD]"], ["id": 1, "content": "[UNK]"], ["id": 2, "content": "[CLS]"], ["id": 3, "content": "[SEP]"],
      ].map { $0.merging(["single_word": false, "lstrip": false, "rstrip": false, "normalized": false]) { first, _ in first } },
      "post_processor": [
        "type": "TemplateProcessing",
        "single": [["SpecialToken": ["id": "[CLS]"]], ["Sequence": ["id": "A"]], ["SpecialToken": ["id": "[SEP]"]]],
      ] as [String: Any],
    ]
    var modules = ["x.Transformer", "x.Pooling", "x.Normalize"].map { ["type": $0] }
    var pooling = [
      "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false,
      "pooling_mode_mean_sqrt_len_tokens": false,
    ]
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    var dtype = "F32"

    init() {
      var generator = SplitMix(state: 5)
      func add(_ name: String, _ shape: [Int], _ scale: Float, around center: Float = 0) {
        let values = (0..<shape.reduce(1, *)).map { _ in center + scale * (Float(generator.next() >> 40) / Float(1 << 23) - 1) }
        tensors.append((name, shape, values))
      }
      func norm(_ name: String) {
        add(name + ".weight", [64], 0.3, around: 1)
        add(name + ".bias", [64], 0.2)
      }
      add("embeddings.word_embeddings.weight", [10, 64], 1)
      add("embeddings.position_embeddings.weight", [40, 64], 0.3)
      add("embeddings.token_type_embeddings.weight", [2, 64], 0.1)
      norm("embeddings.LayerNorm")
      for layer in 0..<2 {
        let prefix = "encoder.layer.\(layer)."
        for (name, outputs, inputs) in [
          ("attention.self.query", 64, 64), ("attention.self.key", 64, 64), ("attention.self.value", 64, 64),
          ("attention.output.dense", 64, 64), ("intermediate.dense", 128, 64), ("output.dense", 64, 128),
        ] {
          add(prefix + name + ".weight", [outputs, inputs], 0.2)
          add(prefix + name + ".bias", [outputs], 0.1)
        }
        norm(prefix + "attention.output.LayerNorm")
        norm(prefix + "output.LayerNorm")
      }
    }

    func write(to folder: String) throws {
      try FileManager.default.createDirectory(atPath: folder + "/1_Pooling", withIntermediateDirectories: true)
      for (name, object) in [
        ("config.json", configuration), ("tokenizer.json", tokenizer), ("modules.json", modules), ("1_Pooling/config.json", pooling),
      ] as [(String, Any)] {
        try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: folder + "/" + name))
      }
      try safetensors().write(to: URL(fileURLWithPath: folder + "/model.safetensors"))
    }

    private func safetensors() throws -> Data {
      var header: [String: Any] = [:]
      var content: [UInt8] = []
      for tensor in tensors {
        let start = content.count
        for value in tensor.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { content += $0 } }
        header[tensor.name] = ["dtype": dtype, "shape": tensor.shape, "data_offsets": [start, content.count]] as [String: Any]
      }
      let text = [UInt8](try JSONSerialization.data(withJSONObject: header))
      return Data(withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text + content)
    }
  }

  private struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  private func inFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "probity-bert-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  @Test func importsAnEncoderThatRuns() throws {
    try inFolder { folder in
      let builder = Builder()
      try builder.write(to: folder + "/model")
      let importer = try BertImporter(try BertFolder(contentsOf: folder + "/model"), name: "small")
      #expect(importer.header.graph.task == .embedding)
      #expect(importer.header.graph.vocabulary == 64 && importer.header.graph.context == 40)
      try importer.write(to: folder + "/a")
      try BertImporter(try BertFolder(contentsOf: folder + "/model"), name: "small").write(to: folder + "/b")
      #expect(FileManager.default.contentsEqual(atPath: folder + "/a", andPath: folder + "/b"))

      let model = try Model(try ModelBytes.mapping(folder + "/a"))
      let tokens = try model.tokenizer.encode(Array("Hello worlds, é!".utf8))
      #expect(tokens == [2, 4, 5, 6, 1, 9, 1, 3])
      let run = try model.embed(tokens)
      let unit = Double(1 << (model.graph.unit?.fractionBits ?? 0))
      let values = run.values.map { Double($0) / unit }
      #expect(abs(values.map { $0 * $0 }.reduce(0, +) - 1) < 1e-6)
      let expected = FloatEncoder(builder).embed(tokens.map { Int($0) })
      let cosine = zip(values, expected).map { $0 * $1 }.reduce(0, +)
      #expect(cosine > 0.9995, "cosine \(cosine)")
    }
  }

  @Test func refusesByName() throws {
    func rejection(_ change: (inout Builder) throws -> Void) throws -> ImportError? {
      var builder = Builder()
      try change(&builder)
      return try inFolder { folder in
        try builder.write(to: folder)
        do throws(ImportError) {
          _ = try BertImporter(try BertFolder(contentsOf: folder), name: "small").write(to: folder + "/out")
          return nil
        } catch {
          return error
        }
      }
    }
    func configured(_ key: String, _ value: Any) throws -> ImportError? { try rejection { $0.configuration[key] = value } }
    func tokenized(_ part: String, _ key: String, _ value: Any) throws -> ImportError? {
      try rejection {
        var object = $0.tokenizer[part] as? [String: Any] ?? [:]
        object[key] = value
        $0.tokenizer[part] = object
      }
    }
    func isUnsupportedSize(_ error: ImportError?, _ name: String) -> Bool {
      if case .model(.unsupportedSize(name, _))? = error { true } else { false }
    }
    func isUnsupportedTokenizer(_ error: ImportError?) -> Bool {
      if case .folder(.unsupportedTokenizer)? = error { true } else { false }
    }
    #expect(try rejection { _ in } == nil)
    #expect(try configured("model_type", "roberta") == .model(.unsupportedArchitecture("roberta")))
    #expect(try configured("hidden_act", "relu") == .model(.unsupportedKey("hidden_act relu")))
    #expect(try configured("position_embedding_type", "relative_key") == .model(.unsupportedKey("position_embedding_type")))
    #expect(try configured("is_decoder", true) == .model(.unsupportedKey("is_decoder")))
    #expect(isUnsupportedSize(try configured("hidden_size", 96), "hidden_size"))
    #expect(isUnsupportedSize(try configured("num_attention_heads", 3), "num_attention_heads"))
    #expect(isUnsupportedSize(try configured("num_attention_heads", 8), "the width of a head"))
    #expect(isUnsupportedSize(try configured("num_hidden_layers", 0), "num_hidden_layers"))
    #expect(isUnsupportedSize(try configured("layer_norm_eps", 2), "layer_norm_eps"))
    #expect(isUnsupportedSize(try configured("max_position_embeddings", 1 << 20), "max_position_embeddings"))
    #expect(isUnsupportedSize(try configured("vocab_size", 9), "the tokenizer's vocabulary"))
    #expect(try configured("vocab_size", "many") == .folder(.invalidFile("config.json")))
    #expect(
      try rejection { $0.modules.removeLast() } == .folder(.unsupportedPooling))
    #expect(try rejection { $0.pooling["pooling_mode_cls_token"] = true } == .folder(.unsupportedPooling))
    #expect(isUnsupportedTokenizer(try tokenized("model", "type", "BPE")))
    #expect(isUnsupportedTokenizer(try tokenized("model", "continuing_subword_prefix", "@@")))
    #expect(isUnsupportedTokenizer(try tokenized("normalizer", "clean_text", false)))
    #expect(isUnsupportedTokenizer(try tokenized("normalizer", "strip_accents", false)))
    #expect(isUnsupportedTokenizer(try tokenized("pre_tokenizer", "type", "Whitespace")))
    #expect(isUnsupportedTokenizer(try tokenized("post_processor", "type", "BertProcessing")))
    #expect(isUnsupportedTokenizer(try tokenized("model", "unk_token", "[NO]")))
    #expect(try tokenized("model", "vocab", ["[UNK]": 0, "[CLS]": 1, "[SEP]": 3]) == .folder(.invalidVocabulary))
    #expect(try rejection { $0.tensors.remove(at: 0) } == .model(.missingTensor("embeddings.word_embeddings.weight")))
    #expect(try rejection { $0.tensors.append(("extra", [1], [0])) } == .model(.unexpectedTensor("extra")))
    #expect(try rejection { $0.tensors.append(("pooler.dense.bias", [1], [0])) } == nil)
    #expect(
      try rejection { $0.tensors[0] = ("embeddings.word_embeddings.weight", [9, 64], [Float](repeating: 0, count: 576)) }
        == .model(.wrongShape(tensor: "embeddings.word_embeddings.weight", expected: [10, 64], found: [9, 64])))
    #expect(try rejection { $0.tensors[0].values[7] = .nan } == .model(.notFinite(tensor: "embeddings.word_embeddings.weight")))
    #expect(try rejection { $0.tensors[4].values[7] = 1e9 } == .model(.outOfScale(tensor: "embeddings.LayerNorm.weight")))
    #expect(try rejection { $0.tensors[6].values[0] = 1e9 } == .model(.outOfScale(tensor: "encoder.layer.0.attention.self.query.bias")))
    #expect(try rejection { $0.dtype = "I32" } == .model(.notFloatingPoint(tensor: "embeddings.LayerNorm.weight")))
    #expect(try rejection { $0.dtype = "F16" }.map { "\($0)" }?.isEmpty == false)
    try inFolder { folder in
      try Builder().write(to: folder)
      try Data(count: BertFolder.fileBytes + 1).write(to: URL(fileURLWithPath: folder + "/config.json"))
      #expect(throws: ImportError.folder(.fileTooLong("config.json"))) { try BertFolder(contentsOf: folder) }
      #expect(throws: ImportError.model(.textTooLong)) {
        try Builder().write(to: folder)
        _ = try BertImporter(try BertFolder(contentsOf: folder), name: String(repeating: "x", count: 257))
      }
    }
  }
}

/// The same encoder in double precision.
private struct FloatEncoder {
  private let tensors: [String: [Double]]

  init(_ builder: BertImporterTests.Builder) {
    tensors = Dictionary(uniqueKeysWithValues: builder.tensors.map { ($0.name, $0.values.map(Double.init)) })
  }

  func embed(_ tokens: [Int]) -> [Double] {
    let words = tensors["embeddings.word_embeddings.weight"] ?? []
    let places = tensors["embeddings.position_embeddings.weight"] ?? []
    let kinds = tensors["embeddings.token_type_embeddings.weight"] ?? []
    var rows = tokens.enumerated().map { place, token in
      norm((0..<64).map { words[token * 64 + $0] + places[place * 64 + $0] + kinds[$0] }, "embeddings.LayerNorm")
    }
    for layer in 0..<2 {
      let prefix = "encoder.layer.\(layer)."
      let (q, k, v) = (
        rows.map { linear($0, prefix + "attention.self.query") }, rows.map { linear($0, prefix + "attention.self.key") },
        rows.map { linear($0, prefix + "attention.self.value") }
      )
      rows = rows.indices.map { row in
        let mixed = (0..<2).flatMap { head -> [Double] in
          let columns = head * 32..<head * 32 + 32
          let scores = rows.indices.map { other in columns.map { q[row][$0] * k[other][$0] }.reduce(0, +) / 32.0.squareRoot() }
          let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
          let total = weights.reduce(0, +)
          return columns.map { column in rows.indices.map { weights[$0] * v[$0][column] }.reduce(0, +) / total }
        }
        return norm(zip(rows[row], linear(mixed, prefix + "attention.output.dense")).map(+), prefix + "attention.output.LayerNorm")
      }
      rows = rows.map { row in
        let inner = linear(row, prefix + "intermediate.dense").map { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) }
        return norm(zip(row, linear(inner, prefix + "output.dense")).map(+), prefix + "output.LayerNorm")
      }
    }
    let mean = (0..<64).map { column in rows.map { $0[column] }.reduce(0, +) / Double(rows.count) }
    let length = mean.map { $0 * $0 }.reduce(0, +).squareRoot()
    return mean.map { $0 / length }
  }

  private func linear(_ row: [Double], _ name: String) -> [Double] {
    let weights = tensors[name + ".weight"] ?? []
    return (tensors[name + ".bias"] ?? []).enumerated().map { channel, bias in
      row.indices.map { row[$0] * weights[channel * row.count + $0] }.reduce(bias, +)
    }
  }

  private func norm(_ row: [Double], _ name: String) -> [Double] {
    let mean = row.reduce(0, +) / Double(row.count)
    let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(row.count)
    let (gains, biases) = (tensors[name + ".weight"] ?? [], tensors[name + ".bias"] ?? [])
    return row.indices.map { (row[$0] - mean) / (variance + 1e-12).squareRoot() * gains[$0] + biases[$0] }
  }
}
