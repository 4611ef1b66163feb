import Bytes
import Foundation
import Inference
import ModelImport
import TestSupport
import Testing
import Text

/// Where the real model is kept; `make model` puts it there.
private let cache = ProcessInfo.processInfo.environment["PROBITY_CACHE"] ?? NSHomeDirectory() + "/.cache/probity"

@Suite("Import of SmolLM2-135M")
struct SmolLMImportTests {
  private let path = cache + "/SmolLM2-135M-Instruct.Q4_1.gguf"

  private func bytes() throws -> Data {
    try #require(FileManager.default.contents(atPath: path), "the model is not in the cache: run `make model`")
  }

  @Test("The same file gives the same bundle and root, and the model answers [MODEL-1] [MODEL-5]")
  func importAndAnswer() throws {
    let output = FileManager.default.temporaryDirectory.appending(path: "probity-import-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: output) }
    try LlamaImporter(try GGUFFile(try bytes())).write(to: output)
    let model = try Model(try ModelBytes.mapping(output))
    let commitment = ModelTrees(model).commitment(to: model)
    #expect(commitment.modelRoot.hex == "015f86fb37191237ae6de9b56235fafa1a09f4bbfee7d6908a1dda1713bfbdd3")

    let prompt = try model.tokenizer.encode(
      Array("<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n".utf8))
    let generation = try model.generate(prompt, maxNewTokens: 12, workers: Workers(count: 2))
    let answer = try Binding.answer(to: generation.outputTokens, graph: model.graph, tokenizer: model.tokenizer)
    #expect(String(decoding: answer, as: UTF8.self).contains("Paris"))
    let replay = try model.replay(promptTokens: prompt, outputTokens: generation.outputTokens)
    #expect(replay.root == generation.trace?.root)
  }

  @Test("Bytes that are no GGUF file are refused by name")
  func refusals() throws {
    let data = try bytes()
    #expect(throws: GGUFRejection.notGGUF) { try GGUFFile(Data([1, 2, 3, 4, 0, 0, 0, 0])) }
    var other = data.prefix(1 << 16)
    other[4] = 9
    #expect(throws: GGUFRejection.unsupportedVersion(9)) { try GGUFFile(Data(other)) }
    for count in [0, 3, 4, 23, 24, 100, 1000, 60_000] {
      #expect(throws: GGUFRejection.self) { try GGUFFile(Data(data.prefix(count))) }
    }
  }

  @Test("Every text has the tokens that llama.cpp gives it [TEXT-5]")
  func tokens() throws {
    struct Vectors: Decodable {
      struct Vector: Decodable {
        let text: String
        let tokens: [UInt32]?
      }
      let vectors: [Vector]
    }
    let description = try GGUFFile(try bytes()).tokenizerDescription()
    #expect(try TokenizerDescription(decoding: description.encoded) == description)
    let tokenizer = Tokenizer(description)
    let vectors = try JSONDecoder().decode(Vectors.self, from: try vectorFile("smollm2-tokens.json")).vectors
    #expect(vectors.count > 400)
    for vector in vectors {
      #expect((try? tokenizer.encode(Array(vector.text.utf8))) == vector.tokens, "\(vector.text.debugDescription)")
    }
  }

  @Test("A mutated header of the real file is refused or read, and nothing traps")
  func mutations() throws {
    let head = Array(try bytes().prefix(4096))
    var generator = SeededGenerator.printed()
    let outcome = generator.mutations(of: [head]) { (bytes: [UInt8]) throws(GGUFRejection) in
      _ = try GGUFFile(Data(bytes))
      return bytes
    }
    #expect(outcome.isSound && outcome.accepted < 1000, "\(outcome)")
  }
}
