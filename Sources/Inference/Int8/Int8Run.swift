import Bytes
import Tensors

/// What a run of a tensor model gave.
public struct TensorRun: Sendable {
  /// The values of the last segment, row by row, chunk by chunk.
  public let values: [Int8]
  /// The trace, if one was asked for.
  public let trace: Trace?
}

extension Model {
  /// Turns a tensor into a tensor; a replay is the same run. `[GRAPH-23]` `[GRAPH-24]` `[GRAPH-25]`
  /// - Parameters:
  ///   - input: the input's values, row by row, channels fastest.
  ///   - tracing: whether leaves are hashed on the way.
  ///   - keeping: segments whose leaves are kept.
  public func run(
    _ input: [Int8], workers: Workers = .one, tracing: Bool = true, keeping: Set<Int> = []
  ) throws(RunRejection) -> TensorRun {
    guard graph.task == .tensor else { throw .task }
    guard input.count == graph.shapes[0].count else { throw .inputSize }
    let recorder = tracing ? TraceRecorder(graph: graph, extent: .tensor, keeping: keeping) : nil
    let outputs = graph.shapes.map { RowBuffer<Int8>(count: $0.count) }
    workers.withTeam { team in
      for (index, segment) in graph.segments.enumerated() {
        guard case .int8(let segment) = segment else { preconditionFailure("a tensor graph has tensor segments alone") }
        run(segment, at: index, input: input, outputs: outputs, team: team, recorder: recorder)
      }
    }
    // The buffers are freed with their objects, which nothing else keeps until here.
    return withExtendedLifetime(outputs) {
      TensorRun(values: Array(outputs[graph.lastSegment].elements), trace: recorder?.trace(.tensor))
    }
  }

  /// Replays a record of a tensor model. `[TRACE-3]`
  func replay(tensor record: Record, workers: Workers, keeping: Set<Int>) throws(RunRejection) -> Trace {
    let input = (record.request.tensor ?? []).map { Int8(bitPattern: $0) }
    guard let trace = try run(input, workers: workers, keeping: keeping).trace else { preconditionFailure("a trace was asked for") }
    return trace
  }

  private func run(
    _ segment: Int8Segment, at index: Int, input: [Int8], outputs: [RowBuffer<Int8>], team: WorkerTeam, recorder: TraceRecorder?
  ) {
    let shape = graph.shapes[index]
    let leafWidth = shape.columns * shape.chunk
    team.forEachTile(rows: shape.rows, chunks: shape.chunks) { _, rows, chunks in
      for row in rows {
        let start = row * shape.rowWidth + chunks.lowerBound * leafWidth
        let out = outputs[index].slice(start, chunks.count * leafWidth)
        if case .input = segment {
          _ = out.update(fromContentsOf: input[start..<start + out.count])
        } else {
          let reads = zip(segment.sources, segment.rows(of: row, shapes: graph.shapes)).map { source, rows in
            let width = graph.shapes[source].rowWidth
            return Int8Rows(
              outputs[source].slice(rows.lowerBound * width, rows.count * width).constant, first: rows.lowerBound,
              shape: graph.shapes[source])
          }
          let tensor = segment.tensorReads(ofChunks: chunks).first.map { leaves($0.leaves, of: $0.tensor) }
          Int8RowComputation(
            segment: segment, shape: shape, row: row, chunks: chunks, reads: reads,
            tensor: tensor ?? UnsafeRawBufferPointer(start: nil, count: 0)
          ).compute(into: out)
        }
        recorder?.record(segment: index, rows: row..<row + 1, chunks: chunks) { row, chunk in
          guard let base = outputs[index].elements.baseAddress else { preconditionFailure("a segment has values") }
          return UnsafeRawPointer(base + row * shape.rowWidth + chunk * leafWidth)
        }
      }
    }
  }
}
