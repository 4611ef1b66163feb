import Inference
import TestSupport
import Testing

@Suite("Models load where the Python reference loads them")
struct ModelLoadingTests {
  @Test("A used leaf must be well formed, another need not; the tokenizer must fit, and no more [MODEL-4] [MODEL-6]")
  func vectors() throws {
    for vector in try ModelVectors.load() {
      let model = try? Model(ModelBytes(copying: vector.bundle))
      #expect((model != nil) == vector.loads, "\(vector.name)")
    }
  }

  @Test("A model with malformed leaves that no step reads runs to the context's end [MODEL-4]")
  func unusedLeaves() throws {
    for vector in try ModelVectors.load() where vector.loads && vector.model == "tiny-model" {
      let model = try Model(ModelBytes(copying: vector.bundle))
      let prompt = [UInt32](repeating: 1, count: model.graph.context - 1)
      let generation = try model.generate(prompt, maxNewTokens: 4)
      let tiny = try TinyModel.model.generate(prompt, maxNewTokens: generation.outputTokens.count)
      #expect(generation.outputTokens == tiny.outputTokens, "\(vector.name)")
    }
  }
}
