import Bytes
import Cryptography
import Inference
import Merkle
import Tensors
import TestSupport
import Testing

@Suite("The tensor model agrees with the Python reference")
struct TensorModelTests {
  let model = TinyTensorModel.model
  let vectors = TinyTensorModel.vectors

  @Test("Graph and roots are the reference's [GRAPH-20] [GRAPH-21] [GRAPH-22] [MODEL-8]")
  func bundle() throws {
    #expect(model.graph.encoding == vectors.graph.bytes)
    #expect(try GraphDescription(decoding: vectors.graph.bytes).encoded == vectors.graph.bytes)
    #expect(TinyTensorModel.commitment.tensorsRoot == vectors.tensorsRoot)
    #expect(TinyTensorModel.commitment.modelRoot == vectors.modelRoot)
    #expect(model.graph.task == .tensor)
  }

  @Test("A run gives the reference's leaves and roots, however it is split [GRAPH-23] [GRAPH-24] [GRAPH-25]", arguments: [1, 2, 3, 5])
  func runs(workers: Int) throws {
    for run in vectors.runs {
      let made = try model.run(
        run.input.bytes.map { Int8(bitPattern: $0) }, workers: Workers(count: workers), keeping: Set(model.graph.segments.indices))
      #expect(made.values.map { UInt8(bitPattern: $0) } == run.output.bytes)
      let trace = try #require(made.trace)
      for (segment, digest) in run.segments.enumerated() {
        #expect(trace.leaves[segment].map { Digest.hash($0) } == digest, "segment \(segment)")
      }
      #expect(trace.root == run.traceRoot)
    }
  }

  @Test("Steps cost what the reference counts [STEP-8]")
  func costs() {
    for cost in vectors.costs {
      let found = model.graph.cost(of: StepPosition(segment: cost.segment, row: cost.row, chunk: 0), in: .tensor)
      #expect([found.bytes, found.multiplyAdds] == [cost.bytes, cost.multiplyAdds], "segment \(cost.segment), row \(cost.row)")
    }
  }

  @Test("A run is refused where it has no meaning")
  func refusals() {
    #expect(throws: RunRejection.inputSize) { try model.run([1, 2, 3]) }
    #expect(throws: RunRejection.task) { try TinyModel.model.run([1]) }
    #expect(throws: RunRejection.task) { try model.generate([1], maxNewTokens: 1) }
    #expect(throws: RunRejection.task) { try model.embed([1]) }
  }

  @Test("An honest step of every leaf is honest, and the smallest lie there is fraud [STEP-7] [STEP-4]")
  func everyStep() throws {
    var generator = SeededGenerator(seed: 5)
    let honest = try TinyTensorModel.honest()
    for (segment, layout) in model.graph.layouts.enumerated() {
      for leaf in 0..<layout.leafCount(.tensor) {
        let (row, chunk) = layout.position(ofLeaf: leaf, rows: model.graph.shapes[segment].rows)
        let position = StepPosition(segment: segment, row: row, chunk: chunk)
        let cheat = honest.flipping(bit: .random(in: 0..<8 * layout.leafBytes, using: &generator), ofLeaf: leaf, inSegment: segment)
        for (record, expected) in [(honest, EvidenceVerdict.honest), (cheat, .fraud)] {
          let proof = try #require(step(position, record))
          #expect(try proof.verdict(in: context(record.record)) == expected, "segment \(segment), row \(row), chunk \(chunk)")
          #expect(try StepProof(decoding: proof.encoded) == proof)
        }
      }
    }
  }

  @Test("A mutated proof of an honest step never shows fraud [STEP-4]")
  func mutations() throws {
    var generator = SeededGenerator.printed()
    let honest = try TinyTensorModel.honest(1)
    let context = try context(honest.record)
    for segment in model.graph.segments.indices {
      let encoded = try #require(step(StepPosition(segment: segment, row: 0, chunk: 0), honest)).encoded
      for _ in 0..<120 {
        guard let proof = try? StepProof(decoding: generator.mutated(encoded)) else { continue }
        #expect((try? proof.verdict(in: context)) != .fraud)
      }
    }
  }

  @Test("The output and the input are bound to the record [REC-5] [GRAPH-23]")
  func bindings() throws {
    let honest = try TinyTensorModel.honest()
    let prover = prover(honest)
    let proof = try #require(prover.token(row: 0))
    #expect(try proof.verdict(in: context(honest.record)) == .honest)
    var cheat = honest.record
    cheat.output = .values(try TinyTensorModel.honest(1).record.values ?? [])
    #expect(try proof.verdict(in: context(cheat)) == .fraud)
    // The trace of another input: its first leaf is not the record's.
    cheat = honest.record
    cheat.request = try TinyTensorModel.honest(1).record.request
    let row = try #require(step(StepPosition(segment: 0, row: 4, chunk: 0), honest))
    #expect(try row.verdict(in: context(cheat)) == .fraud)
    #expect(try row.verdict(in: context(honest.record)) == .honest)
  }

  @Test("Records of tensors have the shape that the graph asks for [REC-1] [REC-2] [REC-3] [REC-4]")
  func shape() throws {
    let record = try TinyTensorModel.honest().record
    #expect(try Record(decoding: record.encoded) == record)
    #expect(try record.checkedShape(for: model.graph) == .tensor)
    for binding in Binding.allCases { #expect(binding.holds(for: record, graph: model.graph, tokenizer: model.tokenizer)) }
    func rejection(_ change: (inout Record) -> Void) -> ShapeRejection? {
      var changed = record
      change(&changed)
      do throws(ShapeRejection) {
        try changed.checkedShape(for: model.graph)
        return nil
      } catch {
        return error
      }
    }
    #expect(rejection { $0.request.tensor?.removeLast() } == .input)
    #expect(rejection { $0.request.tensor = nil } == .output)
    #expect(rejection { $0.output = .values([0]) } == .output)
    #expect(rejection { $0.promptTokens = [1] } == .tokenCount)
    #expect(rejection { $0.request.tensor?[0] ^= 1 } == .signature)
    #expect(EvidenceContext(graph: TinyModel.model.graph, tensorsRoot: .zero, record: record) == nil)
    #expect(Request(modelRoot: .zero, provider: record.request.provider, client: record.request.client, salt: .zero, tensor: []) == nil)
  }

  private func context(_ record: Record) throws -> EvidenceContext {
    try #require(EvidenceContext(graph: model.graph, tensorsRoot: TinyTensorModel.commitment.tensorsRoot, record: record))
  }

  private func prover(_ record: TinyRecord) -> StepProver {
    StepProver(model: model, trees: TinyTensorModel.trees, own: record.trace, claimedRoots: record.trace.segments.map(\.root))
  }

  private func step(_ position: StepPosition, _ record: TinyRecord) -> StepProof? {
    prover(record).step(position, claimedSegment: record.trace.segments[position.segment], token: 0)
  }
}
