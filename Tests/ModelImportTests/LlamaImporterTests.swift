import Cryptography
import Foundation
import Inference
import ModelImport
import TestSupport
import Testing

/// Imports of small models: what comes out, what is refused by name, what is left on the disk.
@Suite struct LlamaImporterTests {
  private func inFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "probity-llama-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  @Test(arguments: [false, true]) func importsAModelThatRuns(_ hasOwnHead: Bool) throws {
    var builder = GGUFBuilder.llama()
    if hasOwnHead { builder.tensors.append(.floats("output.weight", [64, 64], (0..<4096).map { Float($0 % 37) / 40 - 0.45 })) }
    let importer = try LlamaImporter(try GGUFFile(builder.file))
    #expect(importer.header.graph.context == 192)
    #expect(importer.header.graph.stopTokens == [1])
    #expect(importer.header.name == "small")
    try inFolder { folder in
      var last = 0.0
      try importer.write(to: folder + "/a") { done in
        #expect(done >= last)
        last = done
      }
      #expect(last == 1)
      try LlamaImporter(try GGUFFile(builder.file)).write(to: folder + "/b")
      #expect(FileManager.default.contentsEqual(atPath: folder + "/a", andPath: folder + "/b"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a", "b"])

      let model = try Model(try ModelBytes.mapping(folder + "/a"))
      let prompt = try model.tokenizer.encode(Array("the a in 12".utf8))
      #expect(prompt.first == 0)
      let generation = try model.generate(prompt, maxNewTokens: 5)
      #expect(!generation.outputTokens.isEmpty)
      #expect(try model.replay(promptTokens: prompt, outputTokens: generation.outputTokens).root == generation.trace?.root)
    }
  }

  @Test func cutsProjectionsOfWideModelsSmall() throws {
    var builder = GGUFBuilder.llama()
    for (key, value) in [("block_count", 1), ("embedding_length", 1024), ("rope.dimension_count", 256)] as [(String, UInt32)] {
      builder["llama." + key] = .unsigned(value)
    }
    func tensor(_ name: String, _ dimensions: [Int]) -> GGUFBuilder.Tensor {
      .floats(name, dimensions, Array(repeating: dimensions.count == 1 ? 1 : 0.01, count: dimensions.reduce(1, *)))
    }
    builder.tensors = [tensor("token_embd.weight", [1024, 64]), tensor("output_norm.weight", [1024])]
    for (name, dimensions) in [
      ("attn_norm", [1024]), ("attn_q", [1024, 1024]), ("attn_k", [1024, 512]), ("attn_v", [1024, 512]), ("attn_output", [1024, 1024]),
      ("ffn_norm", [1024]), ("ffn_gate", [1024, 128]), ("ffn_up", [1024, 128]), ("ffn_down", [128, 1024]),
    ] { builder.tensors.append(tensor("blk.0.\(name).weight", dimensions)) }
    let graph = try Graph(try LlamaImporter(try GGUFFile(builder.file)).header.graph)
    // Two heads of 256 would take up 557,056 bytes of weights.
    #expect(graph.layouts[1...3].map(\.width) == [128, 128, 128])
    for (index, segment) in graph.segments.enumerated() {
      guard case .projection(let fields) = segment else { continue }
      let weights = graph.tensors[fields.map.weights].byteCount / graph.layouts[index].chunks
      #expect(weights <= 1 << 18)
    }
  }

  @Test(arguments: WeightFormat.allCases) func importsEveryFormat(_ format: WeightFormat) throws {
    try inFolder { folder in
      func logits(_ format: WeightFormat) throws -> [Double] {
        let importer = try LlamaImporter(try GGUFFile(GGUFBuilder.llama().file), format: format)
        #expect(importer.header.graph.tensors.allSatisfy { $0 != .linear(channels: 64, inputs: 64, format: .h8) } == (format != .h8))
        try importer.write(to: folder + "/m")
        let model = try Model(try ModelBytes.mapping(folder + "/m"))
        var values = [Double](repeating: 0, count: model.graph.vocabulary)
        _ = Inference.Stream(model: model, capacity: 3).append([5, 6, 7], firstGenerationRow: 2) { _, column, part in
          for index in part.indices { values[column + index] = Double(part[index]) / 65536 }
        }
        let generation = try model.generate([5, 6, 7], maxNewTokens: 4)
        #expect(try model.replay(promptTokens: [5, 6, 7], outputTokens: generation.outputTokens).root == generation.trace?.root)
        return values
      }
      let (wide, other) = (try logits(.w16), try logits(format))
      let spread = wide.reduce(0) { max($0, abs($1)) }
      #expect(spread > 0)
      // Rows of 8 bits over weights of 8 bits, in a model of this size; what a real one loses is measured by Tools/bench/formats.py.
      let tolerance = format == .h8 ? 0.2 : 0.05
      for (one, two) in zip(wide, other) { #expect(abs(one - two) <= tolerance * spread, "\(format)") }
    }
  }

  @Test func refusesByName() throws {
    func rejection(_ change: (inout GGUFBuilder) -> Void) throws -> ImportError? {
      var builder = GGUFBuilder.llama()
      change(&builder)
      let file = try GGUFFile(builder.file)
      do throws(ImportError) {
        _ = try LlamaImporter(file)
        return nil
      } catch {
        return error
      }
    }
    func unsupportedSize(_ name: String, _ change: (inout GGUFBuilder) -> Void) throws -> Bool {
      if case .model(.unsupportedSize(name, _))? = try rejection(change) { true } else { false }
    }
    #expect(try rejection { _ in } == nil)
    #expect(try rejection { $0["general.architecture"] = .string("qwen2") } == .model(.unsupportedArchitecture("qwen2")))
    #expect(try rejection { $0["general.architecture"] = nil } == .source(.missingKey("general.architecture")))
    #expect(try rejection { $0["llama.rope.scaling.type"] = .string("yarn") } == .model(.unsupportedKey("llama.rope.scaling.type")))
    #expect(try rejection { $0["llama.expert_count"] = .unsigned(8) } == .model(.unsupportedKey("llama.expert_count")))
    #expect(try rejection { $0["llama.rope.dimension_count"] = .unsigned(8) } == .model(.unsupportedKey("llama.rope.dimension_count")))
    #expect(try rejection { $0["llama.block_count"] = .float(2) } == .source(.invalidValue(key: "llama.block_count")))
    #expect(try rejection { $0["llama.attention.layer_norm_rms_epsilon"] = .float(-1) } != nil)
    #expect(try rejection { $0["llama.rope.freq_base"] = .float(.nan) } == .source(.invalidValue(key: "llama.rope.freq_base")))
    #expect(try unsupportedSize("llama.block_count") { $0["llama.block_count"] = .scalar(10, little(UInt64.max)) })
    #expect(try unsupportedSize("llama.embedding_length") { $0["llama.embedding_length"] = .unsigned(65) })
    #expect(try unsupportedSize("llama.attention.head_count") { $0["llama.attention.head_count"] = .unsigned(3) })
    #expect(
      try unsupportedSize("the vocabulary") { $0.tensors[0] = .floats("token_embd.weight", [64, 65], Array(repeating: 0, count: 4160)) })
    #expect(try rejection { $0.tensors.removeLast() } == .model(.missingTensor("blk.1.ffn_down.weight")))
    #expect(
      try rejection { $0.tensors.append(.floats("rope_freqs.weight", [8], Array(repeating: 1, count: 8))) }
        == .model(.unexpectedTensor("rope_freqs.weight")))
    let shape = ModelRejection.wrongShape(tensor: "output_norm.weight", expected: [64], found: [32])
    #expect(try rejection { $0.tensors[1] = .floats("output_norm.weight", [32], Array(repeating: 1, count: 32)) } == .model(shape))
    let norm = "output_norm.weight"
    #expect(try rejection { $0.tensors[1] = .floats(norm, [64], Array(repeating: .nan, count: 64)) } == .model(.notFinite(tensor: norm)))
    #expect(try rejection { $0.tensors[1] = .floats(norm, [64], Array(repeating: 1e20, count: 64)) } == .model(.outOfScale(tensor: norm)))
    #expect(try rejection { $0["general.name"] = .string(String(repeating: "x", count: 257)) } == .model(.textTooLong))
    #expect(try rejection { $0["llama.context_length"] = .unsigned(0) } != nil)
  }

  @Test func leavesNothingBehindWhereItFails() throws {
    var builder = GGUFBuilder.llama()
    let last = builder.tensors.count - 1
    builder.tensors[last] = .floats(builder.tensors[last].name, [128, 64], Array(repeating: .infinity, count: 8192))
    let importer = try LlamaImporter(try GGUFFile(builder.file))
    try inFolder { folder in
      #expect(throws: ImportError.model(.notFinite(tensor: "blk.1.ffn_down.weight"))) { try importer.write(to: folder + "/a") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      #expect(throws: ImportError.self) { try importer.write(to: folder + "/none/a") }
      #expect(throws: ImportError.file(FileFailure(operation: "open", path: folder + "/x", code: ENOENT))) {
        try GGUFFile(contentsOf: folder + "/x")
      }
      #expect(throws: FileFailure(operation: "open", path: folder + "/x", code: ENOENT)) { try ModelBytes.mapping(folder + "/x") }
      try Data().write(to: URL(fileURLWithPath: folder + "/empty"))
      #expect(throws: ImportError.source(.truncated)) { try GGUFFile(contentsOf: folder + "/empty") }
      #expect(try ModelBytes.mapping(folder + "/empty").buffer.isEmpty)
    }
  }
}
