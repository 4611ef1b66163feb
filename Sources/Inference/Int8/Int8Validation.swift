import Tensors

/// The rules of `[GRAPH-22]` to `[GRAPH-25]` for one segment after another.
struct Int8Validation {
  let tensors: [TensorShape]
  /// Shapes of the segments before the one in hand.
  let shapes: [Int8Shape]

  /// The shape of a segment's output.
  func shape(of segment: Int8Segment, at index: Int) throws(GraphRejection) -> Int8Shape {
    if case .input = segment { guard index == 0 else { throw .order } } else { guard index > 0 else { throw .order } }
    guard segment.sources.allSatisfy(shapes.indices.contains) else { throw .segmentReference(segment: index) }
    let shape: Int8Shape
    switch segment {
    case .input(let fields):
      shape = Int8Shape(rows: fields.rows, columns: fields.columns, channels: fields.channels, chunk: fields.channels)
      guard shape.isValid, shape.count <= Int8Segment.Input.countLimit else { throw .sourceMismatch(segment: index) }
    case .convolution(let fields): shape = try convolution(fields, at: index)
    case .pool(let fields):
      let channels = shapes[fields.source].channels
      shape = try swept(fields.source, by: fields.sweep, channels: channels, chunk: channels, at: index)
      guard fields.scale.isValid, fields.range.isValid else { throw .shift(segment: index) }
    case .pair(let fields): shape = try pair(fields, at: index)
    case .table(let fields):
      guard tensors.indices.contains(fields.table), case .table = tensors[fields.table] else { throw .tensorReference(segment: index) }
      shape = shapes[fields.source].whole
    case .concatenation(let fields):
      guard (2...Int8Segment.Concatenation.sourceLimit).contains(fields.sources.count) else { throw .segmentReference(segment: index) }
      let parts = fields.sources.map { shapes[$0] }
      guard parts.allSatisfy({ $0.rows == parts[0].rows && $0.columns == parts[0].columns }) else { throw .sourceMismatch(segment: index) }
      let channels = parts.reduce(0) { $0 + $1.channels }
      shape = Int8Shape(rows: parts[0].rows, columns: parts[0].columns, channels: channels, chunk: channels)
    }
    guard shape.isValid else { throw .chunk(segment: index) }
    return shape
  }

  private func convolution(_ fields: Int8Segment.Convolution, at index: Int) throws(GraphRejection) -> Int8Shape {
    guard tensors.indices.contains(fields.weights), case .convolution(let channels, let inputs) = tensors[fields.weights] else {
      throw .tensorReference(segment: index)
    }
    let shape = try swept(fields.source, by: fields.sweep, channels: channels, chunk: fields.chunk, at: index)
    let source = shapes[fields.source]
    guard inputs == fields.sweep.window.cells * (fields.isDepthwise ? 1 : source.channels),
      !fields.isDepthwise || channels == source.channels
    else { throw .sourceMismatch(segment: index) }
    guard fields.range.isValid, fields.sum?.isValid != false else { throw .shift(segment: index) }
    if let addend = fields.addend, !shapes[addend].hasSize(of: shape) { throw .sourceMismatch(segment: index) }
    return shape
  }

  private func pair(_ fields: Int8Segment.Pair, at index: Int) throws(GraphRejection) -> Int8Shape {
    let left = shapes[fields.left]
    let right = shapes[fields.right]
    guard right.hasSize(of: left) || right.isSingle && right.channels == left.channels else { throw .sourceMismatch(segment: index) }
    guard fields.sum.isValid else { throw .shift(segment: index) }
    if fields.isProduct, fields.sum.left.scale != .one || fields.sum.right.scale != .one { throw .shift(segment: index) }
    return left.whole
  }

  /// The output of a window that moves over a segment, every output row and column of which reaches over the source.
  private func swept(
    _ source: Int, by sweep: Int8Segment.Sweep, channels: Int, chunk: Int, at index: Int
  ) throws(GraphRejection) -> Int8Shape {
    let shape = Int8Shape(rows: sweep.rows, columns: sweep.columns, channels: channels, chunk: chunk)
    guard chunk >= 1, shape.isValid else { throw .chunk(segment: index) }
    guard
      sweep.window.isValid,
      sweep.window.fits(
        rows: shapes[source].rows, columns: shapes[source].columns, outputRows: sweep.rows, outputColumns: sweep.columns)
    else { throw .sourceMismatch(segment: index) }
    return shape
  }
}

extension Int8Shape {
  /// The same with all channels in one chunk.
  var whole: Int8Shape { Int8Shape(rows: rows, columns: columns, channels: channels, chunk: channels) }

  /// Whether there is a single row and column.
  var isSingle: Bool { rows == 1 && columns == 1 }

  /// Whether rows, columns and channels are those of another shape.
  func hasSize(of other: Int8Shape) -> Bool { rows == other.rows && columns == other.columns && channels == other.channels }

  /// The committed form. `[GRAPH-21]`
  var layout: LeafLayout { LeafLayout(format: .int8, width: columns * chunk, chunks: chunks, isChunkMajor: false, domain: .fixed(rows)) }
}
