import Bytes
import Tensors

/// One step computed from what it reads and nothing else: the rule that the state transition applies in a dispute. `[STEP-4]`
struct StepComputation {
  let graph: Graph
  let position: StepPosition
  /// The token of the row, for an embedding.
  let token: UInt32
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
    }
  }

  /// The winning block of an argmax step, found in the maxima row that it reads. `[GRAPH-8]`
  static func winningBlock(maximaRow: [UInt8]) -> Int { Row.argmax(LeafValues.int32(maximaRow).span) ?? 0 }

  private func embedding(_ fields: Segment.Embedding) -> [UInt8] {
    let inputs = graph.layouts[position.segment].width
    var row = [Int32](repeating: 0, count: inputs)
    tensors[0].withUnsafeBytes {
      GroupedLinear.embed(
        channel: Int(token) % TensorShape.blockChannels, ofBlock: $0, inputs: inputs, shiftDelta: fields.delta, into: row.mutableSpan)
    }
    return LeafValues.bytes(row)
  }

  private func projection(_ fields: Segment.Projection) -> [UInt8] {
    let channels = linear(normalised(reads[0], by: fields.norm, gain: tensors[0]), blocks: tensors[1])
    var narrow = [Int16](repeating: 0, count: channels.count)
    if fields.rotation != nil {
      let angles = LeafValues.int32(tensors[2])
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
    let keyChunks = fields.width / graph.layouts[fields.key].width
    let query = LeafValues.int16(reads[0])
    let keys = rows(ofChunks: Array(reads[1..<1 + keyChunks]))
    let values = rows(ofChunks: Array(reads[(1 + keyChunks)...]))
    var out = [Int32](repeating: 0, count: query.count)
    let rowCount = position.row + 1
    withUnsafeTemporaryAllocation(byteCount: Attention.scratchBytes(keys: rowCount), alignment: 64) { scratch in
      Attention.attend(
        query.span, keys: keys.span, values: values.span, headColumns: fields.width, scoreShift: fields.scoreShift,
        valueShift: fields.valueShift, scratch: scratch, into: out.mutableSpan)
    }
    return LeafValues.packed(out)
  }

  /// Rows of whole heads from one read for each chunk of the head.
  private func rows(ofChunks chunks: [[UInt8]]) -> [Int16] {
    guard chunks.count > 1 else { return LeafValues.int16(chunks[0]) }
    let parts = chunks.map { LeafValues.int16($0) }
    let rowCount = position.row + 1
    let width = parts[0].count / rowCount
    return (0..<rowCount).flatMap { row in parts.flatMap { $0[row * width..<(row + 1) * width] } }
  }

  private func residual(_ fields: Segment.Residual) -> [UInt8]? {
    guard let row = LeafValues.quantisedRow(ofPacked: reads[0], width: graph.layouts[fields.source].width) else { return nil }
    let product = linear(row, blocks: tensors[0])
    let base = LeafValues.int32(reads[1])
    let baseWidth = graph.layouts[fields.residual].width
    let start = position.chunk * fields.chunk % baseWidth
    let addend = Array(base[start..<start + fields.chunk])
    var sum = [Int32](repeating: 0, count: product.count)
    Row.add(addend.span, product.span, into: sum.mutableSpan)
    return LeafValues.bytes(sum)
  }

  private func gate(_ fields: Segment.Gate) -> [UInt8] {
    let row = normalised(reads[0], by: fields.norm, gain: tensors[0])
    let gate = linear(row, blocks: tensors[1])
    let up = linear(row, blocks: tensors[2])
    var product = [Int32](repeating: 0, count: gate.count)
    Row.siluMultiplied(gate: gate.span, up: up.span, shift: fields.shift, into: product.mutableSpan)
    return LeafValues.packed(product)
  }

  private func maxima(_ fields: Segment.Maxima) -> [UInt8] {
    let logits = linear(normalised(reads[0], by: fields.norm, gain: tensors[0]), blocks: tensors[1])
    var maxima = [Int32](repeating: 0, count: logits.count / Segment.Maxima.blockWidth)
    Row.blockMaxima(logits.span, columns: Segment.Maxima.blockWidth, into: maxima.mutableSpan)
    return LeafValues.bytes(maxima)
  }

  private func argmax() -> [UInt8] {
    let block = StepComputation.winningBlock(maximaRow: reads[0])
    let logits = linear(normalised(reads[1], by: graph.maxima.norm, gain: tensors[0]), blocks: tensors[1])
    let column = Row.argmax(logits.span) ?? 0
    return withUnsafeBytes(of: UInt32(block * Segment.Maxima.blockWidth + column).littleEndian, Array.init)
  }

  private func normalised(_ source: [UInt8], by norm: Norm, gain: [UInt8]) -> (q: [Int16], exponent: UInt8) {
    NormalisedRow.quantised(LeafValues.int32(source), by: norm, gain: LeafValues.int32(gain))
  }

  private func linear(_ row: (q: [Int16], exponent: UInt8), blocks: [UInt8]) -> [Int32] {
    blocks.withUnsafeBytes { NormalisedRow.product(row, blocks: $0) }
  }
}

/// Norm and linear map of a single row, as steps and counterexamples need them. `[NUM-4]` `[NUM-6]` `[NUM-7]`
enum NormalisedRow {
  static func quantised(_ row: [Int32], by norm: Norm, gain: [Int32]) -> (q: [Int16], exponent: UInt8) {
    var normal = [Int32](repeating: 0, count: row.count)
    Row.rmsNorm(row.span, gain: gain.span, epsilonTerm: norm.epsilon, outputShift: norm.shift, into: normal.mutableSpan)
    var q = [Int16](repeating: 0, count: row.count)
    let exponent = BlockFloat.quantise(normal.span, into: q.mutableSpan)
    return (q, exponent)
  }

  static func product(_ row: (q: [Int16], exponent: UInt8), blocks: UnsafeRawBufferPointer) -> [Int32] {
    let channels = blocks.count / GroupedLinear.blockBytes(inputs: row.q.count) * GroupedLinear.channelsPerBlock
    var out = [Int32](repeating: 0, count: channels)
    let exponents = [row.exponent]
    GroupedLinear.multiply(
      row.q.span, exponents: exponents.span, inputs: row.q.count, blocks: blocks, into: out.mutableSpan, rowStride: channels)
    return out
  }
}
