import Bytes
import Cryptography
import Inference
import Merkle
import TestSupport
import Testing

struct TinyModelVectors: Decodable {
  struct Run: Decodable {
    struct Leaf: Decodable {
      let segment: Int
      let index: Int
      let leaf: HexBytes
    }
    let name: String
    let maxNewTokens: Int
    let promptTokens: [UInt32]
    let outputTokens: [UInt32]
    let stop: UInt8
    let segmentRoots: [Digest]
    let traceRoot: Digest
    let leaves: [Leaf]
  }
  let graph: HexBytes
  let tokenizer: HexBytes
  let tensorRoots: [Digest]
  let tensorsRoot: Digest
  let modelRoot: Digest
  let bundleSHA256: Digest
  let runs: [Run]
}

@Suite("The test model agrees with the Python reference")
struct TinyModelTests {
  let vectors: TinyModelVectors
  let model = TinyModel.model

  init() throws { vectors = try Vectors.load("tiny-model") }

  @Test("The bundle and its roots are the reference's [MODEL-1] [MODEL-5] [GRAPH-1] [TESTMODEL-2] [TESTMODEL-3] [TESTMODEL-4]")
  func bundle() {
    #expect(TinyModel.graph.encoded == vectors.graph.bytes)
    #expect(TinyModel.header.tokenizer.encoded == vectors.tokenizer.bytes)
    #expect(TinyModel.trees.tensors.map(\.root) == vectors.tensorRoots)
    #expect(TinyModel.commitment.tensorsRoot == vectors.tensorsRoot)
    #expect(TinyModel.commitment.modelRoot == vectors.modelRoot)
    #expect(Digest.hash(TinyModel.bundle) == vectors.bundleSHA256)
  }

  @Test(
    "Generation gives the reference's tokens, leaves and roots [GRAPH-5] [GRAPH-6] [GRAPH-7] [GRAPH-8] [TRACE-1] [TRACE-2]",
    arguments: [1, 2, 3])
  func generation(workers: Int) throws {
    for run in vectors.runs {
      let generation = try model.generate(run.promptTokens, maxNewTokens: run.maxNewTokens, workers: Workers(count: workers))
      #expect(generation.outputTokens == run.outputTokens, "\(run.name)")
      #expect(generation.stop.rawValue == run.stop)
      let trace = try #require(generation.trace)
      #expect(trace.segments.map(\.root) == run.segmentRoots)
      #expect(trace.root == run.traceRoot)
    }
  }

  @Test("A replay as one prefill gives the same trace, and the reference's leaves [TRACE-3]", arguments: [1, 2])
  func replay(workers: Int) throws {
    for run in vectors.runs {
      let trace = try model.replay(
        promptTokens: run.promptTokens, outputTokens: run.outputTokens, workers: Workers(count: workers),
        keeping: Set(model.graph.segments.indices))
      #expect(trace.root == run.traceRoot, "\(run.name)")
      for leaf in run.leaves {
        #expect(trace.leaves(LeafRange(segment: leaf.segment, leaves: leaf.index..<leaf.index + 1)) == leaf.leaf.bytes)
      }
    }
  }

  @Test("Any split of the rows gives the same trace [TRACE-3]")
  func splits() throws {
    var generator = SeededGenerator.printed()
    let run = vectors.runs[0]
    let stream = run.promptTokens + run.outputTokens.dropLast()
    let extent = Extent(promptCount: run.promptTokens.count, outputCount: run.outputTokens.count)
    for _ in 0..<20 {
      let recorder = TraceRecorder(graph: model.graph, extent: extent)
      let rows = Stream(
        model: model, capacity: stream.count, workers: Workers(count: Int.random(in: 1...4, using: &generator)), recorder: recorder)
      var start = 0
      while start < stream.count {
        let count = Int.random(in: 1...stream.count - start, using: &generator)
        rows.append(Array(stream[start..<start + count]), firstGenerationRow: extent.promptCount - 1)
        start += count
      }
      #expect(recorder.trace(extent).root == run.traceRoot)
    }
  }
}
