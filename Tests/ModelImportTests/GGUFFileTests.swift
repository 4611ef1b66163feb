import Bytes
import Foundation
import ModelImport
import TestSupport
import Testing

/// GGUF files: what is read, what is refused by name, and that no file makes the reader trap.
@Suite struct GGUFFileTests {
  @Test(arguments: [2, 3]) func readsBothVersions(_ version: UInt32) throws {
    var builder = GGUFBuilder(version: version)
    builder["a"] = .scalar(0, [200])
    builder["b"] = .scalar(1, [200])
    builder["c"] = .scalar(2, little(UInt16.max))
    builder["d"] = .scalar(3, little(Int16.min))
    builder["e"] = .scalar(5, little(Int32.min))
    builder["f"] = .scalar(10, little(UInt64.max))
    builder["g"] = .scalar(11, little(Int64.min))
    builder["h"] = .scalar(12, little((0.1).bitPattern))
    builder["i"] = .float(0.1)
    builder["j"] = .bool(true)
    builder["k"] = .array([.string("x"), .string("")], of: 8)
    builder.tensors = [.floats("t", [2, 3], [1, 2, 3, 4, 5, 6]), .floats("u", [1], [-7])]
    let file = try GGUFFile(builder.file)
    #expect(file.metadata["a"] == .unsigned(200))
    #expect(file.metadata["b"] == .signed(-56))
    #expect(file.metadata["c"] == .unsigned(65_535))
    #expect(file.metadata["d"] == .signed(-32_768))
    #expect(file.metadata["e"] == .signed(-2_147_483_648))
    #expect(file.metadata["f"]?.unsignedInteger == .max)
    #expect(file.metadata["g"] == .signed(.min))
    #expect(file.metadata["h"]?.floatingPoint == 0.1)
    #expect(file.metadata["i"]?.floatingPoint == Double(Float(0.1)))
    #expect(file.metadata["j"]?.boolean == true)
    #expect(file.metadata["k"]?.elements == [.string([120]), .string([])])
    let tensor = try #require(file.tensor("t"))
    #expect(tensor.rowWidth == 2 && tensor.rowCount == 3)
    #expect(file.row(1, of: tensor) == [3, 4])
    #expect(file.row(0, of: try #require(file.tensor("u"))) == [-7])
    #expect(file.tensor("v") == nil)
  }

  @Test func refusesByName() {
    func rejection(_ change: (inout GGUFBuilder) -> Void) -> GGUFRejection? {
      var builder = GGUFBuilder()
      builder.tensors = [.floats("t", [32], Array(repeating: 1, count: 32)), .floats("u", [32], Array(repeating: 1, count: 32))]
      change(&builder)
      do throws(GGUFRejection) {
        _ = try GGUFFile(builder.file)
        return nil
      } catch {
        return error
      }
    }
    #expect(rejection { _ in } == nil)
    #expect(rejection { $0.version = 1 } == .unsupportedVersion(1))
    #expect(rejection { $0.version = 0x0300_0000 } == .unsupportedVersion(0x0300_0000))
    #expect(rejection { $0.metadata = [("a", .bool(true)), ("a", .bool(true))] } == .duplicateKey("a"))
    #expect(rejection { $0.tensors[1].name = "t" } == .duplicateTensor("t"))
    #expect(rejection { $0["a"] = .scalar(13, []) } == .unknownValueType(13))
    #expect(rejection { $0["a"] = .array([], of: 9) } == .nestedArray)
    #expect(rejection { $0["a"] = .scalar(7, [2]) } == .invalidBoolean)
    #expect(rejection { $0["a"] = .scalar(8, little(UInt64(1 << 20 + 1))) } == .stringTooLong)
    #expect(rejection { $0["a"] = .scalar(9, little(UInt32(4)) + little(UInt64.max)) } == .countAboveLimit)
    #expect(rejection { $0["general.alignment"] = .unsigned(24) } == .invalidAlignment)
    #expect(rejection { $0["general.alignment"] = .bool(true) } == .invalidAlignment)
    #expect(rejection { $0.tensors[0].type = 99 } == .unsupportedTensorType(tensor: "t", type: 99))
    #expect(rejection { $0.tensors[0].dimensions = [0] } == .invalidShape(tensor: "t"))
    #expect(rejection { $0.tensors[0].dimensions = [] } == .invalidShape(tensor: "t"))
    #expect(rejection { $0.tensors[0].dimensions = [1 << 39, 1 << 39, 1 << 39] } == .invalidShape(tensor: "t"))
    #expect(rejection { $0.tensors[0].type = 12 } == .invalidShape(tensor: "t"))
    #expect(rejection { $0.tensors[0].dimensions = [1, 1, 1, 1, 1] } == .countAboveLimit)
    #expect(rejection { $0.tensors[1].offset = 129 } == .misalignedTensor("u"))
    #expect(rejection { $0.tensors[1].offset = 160 } == .tensorOutsideFile("u"))
    #expect(rejection { $0.tensors[1].offset = .max - 31 } == .tensorOutsideFile("u"))
    #expect(rejection { $0.tensors[1].offset = 96 } == .overlappingTensor("u"))
    #expect(throws: GGUFRejection.notGGUF) { try GGUFFile(Data([1, 2, 3, 4])) }
    #expect(throws: GGUFRejection.truncated) { try GGUFFile(Data()) }
    let badName = Array("GGUF".utf8) + little(UInt32(3)) + little(UInt64(0)) + little(UInt64(1)) + counted([0xff])
    #expect(throws: GGUFRejection.invalidName) { try GGUFFile(Data(badName)) }
  }

  @Test func refusesTokenizersByName() throws {
    func rejection(_ change: (inout GGUFBuilder) -> Void) throws -> GGUFRejection? {
      var builder = GGUFBuilder.llama()
      change(&builder)
      let file = try GGUFFile(builder.file)
      do throws(GGUFRejection) {
        _ = try file.tokenizerDescription()
        _ = try file.stopTokens()
        _ = try file.chatTemplate()
        return nil
      } catch {
        return error
      }
    }
    let special: [GGUFBuilder.Value] = (0..<64).map { _ in .unsigned(3) }
    #expect(try rejection { _ in } == nil)
    #expect(try rejection { $0["tokenizer.ggml.model"] = .string("llama") } == .unsupportedTokenizer("llama"))
    #expect(try rejection { $0["tokenizer.ggml.pre"] = .string("qwen2") } == .unsupportedSplitRule("qwen2"))
    #expect(try rejection { $0["tokenizer.ggml.tokens"] = nil } == .missingKey("tokenizer.ggml.tokens"))
    #expect(try rejection { $0["tokenizer.ggml.tokens"] = .bool(true) } == .invalidValue(key: "tokenizer.ggml.tokens"))
    #expect(try rejection { $0["tokenizer.ggml.token_type"] = .array([], of: 4) } == .invalidValue(key: "tokenizer.ggml.token_type"))
    #expect(try rejection { $0["tokenizer.ggml.token_type"] = .array(special.map { _ in .unsigned(7) }, of: 4) } == .invalidToken(0))
    #expect(try rejection { $0["tokenizer.ggml.merges"] = .array([.string("t h"), .string("x q")], of: 8) } == .invalidMerge(1))
    #expect(try rejection { $0["tokenizer.ggml.merges"] = .array([.string("th")], of: 8) } == .invalidMerge(0))
    #expect(try rejection { $0["tokenizer.ggml.bos_token_id"] = .unsigned(64) } == .invalidValue(key: "tokenizer.ggml.bos_token_id"))
    #expect(try rejection { $0["tokenizer.ggml.bos_token_id"] = nil } == .invalidTokenizer)
    #expect(try rejection { $0["tokenizer.ggml.eos_token_id"] = nil } == .missingKey("tokenizer.ggml.eos_token_id"))
    #expect(try rejection { $0["tokenizer.chat_template"] = .unsigned(1) } == .invalidValue(key: "tokenizer.chat_template"))
  }

  @Test func survivesMutations() throws {
    var generator = SeededGenerator.printed()
    var builder = GGUFBuilder.llama()
    // The tensors are the larger part: with one row each, most faults hit the header.
    builder.tensors = builder.tensors.prefix(3).map { .floats($0.name, [4], [1, 2, 3, 4]) }
    let bytes = [UInt8](builder.file)
    let outcome = generator.mutations(of: [bytes, [UInt8](GGUFBuilder.llama().file)]) { (bytes: [UInt8]) throws(GGUFRejection) in
      let file = try GGUFFile(Data(bytes))
      _ = try? file.tokenizerDescription()
      _ = try? file.stopTokens()
      _ = try? LlamaImporter(file)
      for tensor in file.tensors { #expect(file.row(tensor.rowCount - 1, of: tensor).count == tensor.rowWidth) }
      return bytes
    }
    #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
  }

  @Test func dequantisesAsTheReferenceDoes() throws {
    struct Vector: Decodable {
      let type: UInt32
      let bytes: String
      let values: [UInt32]
    }
    let vectors = try JSONDecoder().decode([Vector].self, from: try vectorFile("gguf-blocks.json"))
    #expect(Set(vectors.map(\.type)) == Set(GGUFTensorType.allCases.map(\.rawValue)))
    for vector in vectors {
      let type = try #require(GGUFTensorType(rawValue: vector.type))
      let values = type.dequantise(try #require([UInt8](hex: vector.bytes)))
      #expect(values.map(\.bitPattern) == vector.values, "\(type.name)")
    }
  }

  @Test func dequantisesEveryHalf() {
    for bits in UInt16.min...UInt16.max {
      let value = GGUFTensorType.f16.dequantise(little(bits))[0]
      let expected = Float(Float16(bitPattern: bits))
      guard value == expected || (value.isNaN && expected.isNaN) else {
        Issue.record("\(bits): \(value), not \(expected)")
        return
      }
    }
  }
}
