import Bytes
import Cryptography
import Inference

/// Randomness that is none: signatures of one message are then equal from run to run.
public struct NoRandomBytes: RandomBytes {
  /// Makes the source.
  public init() {}

  /// Zeros.
  public func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}

/// Records that the test model made.
public enum TestRecords {
  /// A signed request, answered by the test model.
  /// - Parameters:
  ///   - salt: makes the request unlike others of the same prompt.
  ///   - provider: the name of the provider that the request is made to.
  public static func record(
    prompt: String = "one two", salt: UInt8 = 0, client: PrivateKey, provider: String = "provider", maxNewTokens: Int = 4
  ) -> Record {
    let model = TinyModel.model
    guard
      let salt = Digest([UInt8](repeating: salt, count: 32)),
      let request = Request(
        modelRoot: TinyModel.commitment.modelRoot, provider: TestChain.key(provider).publicKey, client: client.publicKey, salt: salt,
        maxNewTokens: maxNewTokens, prompt: Array(prompt.utf8)),
      let promptTokens = try? model.tokenizer.encode(request.prompt),
      let generation = try? model.generate(promptTokens, maxNewTokens: maxNewTokens), let trace = generation.trace,
      let answer = try? Binding.answer(to: generation.outputTokens, graph: model.graph, tokenizer: model.tokenizer)
    else { fatalError("the test model answers") }
    return Record(
      executorVersion: ExecutorVersion.current, request: request,
      requestSignature: client.sign(request.digest, random: NoRandomBytes()), promptTokens: promptTokens,
      outputTokens: generation.outputTokens, answer: answer, stop: generation.stop, traceRoot: trace.root)
  }

  /// A batch of records.
  public static func batch(_ records: [Record]) -> Batch {
    guard let batch = Batch(records) else { fatalError("a batch holds 1 to 256 records") }
    return batch
  }
}
