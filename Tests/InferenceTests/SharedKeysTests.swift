import Bytes
import Cryptography
import Inference
import TestSupport
import Testing

@Suite("Keys and values that attentions of different head widths read")
struct SharedKeysTests {
  /// The test model, whose second attention reads the keys and values of the first in heads of half their width.
  private static func model() throws -> Model {
    var header = TinyModel.header
    header.graph.segments[11] = .attention(
      .init(query: 8, key: 2, value: 3, groups: 4, heads: 8, width: 16, scoreShift: 5, valueShift: 6))
    let tensors = TinyModel.bundle.dropFirst(TinyModel.header.preamble.count)
    return try Model(ModelBytes(copying: header.preamble + tensors))
  }

  @Test("The executor gives the leaves that the steps give [GRAPH-7] [STEP-4]")
  func executorAgreesWithSteps() throws {
    let model = try Self.model()
    let graph = model.graph
    let trees = ModelTrees(model)
    let commitment = trees.commitment(to: model)
    var record = try TinyRecord.honest("Hello, Probity!").record
    let trace = try model.replay(
      promptTokens: record.promptTokens, outputTokens: record.outputTokens, keeping: Set(graph.segments.indices))
    record.traceRoot = trace.root
    let context = try #require(EvidenceContext(graph: graph, tensorsRoot: commitment.tensorsRoot, record: record))
    let prover = StepProver(model: model, trees: trees, own: trace, claimedRoots: trace.segments.map(\.root))
    for segment in [2, 3, 4, 9, 11, 12] {
      let layout = graph.layouts[segment]
      for leaf in 0..<layout.leafCount(trace.extent) {
        let (row, chunk) = layout.position(ofLeaf: leaf, rows: trace.extent.streamRows)
        let proof = try #require(
          prover.step(
            StepPosition(segment: segment, row: row, chunk: chunk), claimedSegment: trace.segments[segment],
            token: record.streamTokens[row]))
        #expect(try proof.verdict(in: context) == .honest, "segment \(segment), row \(row), chunk \(chunk)")
      }
    }
  }
}
