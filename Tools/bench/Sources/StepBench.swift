import Bytes
import Cryptography
import Foundation
import Inference
import Merkle

/// Makes and checks the step proofs of every chunk of every segment's last row, the one in which attention reads most.
struct StepBench {
  let model: Model
  let tokens: [UInt32]

  /// A proof that could not be made, or that an honest trace does not pass.
  struct Unexpected: Error { let segment: Int }

  private static let repetitions = 5

  func answer() throws -> Answer {
    let graph = model.graph
    let trees = ModelTrees(model)
    let output: RecordOutput
    switch graph.task {
    case .generation:
      let tokens = Inference.Stream(model: model, capacity: tokens.count).append(tokens, firstGenerationRow: tokens.count - 1)
      output = .generation(GenerationOutput(tokens: tokens, answer: [], stop: .length))
    case .embedding: output = .values(try model.embed(tokens, tracing: false).leaf)
    case .tensor: throw Unexpected(segment: -1)
    }
    var record = try record(output: output, modelRoot: trees.commitment(to: model).modelRoot)
    let trace = try model.replay(record, keeping: Set(graph.segments.indices))
    record.traceRoot = trace.root
    guard let context = EvidenceContext(graph: graph, tensorsRoot: trees.roots.root, record: record) else { throw Unexpected(segment: -1) }
    let prover = StepProver(model: model, trees: trees, own: trace, claimedRoots: trace.segments.map(\.root))
    let steps = try graph.segments.indices.map { segment in
      try measure(segment, prover: prover, trace: trace, context: context)
    }
    return Answer(steps: steps)
  }

  /// The largest proof of the row's chunks, and the longest check.
  private func measure(_ segment: Int, prover: StepProver, trace: Trace, context: EvidenceContext) throws -> StepMeasurement {
    let layout = model.graph.layouts[segment]
    let steps = try (0..<layout.chunks).map { chunk in
      try check(try proof(segment, chunk: chunk, prover: prover, trace: trace), segment: segment, context: context)
    }
    let kind = "\(model.graph.segments[segment])".prefix { $0 != "(" }
    return StepMeasurement(
      segment: segment, kind: String(kind), proofs: steps.count, bytes: steps.map(\.bytes).max() ?? 0,
      seconds: steps.map(\.seconds).max() ?? 0)
  }

  private func proof(_ segment: Int, chunk: Int, prover: StepProver, trace: Trace) throws -> [UInt8] {
    let layout = model.graph.layouts[segment]
    let rows = trace.extent.rows(of: layout.domain)
    let row = rows - 1
    let streamRow = layout.domain == .stream ? row : trace.extent.streamRow(ofOutputRow: row)
    guard
      let proof = prover.step(
        StepPosition(segment: segment, row: row, chunk: chunk), claimedSegment: trace.segments[segment],
        token: tokens[streamRow])
    else { throw Unexpected(segment: segment) }
    return proof.encoded
  }

  /// The median time of a check: from the bytes to the verdict.
  private func check(_ bytes: [UInt8], segment: Int, context: EvidenceContext) throws -> (bytes: Int, seconds: Double) {
    let times = try (0..<Self.repetitions).map { _ in
      let start = ContinuousClock.now
      let verdict = try StepProof(decoding: bytes).verdict(in: context)
      guard verdict == .honest else { throw Unexpected(segment: segment) }
      return seconds(since: start)
    }
    return (bytes.count, times.sorted()[Self.repetitions / 2])
  }

  /// A record around the tokens; its text and signature play no part in a step.
  private func record(output: RecordOutput, modelRoot: Digest) throws -> Record {
    guard
      let key = PrivateKey([UInt8](repeating: 1, count: 32)),
      let request = Request(
        modelRoot: modelRoot, provider: key.publicKey, client: key.publicKey, salt: Digest.zero, maxNewTokens: 1, prompt: [32])
    else { throw Unexpected(segment: -1) }
    return Record(
      executorVersion: ExecutorVersion.current, request: request, requestSignature: key.sign(request.digest, auxiliary: Digest.zero),
      promptTokens: tokens, output: output, traceRoot: Digest.zero)
  }
}
