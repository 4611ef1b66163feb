import Bytes

/// What a run of an embedding model gave.
public struct EmbeddingRun: Sendable {
  /// The unit row. `[NUM-19]`
  public let values: [Int32]
  /// The trace, if one was asked for.
  public let trace: Trace?

  /// The bytes of the unit segment's leaf. `[GRAPH-3]`
  public var leaf: [UInt8] { values.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) } }
}

extension Model {
  /// Replays a record on what it claims, as one run. `[TRACE-3]`
  /// - Parameter keeping: segments whose leaves are kept.
  public func replay(_ record: Record, workers: Workers = .one, keeping: Set<Int> = []) throws(RunRejection) -> Trace {
    switch record.output {
    case .generation(let generation):
      return try replay(promptTokens: record.promptTokens, outputTokens: generation.tokens, workers: workers, keeping: keeping)
    case .values where record.request.tensor != nil: return try replay(tensor: record, workers: workers, keeping: keeping)
    case .values: return try runEmbedding(record.promptTokens, workers: workers, keeping: keeping).trace
    }
  }

  /// Turns tokens into a row of numbers. `[GRAPH-8]`
  /// - Parameters:
  ///   - tokens: the text's tokens, at most the context.
  ///   - tracing: whether leaves are hashed on the way.
  ///   - keeping: segments whose leaves are kept.
  public func embed(
    _ tokens: [UInt32], workers: Workers = .one, tracing: Bool = true, keeping: Set<Int> = []
  ) throws(RunRejection) -> EmbeddingRun {
    if tracing {
      let (values, trace) = try runEmbedding(tokens, workers: workers, keeping: keeping)
      return EmbeddingRun(values: values, trace: trace)
    }
    try checkEmbedding(tokens)
    return EmbeddingRun(values: Stream(model: self, capacity: tokens.count, workers: workers).embed(tokens), trace: nil)
  }

  private func runEmbedding(
    _ tokens: [UInt32], workers: Workers, keeping: Set<Int>
  ) throws(RunRejection) -> (values: [Int32], trace: Trace) {
    try checkEmbedding(tokens)
    let extent = Extent(promptCount: tokens.count, outputCount: 1)
    let recorder = TraceRecorder(graph: graph, extent: extent, keeping: keeping)
    let values = Stream(model: self, capacity: tokens.count, workers: workers, recorder: recorder).embed(tokens)
    return (values, recorder.trace(extent))
  }

  private func checkEmbedding(_ tokens: [UInt32]) throws(RunRejection) {
    guard graph.task == .embedding else { throw .task }
    guard !tokens.isEmpty else { throw .emptyPrompt }
    guard tokens.count <= graph.context else { throw .promptTooLong }
    guard tokens.allSatisfy({ Int($0) < graph.vocabulary }) else { throw .token }
  }
}
