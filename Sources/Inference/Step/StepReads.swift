/// A contiguous range of a segment's leaves. `[STEP-1]`
public struct LeafRange: Hashable, Sendable {
  /// The segment.
  public let segment: Int
  /// Indices in the segment's tree.
  public let leaves: Range<Int>

  /// Makes a range.
  public init(segment: Int, leaves: Range<Int>) {
    self.segment = segment
    self.leaves = leaves
  }
}

/// A contiguous range of a tensor's leaves. `[STEP-1]`
public struct TensorRange: Hashable, Sendable {
  /// The tensor.
  public let tensor: Int
  /// Indices in the tensor's tree.
  public let leaves: Range<Int>
}

/// The coordinates of one step: a leaf of one segment. `[STEP-1]`
public struct StepPosition: Hashable, Sendable {
  /// The segment.
  public let segment: Int
  /// The row, in the segment's own domain.
  public let row: Int
  /// The chunk of the row.
  public let chunk: Int

  /// Makes a position.
  public init(segment: Int, row: Int, chunk: Int) {
    self.segment = segment
    self.row = row
    self.chunk = chunk
  }
}

extension Graph {
  /// Whether the position names a leaf of a trace of this extent.
  public func contains(_ position: StepPosition, in extent: Extent) -> Bool {
    guard segments.indices.contains(position.segment) else { return false }
    let layout = layouts[position.segment]
    return (0..<extent.rows(of: layout.domain)).contains(position.row) && (0..<layout.chunks).contains(position.chunk)
  }

  /// The leaves that a step reads, in order. `[STEP-1]`
  /// - Precondition: the graph contains the position.
  public func reads(of position: StepPosition, in extent: Extent) -> [LeafRange] {
    let row = position.row
    switch segments[position.segment] {
    case .embedding: return []
    case .projection(let fields): return [wholeRow(row, of: fields.source)]
    case .gate(let fields): return [wholeRow(row, of: fields.source)]
    case .maxima(let fields): return [wholeRow(extent.streamRow(ofGenerationRow: row), of: fields.source)]
    case .argmax(let fields):
      return [wholeRow(row, of: fields.maxima), wholeRow(extent.streamRow(ofGenerationRow: row), of: maxima.source)]
    case .residual(let fields):
      let base = layouts[fields.residual]
      let first = position.chunk * fields.chunk / base.width
      let last = ((position.chunk + 1) * fields.chunk - 1) / base.width
      let start = base.leafIndex(row: row, chunk: first, rows: extent.streamRows)
      return [wholeRow(row, of: fields.source), LeafRange(segment: fields.residual, leaves: start..<start + last - first + 1)]
    case .attention(let fields):
      let queryChunks = fields.headsPerGroup * fields.width / layouts[fields.query].width
      let start = layouts[fields.query].leafIndex(row: row, chunk: position.chunk * queryChunks, rows: extent.streamRows)
      var reads = [LeafRange(segment: fields.query, leaves: start..<start + queryChunks)]
      for source in [fields.key, fields.value] {
        let chunks = fields.width / layouts[source].width
        for chunk in position.chunk * chunks..<(position.chunk + 1) * chunks {
          let start = chunk * extent.streamRows
          reads.append(LeafRange(segment: source, leaves: start..<start + row + 1))
        }
      }
      return reads
    }
  }

  /// The tensor leaves that a step reads, in order; an argmax step reads the blocks under `block`, the winning block of 64. `[STEP-1]`
  /// - Precondition: the graph contains the position; `token` is below the vocabulary; `block` is below vocabulary / 64.
  public func tensorReads(of position: StepPosition, token: UInt32, block: Int) -> [TensorRange] {
    func blocks(_ tensor: Int, chunk: Int) -> TensorRange {
      let count = chunk / TensorShape.blockChannels
      return TensorRange(tensor: tensor, leaves: position.chunk * count..<(position.chunk + 1) * count)
    }
    func gain(_ norm: Norm) -> TensorRange { TensorRange(tensor: norm.gain, leaves: 0..<1) }
    switch segments[position.segment] {
    case .embedding(let fields):
      let index = Int(token) / TensorShape.blockChannels
      return [TensorRange(tensor: fields.table, leaves: index..<index + 1)]
    case .projection(let fields):
      let rotation = fields.rotation.map { [TensorRange(tensor: $0, leaves: position.row..<position.row + 1)] } ?? []
      return [gain(fields.norm), blocks(fields.weights, chunk: fields.chunk)] + rotation
    case .attention: return []
    case .residual(let fields): return [blocks(fields.weights, chunk: fields.chunk)]
    case .gate(let fields): return [gain(fields.norm), blocks(fields.gate, chunk: fields.chunk), blocks(fields.up, chunk: fields.chunk)]
    case .maxima(let fields): return [gain(fields.norm), blocks(fields.weights, chunk: fields.chunk)]
    case .argmax:
      let count = Segment.Maxima.blockWidth / TensorShape.blockChannels
      return [gain(maxima.norm), TensorRange(tensor: maxima.weights, leaves: block * count..<(block + 1) * count)]
    }
  }

  private func wholeRow(_ row: Int, of segment: Int) -> LeafRange {
    let chunks = layouts[segment].chunks
    return LeafRange(segment: segment, leaves: row * chunks..<(row + 1) * chunks)
  }
}
