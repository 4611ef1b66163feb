import Bytes
import Cryptography
import Inference
import TestSupport
import Testing

private struct RecordVectors: Decodable {
  struct Case: Decodable {
    struct Bindings: Decodable {
      let input: Bool
      let output: Bool
      let stop: Bool
    }
    let name: String
    let record: HexBytes
    let requestDigest: Digest
    let shape: Bool
    let bindings: Bindings?
  }
  struct Batch: Decodable {
    let cases: [Int]
    let root: Digest
    let blobSHA256: Digest
  }
  let executorVersion: Digest
  let cases: [Case]
  let values: [Case]
  let valuesOfGeneration: [Case]
  let encoderModelRoot: Digest
  let tensors: [Case]
  let batch: Batch
}

@Suite("Records agree with the Python reference")
struct RecordTests {
  private let vectors: RecordVectors

  init() throws { vectors = try Vectors.load("records") }

  @Test("The executor version is the reference's [NUM-15]")
  func executorVersion() { #expect(ExecutorVersion.current == vectors.executorVersion) }

  @Test("Request digests, shapes and bindings [REC-1] [REC-2] [REC-3] [REC-4]")
  func cases() throws {
    try check(vectors.cases + vectors.valuesOfGeneration, graph: TinyModel.model.graph)
  }

  @Test("Records of values [REC-2] [REC-3] [REC-4]")
  func values() throws {
    #expect(TinyEncoder.commitment.modelRoot == vectors.encoderModelRoot)
    try check(vectors.values, graph: TinyEncoder.model.graph)
    let record = try Record(decoding: vectors.values[0].record.bytes)
    let run = try TinyEncoder.model.embed(record.promptTokens)
    #expect(record.values == run.leaf)
    #expect(record.traceRoot == run.trace?.root)
    #expect(record.outputLeaf(ofRow: 0) == run.leaf && record.outputLeaf(ofRow: 1) == nil)
    #expect(try TinyEncoder.model.replay(record).root == record.traceRoot)
  }

  @Test("Records of tensors [REC-1] [REC-2] [REC-3] [REC-4]")
  func tensors() throws {
    try check(vectors.tensors, graph: TinyTensorModel.model.graph)
    let record = try Record(decoding: vectors.tensors[0].record.bytes)
    let run = try TinyTensorModel.model.run(try #require(record.request.tensor).map { Int8(bitPattern: $0) })
    #expect(record.values == run.values.map { UInt8(bitPattern: $0) })
    #expect(record.traceRoot == run.trace?.root)
    #expect(try TinyTensorModel.model.replay(record).root == record.traceRoot)
  }

  private func check(_ cases: [RecordVectors.Case], graph: Graph) throws {
    for vector in cases {
      let record = try Record(decoding: vector.record.bytes)
      #expect(record.encoded == vector.record.bytes, "\(vector.name)")
      #expect(record.request.digest == vector.requestDigest, "\(vector.name)")
      #expect(((try? record.checkedShape(for: graph)) != nil) == vector.shape, "\(vector.name)")
      guard let bindings = vector.bindings else { continue }
      for (binding, holds) in [(Binding.input, bindings.input), (.output, bindings.output), (.stop, bindings.stop)] {
        #expect(binding.holds(for: record, graph: graph, tokenizer: TinyModel.model.tokenizer) == holds, "\(vector.name), \(binding)")
      }
    }
  }

  @Test("The batch root and its blob [REC-7]")
  func batch() throws {
    let records = try vectors.batch.cases.map { try Record(decoding: vectors.cases[$0].record.bytes) }
    let batch = try #require(Batch(records))
    #expect(batch.tree.root == vectors.batch.root)
    #expect(Digest.hash(batch.encoded) == vectors.batch.blobSHA256)
    #expect(try Batch(decoding: batch.encoded) == batch)
    #expect(Batch([]) == nil)
    #expect(throws: DecodingRejection.outOfRange) { try Batch(decoding: [0, 0, 0, 0]) }
  }

  @Test("Each shape rule is refused by its name [REC-3]")
  func shapeRejections() throws {
    let honest = try TinyRecord.honest("Hello, Probity!").record
    let graph = TinyModel.model.graph
    func refused(_ change: (inout Record) -> Void) -> ShapeRejection? {
      var record = honest
      change(&record)
      do throws(ShapeRejection) {
        try record.checkedShape(for: graph)
        return nil
      } catch { return error }
    }
    #expect(refused { _ in } == nil)
    #expect(refused { $0.output = .values([1, 2, 3, 4]) } == .output)
    #expect(refused { $0.executorVersion = .zero } == .executorVersion)
    #expect(refused { $0.outputTokens = [] } == .tokenCount)
    #expect(refused { $0.promptTokens = [] } == .tokenCount)
    #expect(refused { $0.outputTokens += Array(repeating: 1, count: 16) } == .tokenCount)
    #expect(refused { $0.promptTokens = Array(repeating: 1, count: 64) } == .context)
    #expect(refused { $0.promptTokens[0] = 256 } == .token)
    #expect(refused { $0.request.salt = Digest.hash([1]) } == .signature)
  }
}
