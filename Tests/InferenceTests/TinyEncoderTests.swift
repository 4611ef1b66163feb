import Bytes
import Cryptography
import Inference
import TestSupport
import Testing

private struct EncoderVectors: Decodable {
  struct Run: Decodable {
    struct Leaf: Decodable {
      let segment: Int
      let index: Int
      let leaf: HexBytes
    }
    let name: String
    let promptTokens: [UInt32]
    let values: HexBytes
    let segmentRoots: [Digest]
    let traceRoot: Digest
    let leaves: [Leaf]
  }
  let graph: HexBytes
  let tensorRoots: [Digest]
  let modelRoot: Digest
  let bundleSHA256: Digest
  let runs: [Run]
}

@Suite("The test encoder agrees with the Python reference")
struct TinyEncoderTests {
  private let vectors: EncoderVectors
  private let model = TinyEncoder.model

  init() throws { vectors = try Vectors.load("tiny-encoder") }

  @Test("The bundle and its roots are the reference's [MODEL-2] [GRAPH-4] [TESTMODEL-5]")
  func bundle() {
    #expect(TinyEncoder.graph.encoded == vectors.graph.bytes)
    #expect(TinyEncoder.trees.tensors.map(\.root) == vectors.tensorRoots)
    #expect(TinyEncoder.commitment.modelRoot == vectors.modelRoot)
    #expect(Digest.hash(TinyEncoder.bundle) == vectors.bundleSHA256)
  }

  @Test("Embedding gives the reference's leaves and roots [GRAPH-2] [GRAPH-7] [GRAPH-8] [TRACE-1]", arguments: [1, 2, 3, 5])
  func embedding(workers: Int) throws {
    for run in vectors.runs {
      let made = try model.embed(
        run.promptTokens, workers: Workers(count: workers), keeping: Set(model.graph.segments.indices))
      #expect(made.leaf == run.values.bytes, "\(run.name)")
      let trace = try #require(made.trace)
      #expect(trace.segments.map(\.root) == run.segmentRoots)
      #expect(trace.root == run.traceRoot)
      for leaf in run.leaves {
        #expect(trace.leaves(LeafRange(segment: leaf.segment, leaves: leaf.index..<leaf.index + 1)) == leaf.leaf.bytes)
      }
    }
  }

  @Test("A run is refused where it has no meaning [GRAPH-1] [REC-3]")
  func refusals() {
    #expect(throws: RunRejection.task) { try model.generate([1], maxNewTokens: 1) }
    #expect(throws: RunRejection.task) { try TinyModel.model.embed([1]) }
    #expect(throws: RunRejection.emptyPrompt) { try model.embed([]) }
    #expect(throws: RunRejection.token) { try model.embed([256]) }
    #expect(throws: RunRejection.promptTooLong) { try model.embed([UInt32](repeating: 1, count: 65)) }
  }
}
