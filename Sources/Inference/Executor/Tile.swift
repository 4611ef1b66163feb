import Tensors

/// Some rows and chunks of one segment, computed by one worker.
struct Tile {
  let stream: Stream
  let segment: Int
  let batch: Stream.Batch
  let scratch: WorkerScratch
  /// Rows of the batch, counted from its first.
  let rows: Range<Int>
  let chunks: Range<Int>

  private var layout: LeafLayout { stream.graph.layouts[segment] }

  /// `[GRAPH-5]`
  func embed(_ fields: Segment.Embedding) {
    guard let output = stream.outputs.int32[segment] else { return }
    for row in rows {
      let token = Int(batch.tokens[row])
      let block = token / TensorShape.blockChannels
      let values = output.slice(row * layout.width, layout.width)
      stream.graph.tensors[fields.table].embed(
        channel: token % TensorShape.blockChannels, ofBlock: stream.model.leaves(block..<block + 1, of: fields.table),
        shiftDelta: fields.delta, into: values.mutableSpan)
      if let positions = fields.positions { addPosition(positions, row: row, to: values) }
    }
    recordRows(of: output)
  }

  private func addPosition(_ positions: Segment.Embedding.Positions, row: Int, to values: UnsafeMutableBufferPointer<Int32>) {
    let position = batch.firstRow + row
    let block = position / TensorShape.blockChannels
    let place = scratch.row.slice(0, layout.width)
    stream.graph.tensors[positions.table].embed(
      channel: position % TensorShape.blockChannels, ofBlock: stream.model.leaves(block..<block + 1, of: positions.table),
      shiftDelta: positions.delta, into: place.mutableSpan)
    Row.add(values.constant.span, place.constant.span, into: values.mutableSpan)
  }

  /// `[GRAPH-6]`
  func project(_ fields: Segment.Projection) {
    quantise(fields.source, by: fields.norm)
    let width = fields.chunk
    for chunk in chunks {
      multiply(fields.map, chunk: chunk, width: width, into: scratch.first)
      for row in rows {
        let channels = scratch.first.slice((row - rows.lowerBound) * width, width).constant.span
        let out = destination(row: row, chunk: chunk)
        if let rotation = fields.rotation {
          let leaf = stream.model.leaves(batch.firstRow + row..<batch.firstRow + row + 1, of: rotation)
          let angles = leaf.assumingMemoryBound(to: Int32.self)
          let part = width <= angles.count ? chunk * width % angles.count..<chunk * width % angles.count + width : 0..<angles.count
          Row.rope(channels, cosSin: UnsafeBufferPointer(rebasing: angles[part]).span, shift: fields.shift, into: out.mutableSpan)
        } else {
          BlockFloat.narrow(channels, shift: fields.shift, into: out.mutableSpan)
        }
        copyToOtherCaches(out.constant, row: row, chunk: chunk)
      }
    }
    record { row, chunk in destination(row: row, chunk: chunk).baseAddress }
  }

  /// `[GRAPH-7]`
  func attend(_ fields: Segment.Attention) {
    guard
      let query = stream.outputs.int16[fields.query], let keys = stream.outputs.cache(of: fields.key, headWidth: fields.width),
      let values = stream.outputs.cache(of: fields.value, headWidth: fields.width)
    else { return }
    let groupWidth = layout.width
    let streamRows = batch.firstRow + batch.rows
    for group in chunks {
      let start = group * stream.capacity * fields.width
      let keyRows = fields.visibleRows(ofRow: batch.firstRow + rows.upperBound - 1, streamRows: streamRows)
      let bounds = scratch.cacheBounds.bounds(
        segment: segment, group: group, keys: keys.slice(start, keyRows * fields.width).constant,
        values: values.slice(start, keyRows * fields.width).constant, width: fields.width)
      for row in rows {
        let visible = fields.visibleRows(ofRow: batch.firstRow + row, streamRows: streamRows)
        let out = scratch.first.slice(0, groupWidth)
        Attention.attend(
          query.slice(row * layout.rowWidth + group * groupWidth, groupWidth).constant.span,
          keys: keys.slice(start, visible * fields.width).constant.span, values: values.slice(start, visible * fields.width).constant.span,
          bounds: bounds, headColumns: fields.width, scoreShift: fields.scoreShift, valueShift: fields.valueShift,
          scratch: UnsafeMutableRawBufferPointer(scratch.attention.elements), into: out.mutableSpan)
        pack(out.constant, row: row, chunk: group)
      }
    }
    recordPacked()
  }

  /// `[GRAPH-8]`
  func addResidual(_ fields: Segment.Residual) {
    requantise(fields.source)
    normalise(fields.residual, by: fields.norm)
    guard let output = stream.outputs.int32[segment] else { return }
    let width = fields.chunk
    for chunk in chunks {
      multiply(fields.map, chunk: chunk, width: width, into: scratch.first)
      for row in rows {
        let out = output.slice(row * layout.rowWidth + chunk * width, width)
        let base = normalRow(row, of: fields.residual, by: fields.norm)
        Row.add(
          UnsafeBufferPointer(rebasing: base[chunk * width..<(chunk + 1) * width]).span,
          scratch.first.slice((row - rows.lowerBound) * width, width).constant.span,
          into: out.mutableSpan)
      }
    }
    recordRows(of: output)
  }

  /// `[GRAPH-8]`
  func gate(_ fields: Segment.Gate) {
    quantise(fields.source, by: fields.norm)
    let width = fields.chunk
    for chunk in chunks {
      multiply(fields.map, chunk: chunk, width: width, into: scratch.first)
      if case .silu(let up) = fields.activation { multiply(up, chunk: chunk, width: width, into: scratch.second) }
      for row in rows {
        let start = (row - rows.lowerBound) * width
        let product = scratch.row.slice(0, width)
        let gate = scratch.first.slice(start, width).constant.span
        switch fields.activation {
        case .silu:
          Row.siluMultiplied(
            gate: gate, up: scratch.second.slice(start, width).constant.span, shift: fields.shift, into: product.mutableSpan)
        case .gelu:
          Row.gelu(gate, shift: fields.shift, into: product.mutableSpan)
        }
        pack(product.constant, row: row, chunk: chunk)
      }
    }
    recordPacked()
  }

  /// `[GRAPH-8]`
  func normaliseRows(_ fields: Segment.NormRows) {
    normalise(fields.source, by: fields.norm)
    guard let output = stream.outputs.int32[segment] else { return }
    for row in rows {
      let normal = normalRow(row, of: fields.source, by: fields.norm)
      for chunk in chunks {
        let out = output.slice(row * layout.rowWidth + chunk * layout.width, layout.width)
        _ = out.update(fromContentsOf: normal[chunk * layout.width..<(chunk + 1) * layout.width])
      }
    }
    recordRows(of: output)
  }

  /// Norm and quantisation of the tile's rows into the scratch, unless it holds them already.
  func quantise(_ source: Int, by norm: Norm?) {
    let wanted = normalRows(of: source, by: norm)
    guard scratch.quantisedRows != wanted else { return }
    scratch.quantisedRows = wanted
    scratch.holdsRotated = false
    normalise(source, by: norm)
    let width = stream.graph.layouts[source].rowWidth
    for row in rows {
      let offset = row - rows.lowerBound
      scratch.exponents.elements[offset] = BlockFloat.quantise(
        normalRow(row, of: source, by: norm).span, into: scratch.q.slice(offset * width, width).mutableSpan)
    }
  }

  /// The norm of the tile's rows into the scratch, unless it holds them already or there is no norm.
  private func normalise(_ source: Int, by norm: Norm?) {
    let wanted = normalRows(of: source, by: norm)
    guard let norm, scratch.normalRows != wanted, let gain = stream.vectors[norm.gain] else { return }
    scratch.normalRows = wanted
    for row in rows {
      let input = normalRow(row, of: source, by: nil).span
      let normal = scratch.normal.slice((row - rows.lowerBound) * gain.count, gain.count)
      if let offset = norm.offset.flatMap({ stream.vectors[$0] }) {
        Row.layerNorm(
          input, gain: gain.span, offset: offset.span, epsilonTerm: norm.epsilon, outputShift: norm.shift, into: normal.mutableSpan)
      } else {
        Row.rmsNorm(input, gain: gain.span, epsilonTerm: norm.epsilon, outputShift: norm.shift, into: normal.mutableSpan)
      }
    }
  }

  /// A row after its norm: from the scratch, or without a norm the segment's own.
  private func normalRow(_ row: Int, of source: Int, by norm: Norm?) -> UnsafeBufferPointer<Int32> {
    let width = stream.graph.layouts[source].rowWidth
    guard norm == nil else { return scratch.normal.slice((row - rows.lowerBound) * width, width).constant }
    guard let input = stream.outputs.int32[source] else { preconditionFailure("a norm's source is i32") }
    return input.slice(row * width, width).constant
  }

  private func normalRows(of source: Int, by norm: Norm?) -> WorkerScratch.NormalRows {
    WorkerScratch.NormalRows(source: source, norm: norm, firstRow: batch.firstRow, rows: rows)
  }

  /// Channels of one chunk for all rows of the tile: `[rows][width]`.
  func multiply(_ map: LinearMap, chunk: Int, width: Int, into out: RowBuffer<Int32>) {
    let weights = map.weights
    guard case .linear(_, let inputs, let format) = stream.graph.tensors[weights] else { return }
    let count = width / TensorShape.blockChannels
    let blocks = stream.model.leaves(chunk * count..<(chunk + 1) * count, of: weights)
    let q = scratch.q.slice(0, rows.count * inputs).constant.span
    let exponents = scratch.exponents.slice(0, rows.count).constant.span
    let channels = out.slice(0, rows.count * width)
    let coded =
      rows.count > CodedWeights.rowLimit
      ? nil : stream.model.coded?.blocks(chunk * count..<(chunk + 1) * count, of: weights, inputs: inputs)
    switch format {
    case .a16 where coded != nil:
      if let coded { CodedLinear.multiply(q, exponents: exponents, inputs: inputs, blocks: coded, into: channels, rowStride: width) }
    case .a16: GroupedLinear.multiply(q, exponents: exponents, inputs: inputs, blocks: blocks, into: channels, rowStride: width)
    case .h8:
      rotate(inputs: inputs)
      RotatedLinear.multiply(
        scratch.rotated.slice(0, rows.count * inputs).constant.span, magnitudes: scratch.magnitudes.slice(0, rows.count).constant.span,
        exponents: exponents, inputs: inputs, blocks: blocks, into: channels, rowStride: width)
    case .w16: WideLinear.multiply(q, exponents: exponents, inputs: inputs, blocks: blocks, into: channels, rowStride: width)
    }
    guard let bias = map.bias.flatMap({ stream.vectors[$0] }) else { return }
    bias.withUnsafeBufferPointer { bias in
      let part = UnsafeBufferPointer(rebasing: bias[chunk * width..<(chunk + 1) * width])
      for row in 0..<rows.count {
        let channels = out.slice(row * width, width)
        Row.add(channels.constant.span, part.span, into: channels.mutableSpan)
      }
    }
  }

  /// The tile's quantised rows, rotated, into the scratch. `[NUM-31]`
  private func rotate(inputs: Int) {
    guard !scratch.holdsRotated else { return }
    scratch.holdsRotated = true
    for offset in 0..<rows.count {
      scratch.magnitudes.elements[offset] = RotatedLinear.rotate(
        scratch.q.slice(offset * inputs, inputs).constant.span, into: scratch.rotated.slice(offset * inputs, inputs).mutableSpan)
    }
  }

  /// Packed rows, quantised anew as whole rows, into the scratch.
  private func requantise(_ source: Int) {
    guard let packed = stream.outputs.int16[source], let exponents = stream.outputs.exponents[source] else { return }
    scratch.quantisedRows = nil
    let input = stream.graph.layouts[source]
    scratch.holdsRotated = false
    for row in rows {
      let offset = row - rows.lowerBound
      scratch.exponents.elements[offset] = BlockFloat.requantise(
        packed.slice(row * input.rowWidth, input.rowWidth).constant.span,
        exponents: exponents.slice(row * input.chunks, input.chunks).constant.span, chunkColumns: input.width,
        into: scratch.q.slice(offset * input.rowWidth, input.rowWidth).mutableSpan)
    }
  }

  private func pack(_ values: UnsafeBufferPointer<Int32>, row: Int, chunk: Int) {
    guard let packed = stream.outputs.int16[segment], let exponents = stream.outputs.exponents[segment] else { return }
    let out = packed.slice(row * layout.rowWidth + chunk * layout.width, layout.width)
    let exponent = BlockFloat.quantise(values.span, into: out.mutableSpan)
    exponents.elements[row * layout.chunks + chunk] = exponent
  }

  /// Where an `i16` chunk goes: the batch's rows, or the first cache of all rows.
  private func destination(row: Int, chunk: Int) -> UnsafeMutableBufferPointer<Int16> {
    if let cache = stream.outputs.caches[segment]?.first { return place(in: cache, row: row, chunk: chunk) }
    guard let output = stream.outputs.int16[segment] else { preconditionFailure("every segment has its output") }
    return output.slice(row * layout.rowWidth + chunk * layout.width, layout.width)
  }

  /// Repeats a chunk in the caches of the other head widths.
  private func copyToOtherCaches(_ values: UnsafeBufferPointer<Int16>, row: Int, chunk: Int) {
    guard let caches = stream.outputs.caches[segment] else { return }
    for cache in caches.dropFirst() { _ = place(in: cache, row: row, chunk: chunk).update(fromContentsOf: values) }
  }

  /// Chunks lie within heads, whatever the head width of the cache.
  private func place(in cache: SegmentOutputs.HeadCache, row: Int, chunk: Int) -> UnsafeMutableBufferPointer<Int16> {
    let column = chunk * layout.width
    let start = (column / cache.headWidth * stream.capacity + batch.firstRow + row) * cache.headWidth + column % cache.headWidth
    return cache.elements.slice(start, layout.width)
  }

  /// Records the tile's leaves, which lie in the batch's rows.
  private func recordRows(of output: RowBuffer<Int32>) {
    record { row, chunk in output.slice(row * layout.rowWidth + chunk * layout.width, layout.width).baseAddress }
  }

  /// Records the tile's leaves, which are packed.
  private func recordPacked() {
    guard let packed = stream.outputs.int16[segment], let exponents = stream.outputs.exponents[segment] else { return }
    record(exponents: exponents) { row, chunk in packed.slice(row * layout.rowWidth + chunk * layout.width, layout.width).baseAddress }
  }

  /// Records the tile's leaves; rows count from the batch's first.
  private func record<Value>(exponents: RowBuffer<UInt8>? = nil, at place: (_ row: Int, _ chunk: Int) -> UnsafeMutablePointer<Value>?) {
    guard let recorder = stream.recorder else { return }
    let first = batch.firstRow
    let streamRows = first + rows.lowerBound..<first + rows.upperBound
    func content(row: Int, chunk: Int) -> UnsafeRawPointer {
      guard let start = place(row - first, chunk) else { preconditionFailure("a leaf is not empty") }
      return UnsafeRawPointer(start)
    }
    guard let exponents else { return recorder.record(segment: segment, rows: streamRows, chunks: chunks, content: content) }
    recorder.record(
      segment: segment, rows: streamRows, chunks: chunks,
      exponent: { row, chunk in exponents.elements[(row - first) * layout.chunks + chunk] }, content: content)
  }
}
