import Bytes
import Cryptography
import Inference
import TestSupport
import Testing

struct EvidenceVectors: Decodable {
  struct Flip: Decodable {
    let offset: Int
    let xor: UInt8
  }
  struct Case: Decodable {
    let name: String
    let tensorsRoot: Digest
    let promptTokens: [UInt32]
    let outputTokens: [UInt32]
    let traceRoot: Digest
    let proof: HexBytes
    let verdict: String
    let values: HexBytes?
    let tensor: HexBytes?
    let flips: [Flip]?
  }
  let cases: [Case]?
  let tokens: [Case]?
  let counterexamples: [Case]?
  let values: [Case]?
  let counterexamplesOfValues: [Case]?
}

/// What a check of evidence showed, in the words of the vectors.
private func word(_ check: () throws -> EvidenceVerdict) -> String {
  switch Result(catching: check) {
  case .success(.fraud): "fraud"
  case .success(.honest): "honest"
  case .failure: "invalid"
  }
}

private func context(_ vector: EvidenceVectors.Case, _ graph: Graph = TinyModel.model.graph) throws -> EvidenceContext {
  let key = try #require(PrivateKey([UInt8](repeating: 1, count: 32)))
  let request = try #require(
    vector.tensor.map {
      Request(modelRoot: .zero, provider: key.publicKey, client: key.publicKey, salt: .zero, tensor: $0.bytes)
    }
      ?? Request(
        modelRoot: .zero, provider: key.publicKey, client: key.publicKey, salt: .zero, maxNewTokens: 64, prompt: Array("x".utf8)))
  let record = Record(
    executorVersion: ExecutorVersion.current, request: request, requestSignature: key.sign(request.digest, auxiliary: .zero),
    promptTokens: vector.promptTokens,
    output: graph.task == .generation
      ? .generation(.init(tokens: vector.outputTokens, answer: [], stop: .length)) : .values(vector.values?.bytes ?? []),
    traceRoot: vector.traceRoot)
  return try #require(EvidenceContext(graph: graph, tensorsRoot: vector.tensorsRoot, record: record))
}

@Suite("Evidence is judged as the Python reference judges it")
struct EvidenceVectorTests {
  @Test(
    "Step proofs of every segment kind [STEP-1] [STEP-2] [STEP-3] [STEP-4] [STEP-5]", arguments: ["steps", "step-edges", "encoder-steps"])
  func steps(file: String) throws {
    try check(file, file == "encoder-steps" ? TinyEncoder.model.graph : TinyModel.model.graph)
  }

  @Test("Step proofs and values of the tensor model [STEP-4] [STEP-7] [GRAPH-23] [GRAPH-24] [GRAPH-25] [MODEL-8] [REC-5]")
  func tensorSteps() throws {
    let graph = TinyTensorModel.model.graph
    try check("tensor-steps", graph)
    for vector in try #require(try Vectors.load("tensor-steps", as: EvidenceVectors.self).values) {
      let context = try context(vector, graph)
      #expect(word { try TokenProof(decoding: vector.proof.bytes).verdict(in: context) } == vector.verdict, "\(vector.name)")
    }
  }

  @Test("Steps over rotated and wide linear tensors [NUM-31] [NUM-32] [MODEL-3] [MODEL-4] [TESTMODEL-6]")
  func mixedSteps() throws {
    try check("mixed-steps", MixedModel.model.graph)
    for vector in try #require(try Vectors.load("mixed-steps", as: EvidenceVectors.self).counterexamples) {
      let context = try context(vector, MixedModel.model.graph)
      #expect(word { try Counterexample(decoding: vector.proof.bytes).verdict(in: context) } == vector.verdict, "\(vector.name)")
    }
  }

  private func check(_ file: String, _ graph: Graph) throws {
    let vectors = try Vectors.load(file, as: EvidenceVectors.self)
    for vector in try #require(vectors.cases) {
      let context = try context(vector, graph)
      #expect(word { try StepProof(decoding: vector.proof.bytes).verdict(in: context) } == vector.verdict, "\(vector.name)")
      for flip in vector.flips ?? [] {
        var bytes = vector.proof.bytes
        bytes[flip.offset] ^= flip.xor
        #expect(word { try StepProof(decoding: bytes).verdict(in: context) } == "invalid", "\(vector.name), byte \(flip.offset)")
      }
    }
  }

  @Test("Proofs of tokens [REC-5]")
  func tokens() throws {
    let vectors = try Vectors.load("refutations", as: EvidenceVectors.self)
    for vector in try #require(vectors.tokens) {
      let context = try context(vector)
      #expect(word { try TokenProof(decoding: vector.proof.bytes).verdict(in: context) } == vector.verdict, "\(vector.name)")
    }
  }

  @Test("Proofs of values; they have no columns [REC-5] [REC-6]")
  func values() throws {
    let vectors = try Vectors.load("refutations", as: EvidenceVectors.self)
    for vector in try #require(vectors.values) {
      let context = try context(vector, TinyEncoder.model.graph)
      #expect(word { try TokenProof(decoding: vector.proof.bytes).verdict(in: context) } == vector.verdict, "\(vector.name)")
    }
    for vector in try #require(vectors.counterexamplesOfValues) {
      let context = try context(vector, TinyEncoder.model.graph)
      #expect(word { try Counterexample(decoding: vector.proof.bytes).verdict(in: context) } == vector.verdict, "\(vector.name)")
    }
  }

  @Test("Counterexamples [REC-6]")
  func counterexamples() throws {
    let vectors = try Vectors.load("refutations", as: EvidenceVectors.self)
    for vector in try #require(vectors.counterexamples) {
      let context = try context(vector)
      #expect(word { try Counterexample(decoding: vector.proof.bytes).verdict(in: context) } == vector.verdict, "\(vector.name)")
    }
  }
}
