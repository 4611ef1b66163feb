import Bytes
import Foundation
import Inference
import ModelImport
import Testing

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
    #expect(commitment.modelRoot.hex == "0c65f12d95beb1a499e014120e056eb694f70ae085f35d44a9a92a214c8a61aa")

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

  @Test("A mutated header is refused or read, and nothing traps")
  func mutations() throws {
    let head = Data(try bytes().prefix(4096))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      var mutated = head
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        mutated[Int.random(in: 0..<mutated.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      _ = try? GGUFFile(mutated)
    }
  }
}
