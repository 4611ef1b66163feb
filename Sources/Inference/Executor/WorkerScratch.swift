import Tensors

/// Memory that one worker alone uses.
final class WorkerScratch {
  /// `[batch][widest row]`
  let q: RowBuffer<Int16>
  let exponents: RowBuffer<UInt8>
  /// `[batch][widest row]`: the same rows, rotated, and their magnitudes.
  let rotated: RowBuffer<Int16>
  let magnitudes: RowBuffer<UInt32>
  /// `[batch][widest chunk]`, twice.
  let first: RowBuffer<Int32>
  let second: RowBuffer<Int32>
  /// One row.
  let row: RowBuffer<Int32>
  let attention: RowBuffer<UInt8>
  let cacheBounds: CacheBounds
  /// Whether `rotated` and `magnitudes` belong to what `q` holds.
  var holdsRotated = false
  /// `[batch][widest row]`: rows after their norm.
  let normal: RowBuffer<Int32>
  /// What `normal` holds.
  var normalRows: NormalRows?
  /// What `q` and `exponents` hold, if those are rows after a norm.
  var quantisedRows: NormalRows?

  /// Rows of a segment after a norm.
  struct NormalRows: Equatable {
    let source: Int
    let norm: Norm?
    let firstRow: Int
    let rows: Range<Int>
  }

  init(graph: Graph, batchRows: Int, capacity: Int) {
    let rowWidth = graph.layouts.filter { $0.domain == .stream }.map(\.rowWidth).max() ?? 0
    var chunk = graph.maxima?.chunk ?? 0
    var row = rowWidth
    for layout in graph.layouts { chunk = max(chunk, layout.width) }
    row = max(row, chunk)
    q = RowBuffer(count: batchRows * rowWidth)
    exponents = RowBuffer(count: batchRows)
    rotated = RowBuffer(count: batchRows * rowWidth)
    magnitudes = RowBuffer(count: batchRows)
    first = RowBuffer(count: batchRows * chunk)
    second = RowBuffer(count: batchRows * chunk)
    self.row = RowBuffer(count: row)
    normal = RowBuffer(count: batchRows * rowWidth)
    attention = RowBuffer(count: Attention.scratchBytes(keys: capacity))
    cacheBounds = CacheBounds(segments: graph.segments.count)
  }
}
