import Bytes
import Cryptography
import Inference
import Merkle

/// Records of the test model, honest and otherwise.
public struct TinyRecord: Sendable {
  /// The record.
  public var record: Record
  /// The trace that it commits to, all leaves kept.
  public var trace: Trace

  /// The client of every test record.
  public static let client: PrivateKey = {
    guard let key = PrivateKey([UInt8](repeating: 7, count: 32)) else { fatalError("7 repeated is a private key") }
    return key
  }()

  /// Runs the test model honestly on a prompt.
  public static func honest(
    _ prompt: String, maxNewTokens: Int = 8, salt: Digest = .zero, provider: String = "provider"
  ) throws -> TinyRecord {
    let model = TinyModel.model
    guard
      let request = Request(
        modelRoot: TinyModel.commitment.modelRoot, provider: TestChain.key(provider).publicKey, client: client.publicKey, salt: salt,
        maxNewTokens: maxNewTokens, prompt: Array(prompt.utf8))
    else { fatalError("the test prompt is out of range") }
    let tokens = try model.tokenizer.encode(request.prompt)
    let generation = try model.generate(tokens, maxNewTokens: maxNewTokens, tracing: false)
    let trace = try model.replay(
      promptTokens: tokens, outputTokens: generation.outputTokens, keeping: Set(model.graph.segments.indices))
    let record = Record(
      executorVersion: ExecutorVersion.current, request: request, requestSignature: client.sign(request.digest, auxiliary: .zero),
      promptTokens: tokens, outputTokens: generation.outputTokens,
      answer: try Binding.answer(to: generation.outputTokens, graph: model.graph, tokenizer: model.tokenizer), stop: generation.stop,
      traceRoot: trace.root)
    return TinyRecord(record: record, trace: trace)
  }

  /// Runs the test encoder honestly on a text.
  public static func embedding(_ text: String, salt: Digest = .zero) throws -> TinyRecord {
    let model = TinyEncoder.model
    guard
      let request = Request(
        modelRoot: TinyEncoder.commitment.modelRoot, provider: TestChain.key("provider").publicKey, client: client.publicKey, salt: salt,
        maxNewTokens: 1, prompt: Array(text.utf8))
    else { fatalError("the test text is out of range") }
    let run = try model.embed(try model.tokenizer.encode(request.prompt), keeping: Set(model.graph.segments.indices))
    guard let trace = run.trace else { fatalError("a trace was asked for") }
    let record = Record(
      executorVersion: ExecutorVersion.current, request: request, requestSignature: client.sign(request.digest, auxiliary: .zero),
      promptTokens: try model.tokenizer.encode(request.prompt), output: .values(run.leaf), traceRoot: trace.root)
    return TinyRecord(record: record, trace: trace)
  }

  /// The same record with one bit of one leaf flipped, and a trace that commits to the flipped leaf.
  public func flipping(bit: Int, ofLeaf leaf: Int, inSegment segment: Int) -> TinyRecord {
    var leaves = trace.leaves
    guard var bytes = leaves[segment] else { fatalError("the trace keeps every leaf") }
    let leafBytes = trace.graph.layouts[segment].leafBytes
    bytes[leaf * leafBytes + bit / 8] ^= 1 << UInt8(bit % 8)
    leaves[segment] = bytes
    var hashes = trace.segments.map(\.leafHashes)
    hashes[segment][leaf] = MerkleTree.leafHash(Array(bytes[leaf * leafBytes..<(leaf + 1) * leafBytes]))
    var cheat = self
    cheat.trace = Trace(graph: trace.graph, extent: trace.extent, leafHashes: hashes, leaves: leaves)
    cheat.record.traceRoot = cheat.trace.root
    return cheat
  }
}
