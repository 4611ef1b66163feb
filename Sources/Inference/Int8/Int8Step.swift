import Tensors

extension StepComputation {
  /// One chunk of one row of a tensor graph's segment. `[STEP-7]`
  func int8(_ segment: Int8Segment) -> [UInt8]? {
    let shape = graph.shapes[position.segment]
    if case .input = segment {
      let start = position.row * shape.rowWidth
      guard input.count == shape.count else { return nil }
      return Array(input[start..<start + shape.rowWidth])
    }
    let rows = segment.rows(of: position.row, shapes: graph.shapes)
    let sources = segment.sources
    let values = reads.map { $0.map { Int8(bitPattern: $0) } }
    var out = [Int8](repeating: 0, count: shape.columns * shape.chunk)
    withBuffers(values) { buffers in
      let reads = buffers.indices.map { Int8Rows(buffers[$0], first: rows[$0].lowerBound, shape: graph.shapes[sources[$0]]) }
      (tensors.first ?? []).withUnsafeBytes { tensor in
        out.withUnsafeMutableBufferPointer {
          Int8RowComputation(
            segment: segment, shape: shape, row: position.row, chunks: position.chunk..<position.chunk + 1, reads: reads, tensor: tensor
          ).compute(into: $0)
        }
      }
    }
    return out.map { UInt8(bitPattern: $0) }
  }

  /// Calls `body` with all arrays at once.
  private func withBuffers(_ arrays: [[Int8]], _ buffers: [UnsafeBufferPointer<Int8>] = [], _ body: ([UnsafeBufferPointer<Int8>]) -> Void) {
    guard let first = arrays.first else { return body(buffers) }
    first.withUnsafeBufferPointer { withBuffers(Array(arrays.dropFirst()), buffers + [$0], body) }
  }
}
