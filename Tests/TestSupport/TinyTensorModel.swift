import Bytes
import Cryptography
import Inference
import Ledger
import Text

/// The tensor model of `tensor-model.json`, which has every kind of segment.
public enum TinyTensorModel {
  /// What the Python reference wrote.
  public struct Content: Decodable, Sendable {
    /// The bytes, and what a run of each input gives.
    public struct Run: Decodable, Sendable {
      /// The record's tensor.
      public let input: HexBytes
      /// The values of the last segment.
      public let output: HexBytes
      /// SHA-256 of each segment's leaves.
      public let segments: [Digest]
      /// The trace's root.
      public let traceRoot: Digest
    }
    /// What a step costs.
    public struct Cost: Decodable, Sendable {
      /// The place of the step.
      public let segment, row: Int
      /// The cost.
      public let bytes, multiplyAdds: Int
    }
    /// The graph's encoding.
    public let graph: HexBytes
    /// The bundle's bytes.
    public let bundle: HexBytes
    /// The roots.
    public let tensorsRoot, modelRoot: Digest
    /// Costs of some steps.
    public let costs: [Cost]
    /// Runs.
    public let runs: [Run]
  }

  /// The vectors.
  public static let vectors: Content = {
    do { return try Vectors.load("tensor-model") } catch { fatalError("tensor-model.json does not decode: \(error)") }
  }()

  /// The model.
  public static let model: Model = {
    do { return try Model(ModelBytes(copying: vectors.bundle.bytes)) } catch { fatalError("the test model is not valid: \(error)") }
  }()

  /// Its trees.
  public static let trees = ModelTrees(model)

  /// Its commitment.
  public static let commitment = trees.commitment(to: model)

  /// Runs the model honestly on the input of a run.
  public static func honest(_ run: Int = 0, salt: Digest = .zero) throws -> TinyRecord {
    let input = vectors.runs[run].input.bytes
    guard
      let request = Request(
        modelRoot: commitment.modelRoot, provider: TestChain.key("provider").publicKey, client: TinyRecord.client.publicKey, salt: salt,
        tensor: input)
    else { fatalError("the test input is out of range") }
    let made = try model.run(input.map { Int8(bitPattern: $0) }, keeping: Set(model.graph.segments.indices))
    guard let trace = made.trace else { fatalError("a trace was asked for") }
    let record = Record(
      executorVersion: ExecutorVersion.current, request: request,
      requestSignature: TinyRecord.client.sign(request.digest, auxiliary: .zero), promptTokens: [],
      output: .values(made.values.map { UInt8(bitPattern: $0) }), traceRoot: trace.root)
    return TinyRecord(record: record, trace: trace)
  }

  /// The registration of the model on a chain.
  public static func registration(on chain: TestChain) throws -> TestTransaction {
    let tokenizer = try TokenizerDescription(
      splitRule: .gpt2, tokens: [], merges: [], beginningToken: nil, addsBeginningToken: false)
    return chain.transaction(
      .registerModel(RegisterModel(model, commitment: commitment, name: Array(model.name.utf8))), from: "alice", blob: tokenizer.encoded)
  }
}
