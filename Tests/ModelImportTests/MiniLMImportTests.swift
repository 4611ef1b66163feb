import Bytes
import Foundation
import Inference
import ModelImport
import TestSupport
import Testing
import Text

/// Where the real encoder is kept; `make model` puts it there.
private let cache = ProcessInfo.processInfo.environment["PROBITY_CACHE"] ?? NSHomeDirectory() + "/.cache/probity"

@Suite("Import of all-MiniLM-L6-v2")
struct MiniLMImportTests {
  private let path = cache + "/all-MiniLM-L6-v2"

  private func folder() throws -> BertFolder {
    try #require(FileManager.default.fileExists(atPath: path), "the encoder is not in the cache: run `make model`")
    return try BertFolder(contentsOf: path)
  }

  @Test("The same folder gives the same bundle and root, and alike sentences have alike embeddings [MODEL-1] [MODEL-5]")
  func importAndEmbed() throws {
    let output = FileManager.default.temporaryDirectory.appending(path: "probity-import-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: output) }
    try BertImporter(try folder(), name: "all-MiniLM-L6-v2").write(to: output)
    let model = try Model(try ModelBytes.mapping(output))
    #expect(ModelTrees(model).commitment(to: model).modelRoot.hex == "f5e45fdaaa065c09bc0616c589b2bac1637e2b761ab9ae41366498a4ad227aa4")
    func embed(_ text: String) throws -> [Double] {
      let run = try model.embed(try model.tokenizer.encode(Array(text.utf8)), workers: Workers(count: 2), tracing: false)
      return run.values.map { Double($0) / Double(1 << 24) }
    }
    func cosine(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { $0 * $1 }.reduce(0, +) }
    let question = try embed("How do I reset my password?")
    #expect(cosine(question, question) > 0.99999 && cosine(question, question) < 1.00001)
    let alike = cosine(question, try embed("I forgot my password and cannot log in."))
    let other = cosine(question, try embed("The cheetah is running behind its prey."))
    #expect(alike > 0.5 && other < 0.2, "alike \(alike), other \(other)")
  }

  @Test("Every text has the tokens that HuggingFace's tokenizers give it [TEXT-8]")
  func tokens() throws {
    struct Vectors: Decodable {
      struct Vector: Decodable {
        let text: String
        let tokens: [UInt32]
      }
      let vectors: [Vector]
    }
    let description = try folder().tokenizer.description()
    #expect(try TokenizerDescription(decoding: description.encoded) == description)
    let tokenizer = Tokenizer(description)
    for vector in try TestSupport.Vectors.load("minilm-tokens", as: Vectors.self).vectors {
      #expect(try tokenizer.encode(Array(vector.text.utf8)) == vector.tokens, "\(vector.text.debugDescription)")
    }
  }
}
