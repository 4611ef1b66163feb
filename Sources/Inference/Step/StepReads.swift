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

  /// Makes a range.
  public init(tensor: Int, leaves: Range<Int>) {
    self.tensor = tensor
    self.leaves = leaves
  }
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
    case .norm(let fields): return [wholeRow(row, of: fields.source)]
    case .int8(let segment): return segment.reads(of: row, shapes: shapes)
    case .unit(let fields): return [wholeRow(row, of: fields.source)]
    case .mean(let fields):
      let start = position.chunk * extent.streamRows
      return [LeafRange(segment: fields.source, leaves: start..<start + extent.streamRows)]
    case .maxima(let fields): return [wholeRow(extent.streamRow(ofOutputRow: row), of: fields.source)]
    case .argmax(let fields):
      guard let maxima else { return [] }
      return [wholeRow(row, of: fields.maxima), wholeRow(extent.streamRow(ofOutputRow: row), of: maxima.source)]
    case .residual(let fields) where fields.norm != nil:
      return [wholeRow(row, of: fields.source), wholeRow(row, of: fields.residual)]
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
          let visible = fields.visibleRows(ofRow: row, streamRows: extent.streamRows)
          reads.append(LeafRange(segment: source, leaves: start..<start + visible))
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
    func linear(_ map: LinearMap, chunk: Int) -> [TensorRange] {
      [blocks(map.weights, chunk: chunk)] + (map.bias.map { [TensorRange(tensor: $0, leaves: 0..<1)] } ?? [])
    }
    func leaf(_ tensor: Int, ofChannel channel: Int) -> TensorRange {
      let index = channel / TensorShape.blockChannels
      return TensorRange(tensor: tensor, leaves: index..<index + 1)
    }
    switch segments[position.segment] {
    case .embedding(let fields):
      let place = fields.positions.map { [leaf($0.table, ofChannel: position.row)] } ?? []
      return [leaf(fields.table, ofChannel: Int(token))] + place
    case .projection(let fields):
      let rotation = fields.rotation.map { [TensorRange(tensor: $0, leaves: position.row..<position.row + 1)] } ?? []
      return reads(of: fields.norm) + linear(fields.map, chunk: fields.chunk) + rotation
    case .attention, .mean, .unit: return []
    case .residual(let fields): return reads(of: fields.norm) + linear(fields.map, chunk: fields.chunk)
    case .gate(let fields):
      let gate = reads(of: fields.norm) + linear(fields.map, chunk: fields.chunk)
      guard case .silu(let up) = fields.activation else { return gate }
      return gate + linear(up, chunk: fields.chunk)
    case .maxima(let fields): return reads(of: fields.norm) + [blocks(fields.weights, chunk: fields.chunk)]
    case .norm(let fields): return reads(of: fields.norm)
    case .int8(let segment): return segment.tensorReads(ofChunks: position.chunk..<position.chunk + 1)
    case .argmax:
      guard let maxima else { return [] }
      let count = Segment.Maxima.blockWidth / TensorShape.blockChannels
      return reads(of: maxima.norm) + [TensorRange(tensor: maxima.weights, leaves: block * count..<(block + 1) * count)]
    }
  }

  /// The tensor leaves of a norm. `[STEP-1]`
  func reads(of norm: Norm?) -> [TensorRange] {
    guard let norm else { return [] }
    return [norm.gain, norm.offset].compactMap { $0 }.map { TensorRange(tensor: $0, leaves: 0..<1) }
  }

  private func wholeRow(_ row: Int, of segment: Int) -> LeafRange {
    let chunks = layouts[segment].chunks
    return LeafRange(segment: segment, leaves: row * chunks..<(row + 1) * chunks)
  }
}
