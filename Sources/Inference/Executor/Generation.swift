import Bytes

/// What a run of the model gave. `[REC-2]`
public struct Generation: Sendable {
  /// The answer's tokens.
  public let outputTokens: [UInt32]
  /// Why it ended.
  public let stop: StopReason
  /// The trace, if one was asked for.
  public let trace: Trace?
}

/// Why tokens cannot be run. `[REC-3]`
public enum RunRejection: Error, Hashable, Sendable {
  /// The model is for another task.
  case task
  /// The tensor is longer or shorter than the model's input.
  case inputSize
  /// There is no prompt token.
  case emptyPrompt
  /// The prompt fills the context or more.
  case promptTooLong
  /// A token is not below the vocabulary.
  case token
  /// No token was asked for, or more than the limit.
  case tokenCount
}

extension Model {
  /// Generates greedily until a stop token, the count or the context ends it. `[REC-4]`
  /// - Parameters:
  ///   - prompt: the prompt's tokens.
  ///   - maxNewTokens: 1...16384.
  ///   - tracing: whether leaves are hashed on the way.
  ///   - onToken: called with each token as it is found.
  public func generate(
    _ prompt: [UInt32], maxNewTokens: Int, workers: Workers = .one, tracing: Bool = true, onToken: (UInt32) -> Void = { _ in }
  ) throws(RunRejection) -> Generation {
    guard graph.task == .generation else { throw .task }
    guard !prompt.isEmpty else { throw .emptyPrompt }
    guard (1...Request.newTokenLimit).contains(maxNewTokens) else { throw .tokenCount }
    guard prompt.count <= graph.context else { throw .promptTooLong }
    guard prompt.allSatisfy({ Int($0) < graph.vocabulary }) else { throw .token }
    let limit = min(maxNewTokens, graph.context - prompt.count + 1)
    let room = Extent(promptCount: prompt.count, outputCount: limit)
    let recorder = tracing ? TraceRecorder(graph: graph, extent: room) : nil
    let stream = Stream(model: self, capacity: room.streamRows, workers: workers, recorder: recorder)
    var output = stream.append(prompt, firstGenerationRow: prompt.count - 1)
    while let token = output.last {
      onToken(token)
      guard !graph.stopTokens.contains(token), output.count < limit else { break }
      output += stream.append([token], firstGenerationRow: prompt.count - 1)
    }
    let stop: StopReason = output.last.map(graph.stopTokens.contains) == true ? .stopToken : .length
    let trace = recorder?.trace(Extent(promptCount: prompt.count, outputCount: output.count))
    return Generation(outputTokens: output, stop: stop, trace: trace)
  }

  /// Replays a record on the tokens that it claims, as one prefill. `[TRACE-3]`
  /// - Parameters:
  ///   - promptTokens: the record's prompt.
  ///   - outputTokens: the record's answer.
  ///   - keeping: segments whose leaves are kept.
  public func replay(
    promptTokens: [UInt32], outputTokens: [UInt32], workers: Workers = .one, keeping: Set<Int> = []
  ) throws(RunRejection) -> Trace {
    guard graph.task == .generation else { throw .task }
    guard !promptTokens.isEmpty else { throw .emptyPrompt }
    guard (1...Request.newTokenLimit).contains(outputTokens.count) else { throw .tokenCount }
    guard promptTokens.count <= graph.context, promptTokens.count + outputTokens.count - 1 <= graph.context else { throw .promptTooLong }
    guard (promptTokens + outputTokens).allSatisfy({ Int($0) < graph.vocabulary }) else { throw .token }
    let extent = Extent(promptCount: promptTokens.count, outputCount: outputTokens.count)
    let recorder = TraceRecorder(graph: graph, extent: extent, keeping: keeping)
    let stream = Stream(model: self, capacity: extent.streamRows, workers: workers, recorder: recorder)
    stream.append(promptTokens + outputTokens.dropLast(), firstGenerationRow: promptTokens.count - 1)
    return recorder.trace(extent)
  }
}
