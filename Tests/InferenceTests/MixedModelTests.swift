import Bytes
import Cryptography
import Inference
import TestSupport
import Testing

@Suite("The mixed test model agrees with the Python reference")
struct MixedModelTests {
  let vectors: TinyModelVectors
  let model = MixedModel.model

  init() throws { vectors = try Vectors.load("mixed-model") }

  @Test("The bundle and its roots are the reference's [MODEL-2] [MODEL-3] [TESTMODEL-6]")
  func bundle() {
    #expect(MixedModel.graph.encoded == vectors.graph.bytes)
    #expect(MixedModel.trees.tensors.map(\.root) == vectors.tensorRoots)
    #expect(MixedModel.trees.commitment(to: model).modelRoot == vectors.modelRoot)
    #expect(Digest.hash(MixedModel.bundle) == vectors.bundleSHA256)
  }

  @Test("Generation and replay give the reference's tokens and roots [NUM-12] [NUM-31] [NUM-32]", arguments: [1, 2, 3])
  func runs(workers: Int) throws {
    for run in vectors.runs {
      let generation = try model.generate(run.promptTokens, maxNewTokens: run.maxNewTokens, workers: Workers(count: workers))
      #expect(generation.outputTokens == run.outputTokens, "\(run.name)")
      #expect(generation.trace?.segments.map(\.root) == run.segmentRoots)
      let replay = try model.replay(
        promptTokens: run.promptTokens, outputTokens: run.outputTokens, workers: Workers(count: workers),
        keeping: Set(model.graph.segments.indices))
      #expect(replay.root == run.traceRoot)
      for leaf in run.leaves {
        #expect(replay.leaves(LeafRange(segment: leaf.segment, leaves: leaf.index..<leaf.index + 1)) == leaf.leaf.bytes)
      }
    }
  }

  @Test("A bundle with a malformed leaf of either kind does not load [MODEL-4]", arguments: [3, 12])
  func malformed(tensor: Int) {
    var bytes = MixedModel.bundle
    let shape = MixedModel.graph.tensors[tensor]
    let content = model.leaves(0..<1, of: tensor)
    let start = bytes.withUnsafeBytes { all in
      (0..<all.count - content.count).first { UnsafeRawBufferPointer(rebasing: all[$0..<$0 + content.count]).elementsEqual(content) }
    }
    guard let start else { return #expect(Bool(false), "the leaf stands in the bundle") }
    bytes[start + shape.leafBytes - 64] = 63
    #expect(throws: BundleRejection.malformedLeaf(tensor: tensor, leaf: 0)) { try Model(ModelBytes(copying: bytes)) }
  }
}
