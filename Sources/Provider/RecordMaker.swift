import Bytes
import Cryptography
import Inference
import Text

/// Runs the model: makes records, and makes the traces of records again. A trace follows from its record, so records are all that a provider has to keep.
struct RecordMaker: Sendable {
  /// The model that is claimed.
  let model: Model
  /// Its root.
  let modelRoot: Digest
  /// The provider that requests must name.
  let provider: PublicKey
  let workers: Workers
  let tampering: Tampering

  /// What can be said about a request before the model runs; gives the prompt's tokens.
  func check(_ request: Request, signature: Signature, newTokenLimit: Int) throws(AnswerRejection) -> [UInt32] {
    guard request.modelRoot == modelRoot, request.tensor == nil, model.graph.task != .tensor else { throw .otherModel }
    guard request.provider == provider else { throw .otherProvider }
    let limit = model.graph.task == .embedding ? 1 : newTokenLimit
    guard request.maxNewTokens <= limit else { throw .tooManyTokens(limit: limit) }
    guard request.client.verify(signature, of: request.digest) else { throw .signature }
    let tokens: [UInt32]
    do { tokens = try model.tokenizer.encode(request.prompt) } catch { throw .prompt(error) }
    guard (1...model.graph.context).contains(tokens.count) else {
      throw .promptTooLong(tokens: tokens.count, limit: model.graph.context)
    }
    return tokens
  }

  /// Generates the answer to a request that was checked. `[REC-2]`
  /// - Parameter onText: called with the pieces of the answer's text, which are UTF-8, as they are settled.
  func record(
    for request: Request, signature: Signature, promptTokens: [UInt32], onText: ([UInt8]) -> Void
  ) throws(AnswerRejection) -> Record {
    guard model.graph.task == .generation else {
      return try embedding(for: request, signature: signature, promptTokens: promptTokens)
    }
    var repair = TextRepair()
    func emit(_ piece: [UInt8]) {
      if tampering.keepsText && !piece.isEmpty { onText(piece) }
    }
    let generation: Generation
    do {
      generation = try tampering.runningModel(claimed: model).generate(
        promptTokens, maxNewTokens: request.maxNewTokens, workers: workers, tracing: tampering.keepsTrace
      ) { token in
        if !model.graph.stopTokens.contains(token) { emit(repair.push(model.tokenizer.bytes(of: token))) }
      }
    } catch {
      // The tokens come from the tokenizer and the count from a request: only the length is left to be wrong.
      throw .promptTooLong(tokens: promptTokens.count, limit: model.graph.context)
    }
    emit(repair.finish())
    var record = Record(
      executorVersion: ExecutorVersion.current, request: request, requestSignature: signature, promptTokens: promptTokens,
      outputTokens: generation.outputTokens, answer: try answer(to: generation.outputTokens), stop: generation.stop, traceRoot: .zero)
    tampering.change(&record, model: model)
    if !tampering.keepsText { onText(tampering.shownText ?? record.answer) }
    if let trace = generation.trace {
      record.traceRoot = trace.root
    } else {
      record.traceRoot = try claimedTrace(of: record).root
    }
    return record
  }

  /// Embeds the text of a request that was checked. `[REC-2]`
  private func embedding(for request: Request, signature: Signature, promptTokens: [UInt32]) throws(AnswerRejection) -> Record {
    let run: EmbeddingRun
    do {
      run = try tampering.runningModel(claimed: model).embed(promptTokens, workers: workers, tracing: tampering.keepsTrace)
    } catch {
      throw .promptTooLong(tokens: promptTokens.count, limit: model.graph.context)
    }
    var record = Record(
      executorVersion: ExecutorVersion.current, request: request, requestSignature: signature, promptTokens: promptTokens,
      output: .values(run.leaf), traceRoot: .zero)
    tampering.change(&record, model: model)
    if let trace = run.trace {
      record.traceRoot = trace.root
    } else {
      record.traceRoot = try claimedTrace(of: record).root
    }
    return record
  }

  /// The trace that the provider stands by, made again from the record. `[TRACE-3]`
  func claimedTrace(of record: Record) throws(AnswerRejection) -> Trace {
    let running = tampering.runningModel(claimed: model)
    do {
      let trace = try running.replay(
        record, workers: workers, keeping: tampering.neededSegments(model.graph))
      return tampering.change(trace)
    } catch {
      throw .promptTooLong(tokens: record.promptTokens.count, limit: model.graph.context)
    }
  }

  private func answer(to tokens: [UInt32]) throws(AnswerRejection) -> [UInt8] {
    do {
      return try Binding.answer(to: tokens, graph: model.graph, tokenizer: model.tokenizer)
    } catch {
      throw .answerTooLong
    }
  }
}
