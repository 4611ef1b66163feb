/// Where the outputs of a graph's segments lie while a batch of rows runs through it.
///
/// Rows that only the current batch needs share buffers with segments whose rows are no longer read. Keys and values are kept for all rows.
struct SegmentOutputs {
  /// `[batch][row width]`, for `i32` and `packed` and row-major `i16` segments respectively.
  private(set) var int32: [RowBuffer<Int32>?]
  private(set) var int16: [RowBuffer<Int16>?]
  /// `[batch][chunks]`: the exponents of packed segments.
  private(set) var exponents: [RowBuffer<UInt8>?]
  /// Keys or values: a cache for each head width in which attentions read them, at least one.
  private(set) var caches: [[HeadCache]?]

  /// All rows of a chunk-major segment, cut into heads.
  struct HeadCache {
    let headWidth: Int
    /// `[heads][capacity][head width]`
    let elements: RowBuffer<Int16>
  }

  init(graph: Graph, rounds: [Round], batchRows: Int, capacity: Int) {
    let count = graph.segments.count
    int32 = Array(repeating: nil, count: count)
    int16 = Array(repeating: nil, count: count)
    exponents = Array(repeating: nil, count: count)
    caches = Array(repeating: nil, count: count)
    var headWidths: [Int: Set<Int>] = [:]
    for case .attention(let fields) in graph.segments {
      for source in [fields.key, fields.value] { headWidths[source, default: []].insert(fields.width) }
    }
    let lastUse = SegmentOutputs.lastUse(of: graph)
    var free: [LeafLayout: [Int]] = [:]
    for round in rounds {
      for index in round.segments {
        let layout = graph.layouts[index]
        if layout.isChunkMajor && layout.format == .int16 {
          caches[index] = (headWidths[index] ?? [layout.width]).sorted().map {
            HeadCache(headWidth: $0, elements: RowBuffer(count: capacity * layout.rowWidth))
          }
          continue
        }
        let recycled = free[layout]?.popLast()
        switch layout.format {
        case .int32: int32[index] = recycled.flatMap { int32[$0] } ?? RowBuffer(count: batchRows * layout.rowWidth)
        case .int16: int16[index] = recycled.flatMap { int16[$0] } ?? RowBuffer(count: batchRows * layout.rowWidth)
        case .packed:
          int16[index] = recycled.flatMap { int16[$0] } ?? RowBuffer(count: batchRows * layout.rowWidth)
          exponents[index] = recycled.flatMap { exponents[$0] } ?? RowBuffer(count: batchRows * layout.chunks)
        case .token, .int8: break
        }
      }
      // Not before the round has ended: another worker may still read.
      for (source, use) in lastUse.enumerated() where round.segments.contains(use) && caches[source] == nil {
        free[graph.layouts[source], default: []].append(source)
      }
    }
  }

  /// The keys or values of a segment in heads of a width, if an attention reads them so.
  func cache(of segment: Int, headWidth: Int) -> RowBuffer<Int16>? {
    caches[segment]?.first { $0.headWidth == headWidth }?.elements
  }

  /// For each segment, the last segment that reads it.
  private static func lastUse(of graph: Graph) -> [Int] {
    var lastUse = Array(graph.segments.indices)
    for (index, segment) in graph.segments.enumerated() {
      // The head runs after all rounds, and reads when they have ended.
      for source in segment.sources { lastUse[source] = index < graph.firstOutputSegment ? index : graph.segments.count }
    }
    return lastUse
  }
}
