import Tensors

extension Int8Segment {
  /// The rows of each source that an output row is computed from, in order. `[STEP-7]`
  func rows(of row: Int, shapes: [Int8Shape]) -> [Range<Int>] {
    switch self {
    case .input: []
    case .convolution(let fields):
      [fields.sweep.window.rows(of: row, height: shapes[fields.source].rows)] + (fields.addend == nil ? [] : [row..<row + 1])
    case .pool(let fields): [fields.sweep.window.rows(of: row, height: shapes[fields.source].rows)]
    case .pair(let fields): [row..<row + 1, shapes[fields.right].rows == 1 ? 0..<1 : row..<row + 1]
    case .table: [row..<row + 1]
    case .concatenation(let fields): fields.sources.map { _ in row..<row + 1 }
    }
  }

  /// The first row whose window starts below the padding above the source.
  var firstRowBelowPadding: Int {
    switch self {
    case .convolution(let fields): fields.sweep.window.firstRowBelowPadding
    case .pool(let fields): fields.sweep.window.firstRowBelowPadding
    case .input, .pair, .table, .concatenation: 0
    }
  }

  /// The leaves of each source that a row is computed from, in order. `[STEP-7]`
  func reads(of row: Int, shapes: [Int8Shape]) -> [LeafRange] {
    zip(sources, rows(of: row, shapes: shapes)).map { source, rows in
      let chunks = shapes[source].chunks
      return LeafRange(segment: source, leaves: rows.lowerBound * chunks..<rows.upperBound * chunks)
    }
  }

  /// The tensor leaves of some chunks. `[STEP-7]`
  func tensorReads(ofChunks chunks: Range<Int>) -> [TensorRange] {
    switch self {
    case .convolution(let fields):
      let block = Int8Convolution.channelsPerBlock
      let first = chunks.lowerBound * fields.chunk / block
      return [TensorRange(tensor: fields.weights, leaves: first..<(chunks.upperBound * fields.chunk + block - 1) / block)]
    case .table(let fields): return [TensorRange(tensor: fields.table, leaves: 0..<1)]
    case .input, .pool, .pair, .concatenation: return []
    }
  }

  /// Multiply-adds of one leaf. `[STEP-8]`
  func multiplyAdds(shape: Int8Shape, shapes: [Int8Shape], tensors: [TensorShape]) -> Int {
    let values = shape.columns * shape.chunk
    switch self {
    case .input: return 0
    case .convolution(let fields):
      guard case .convolution(_, let inputs) = tensors[fields.weights] else { return 0 }
      let window = fields.sweep.window
      let block = Int8Convolution.channelsPerBlock
      let channels = Int8Convolution.blocks(ofChannels: fields.chunk) * block
      let plane = window.height * ((fields.sweep.columns - 1) * window.strideX + window.reachX)
      let planeChannels = (shapes[fields.source].channels + block - 1) / block * block
      return shape.columns * channels * inputs + plane * planeChannels + (fields.addend == nil ? 0 : values)
    case .pool(let fields): return values * fields.sweep.window.cells
    case .pair, .table, .concatenation: return values
    }
  }
}
