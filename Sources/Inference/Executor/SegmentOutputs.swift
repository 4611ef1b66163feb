/// Where the outputs of a graph's segments lie while a batch of rows runs through it.
///
/// Rows that only the current batch needs share buffers with segments whose rows are no longer read. Keys and values are kept for all rows.
struct SegmentOutputs {
  /// `[batch][row width]`, for `i32` and `packed` and row-major `i16` segments respectively.
  private(set) var int32: [Int: RowBuffer<Int32>] = [:]
  private(set) var int16: [Int: RowBuffer<Int16>] = [:]
  /// `[batch][chunks]`: the exponents of packed segments.
  private(set) var exponents: [Int: RowBuffer<UInt8>] = [:]
  /// `[heads][capacity][head width]`: keys or values.
  private(set) var caches: [Int: RowBuffer<Int16>] = [:]
  /// The width of a head in each cache.
  private(set) var headWidths: [Int: Int] = [:]

  init(graph: Graph, batchRows: Int, capacity: Int) {
    for case .attention(let fields) in graph.segments {
      headWidths[fields.key] = fields.width
      headWidths[fields.value] = fields.width
    }
    let lastUse = SegmentOutputs.lastUse(of: graph)
    var free: [LeafLayout: [Int]] = [:]
    for (index, layout) in graph.layouts.enumerated() where layout.domain == .stream {
      if layout.isChunkMajor {
        if headWidths[index] == nil { headWidths[index] = layout.width }
        caches[index] = RowBuffer(count: capacity * layout.rowWidth)
        continue
      }
      let recycled = free[layout]?.popLast()
      switch layout.format {
      case .int32: int32[index] = recycled.flatMap { int32[$0] } ?? RowBuffer(count: batchRows * layout.rowWidth)
      case .int16: int16[index] = recycled.flatMap { int16[$0] } ?? RowBuffer(count: batchRows * layout.rowWidth)
      case .packed:
        int16[index] = recycled.flatMap { int16[$0] } ?? RowBuffer(count: batchRows * layout.rowWidth)
        exponents[index] = recycled.flatMap { exponents[$0] } ?? RowBuffer(count: batchRows * layout.chunks)
      case .token: break
      }
      for (source, use) in lastUse.enumerated() where use == index && !graph.layouts[source].isChunkMajor {
        free[graph.layouts[source], default: []].append(source)
      }
    }
  }

  /// For each segment, the last segment that reads it.
  private static func lastUse(of graph: Graph) -> [Int] {
    var lastUse = Array(graph.segments.indices)
    for (index, segment) in graph.segments.enumerated() {
      switch segment {
      case .embedding: break
      case .projection(let fields): lastUse[fields.source] = index
      case .attention(let fields):
        for source in [fields.query, fields.key, fields.value] { lastUse[source] = index }
      case .residual(let fields):
        lastUse[fields.source] = index
        lastUse[fields.residual] = index
      case .gate(let fields): lastUse[fields.source] = index
      case .maxima(let fields): lastUse[fields.source] = graph.segments.count
      case .argmax: break
      }
    }
    return lastUse
  }
}
