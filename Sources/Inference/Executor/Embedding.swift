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
  /// Turns tokens into a row of numbers; a replay is the same run. `[TRACE-3]`
  /// - Parameters:
  ///   - tokens: the text's tokens, at most the context.
  ///   - tracing: whether leaves are hashed on the way.
  ///   - keeping: segments whose leaves are kept.
  public func embed(
    _ tokens: [UInt32], workers: Workers = .one, tracing: Bool = true, keeping: Set<Int> = []
  ) throws(RunRejection) -> EmbeddingRun {
    guard graph.task == .embedding else { throw .task }
    guard !tokens.isEmpty else { throw .emptyPrompt }
    guard tokens.count <= graph.context else { throw .promptTooLong }
    guard tokens.allSatisfy({ Int($0) < graph.vocabulary }) else { throw .token }
    let extent = Extent(promptCount: tokens.count, outputCount: 1)
    let recorder = tracing ? TraceRecorder(graph: graph, extent: extent, keeping: keeping) : nil
    let stream = Stream(model: self, capacity: tokens.count, workers: workers, recorder: recorder)
    let values = stream.embed(tokens)
    return EmbeddingRun(values: values, trace: recorder?.trace(extent))
  }
}
