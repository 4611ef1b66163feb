import Bytes
import Tensors

/// One step computed from what it reads and nothing else: the rule that the state transition applies in a dispute. `[STEP-4]`
struct StepComputation {
  let graph: Graph
  let position: StepPosition
  /// The token of the row, for an embedding.
  let token: UInt32
  /// The values of the record's input, for an input segment.
  let input: [UInt8]
  /// The bytes of each read, of the sizes that [STEP-1] states.
  let reads: [[UInt8]]
  /// The bytes of each tensor part, of the sizes that [STEP-1] states.
  let tensors: [[UInt8]]

  /// The bytes of the leaf; nil if a packed leaf that is read has an exponent above 16.
  /// - Precondition: every tensor leaf is well formed.
  func leaf() -> [UInt8]? {
    switch graph.segments[position.segment] {
    case .embedding(let fields): embedding(fields)
    case .projection(let fields): projection(fields)
    case .attention(let fields): attention(fields)
    case .residual(let fields): residual(fields)
    case .gate(let fields): gate(fields)
    case .maxima(let fields): maxima(fields)
    case .argmax: argmax()
    case .norm(let fields): norm(fields)
    case .mean: mean()
    case .unit(let fields): unit(fields)
    case .int8(let segment): int8(segment)
    }
  }

  /// The winning block of an argmax step, found in the maxima row that it reads. `[GRAPH-8]`
  static func winningBlock(maximaRow: [UInt8]) -> Int { Row.argmax(LeafValues.int32(maximaRow).span) ?? 0 }

  private func embedding(_ fields: Segment.Embedding) -> [UInt8] {
    let row = tableRow(of: fields.table, tensors[0], channel: Int(token), delta: fields.delta)
    guard let positions = fields.positions else { return LeafValues.bytes(row) }
    let place = tableRow(of: positions.table, tensors[1], channel: position.row, delta: positions.delta)
    var sum = [Int32](repeating: 0, count: row.count)
    Row.add(row.span, place.span, into: sum.mutableSpan)
    return LeafValues.bytes(sum)
  }

  /// A channel of a table, from its block. `[NUM-12]`
  private func tableRow(of table: Int, _ block: [UInt8], channel: Int, delta: Int) -> [Int32] {
    var row = [Int32](repeating: 0, count: graph.layouts[position.segment].width)
    block.withUnsafeBytes {
      graph.tensors[table].embed(
        channel: channel % TensorShape.blockChannels, ofBlock: $0, shiftDelta: delta, into: row.mutableSpan)
    }
    return row
  }

  private func projection(_ fields: Segment.Projection) -> [UInt8] {
    var parts = TensorParts(tensors, of: graph)
    let row = parts.quantised(LeafValues.int32(reads[0]), by: fields.norm)
    let channels = parts.channels(of: fields.map, from: position.chunk * fields.chunk, row)
    var narrow = [Int16](repeating: 0, count: channels.count)
    if fields.rotation != nil {
      let angles = LeafValues.int32(parts.take())
      if fields.chunk <= angles.count {
        let start = position.chunk * fields.chunk % angles.count
        let part = Array(angles[start..<start + fields.chunk])
        Row.rope(channels.span, cosSin: part.span, shift: fields.shift, into: narrow.mutableSpan)
      } else {
        Row.rope(channels.span, cosSin: angles.span, shift: fields.shift, into: narrow.mutableSpan)
      }
    } else {
      BlockFloat.narrow(channels.span, shift: fields.shift, into: narrow.mutableSpan)
    }
    return LeafValues.bytes(narrow)
  }

  private func attention(_ fields: Segment.Attention) -> [UInt8] {
    let rowCount = visibleRows(fields)
    let keyChunks = fields.width / graph.layouts[fields.key].width
    let query = LeafValues.int16(reads[0])
    let keys = rows(ofChunks: Array(reads[1..<1 + keyChunks]), count: rowCount)
    let values = rows(ofChunks: Array(reads[(1 + keyChunks)...]), count: rowCount)
    var out = [Int32](repeating: 0, count: query.count)
    withUnsafeTemporaryAllocation(byteCount: Attention.scratchBytes(keys: rowCount), alignment: 64) { scratch in
      Attention.attend(
        query.span, keys: keys.span, values: values.span, headColumns: fields.width, scoreShift: fields.scoreShift,
        valueShift: fields.valueShift, scratch: scratch, into: out.mutableSpan)
    }
    return LeafValues.packed(out)
  }

  /// As many as the first key chunk that was read has; [STEP-4] has checked that they are the visible ones.
  private func visibleRows(_ fields: Segment.Attention) -> Int { reads[1].count / graph.layouts[fields.key].leafBytes }

  /// Rows of whole heads from one read for each chunk of the head.
  private func rows(ofChunks chunks: [[UInt8]], count rowCount: Int) -> [Int16] {
    guard chunks.count > 1 else { return LeafValues.int16(chunks[0]) }
    let parts = chunks.map { LeafValues.int16($0) }
    let width = parts[0].count / rowCount
    return (0..<rowCount).flatMap { row in parts.flatMap { $0[row * width..<(row + 1) * width] } }
  }

  private func residual(_ fields: Segment.Residual) -> [UInt8]? {
    guard let row = LeafValues.quantisedRow(ofPacked: reads[0], width: graph.layouts[fields.source].width) else { return nil }
    var parts = TensorParts(tensors, of: graph)
    let base = parts.normalised(LeafValues.int32(reads[1]), by: fields.norm)
    let first = position.chunk * fields.chunk
    let product = parts.channels(of: fields.map, from: first, row)
    // Without a norm only the leaves around the chunk were read.
    let start = fields.norm == nil ? first % graph.layouts[fields.residual].width : first
    let addend = Array(base[start..<start + fields.chunk])
    var sum = [Int32](repeating: 0, count: product.count)
    Row.add(addend.span, product.span, into: sum.mutableSpan)
    return LeafValues.bytes(sum)
  }

  private func gate(_ fields: Segment.Gate) -> [UInt8] {
    var parts = TensorParts(tensors, of: graph)
    let row = parts.quantised(LeafValues.int32(reads[0]), by: fields.norm)
    let first = position.chunk * fields.chunk
    let gate = parts.channels(of: fields.map, from: first, row)
    var product = [Int32](repeating: 0, count: gate.count)
    switch fields.activation {
    case .silu(let map):
      let up = parts.channels(of: map, from: first, row)
      Row.siluMultiplied(gate: gate.span, up: up.span, shift: fields.shift, into: product.mutableSpan)
    case .gelu:
      Row.gelu(gate.span, shift: fields.shift, into: product.mutableSpan)
    }
    return LeafValues.packed(product)
  }

  private func maxima(_ fields: Segment.Maxima) -> [UInt8] {
    var parts = TensorParts(tensors, of: graph)
    let logits = parts.channels(of: fields.weights, parts.quantised(LeafValues.int32(reads[0]), by: fields.norm))
    var maxima = [Int32](repeating: 0, count: logits.count / Segment.Maxima.blockWidth)
    Row.blockMaxima(logits.span, columns: Segment.Maxima.blockWidth, into: maxima.mutableSpan)
    return LeafValues.bytes(maxima)
  }

  private func argmax() -> [UInt8]? {
    guard let maxima = graph.maxima else { return nil }
    let block = StepComputation.winningBlock(maximaRow: reads[0])
    var parts = TensorParts(tensors, of: graph)
    let logits = parts.channels(of: maxima.weights, parts.quantised(LeafValues.int32(reads[1]), by: maxima.norm))
    let column = Row.argmax(logits.span) ?? 0
    return withUnsafeBytes(of: UInt32(block * Segment.Maxima.blockWidth + column).littleEndian, Array.init)
  }

  private func norm(_ fields: Segment.NormRows) -> [UInt8] {
    var parts = TensorParts(tensors, of: graph)
    let normal = parts.normalised(LeafValues.int32(reads[0]), by: fields.norm)
    return LeafValues.bytes(Array(normal[position.chunk * fields.chunk..<(position.chunk + 1) * fields.chunk]))
  }

  private func mean() -> [UInt8] {
    let columns = graph.layouts[position.segment].width
    let rows = LeafValues.int32(reads[0])
    var mean = [Int32](repeating: 0, count: columns)
    Row.mean(rows.span, stride: columns, rowCount: rows.count / columns, into: mean.mutableSpan)
    return LeafValues.bytes(mean)
  }

  private func unit(_ fields: Segment.Unit) -> [UInt8] {
    let row = LeafValues.int32(reads[0])
    var unit = [Int32](repeating: 0, count: row.count)
    Row.unit(row.span, shift: fields.shift, into: unit.mutableSpan)
    return LeafValues.bytes(unit)
  }
}
