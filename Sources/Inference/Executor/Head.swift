import Tensors

extension Stream {
  /// The maxima and argmax segments for the batch's rows from stream row `first` on. `[GRAPH-8]`
  func runHead(
    _ batch: Batch, _ team: WorkerTeam, from first: Int, generationStart: Int,
    onLogits: ((_ row: Int, _ firstColumn: Int, _ values: Span<Int32>) -> Void)?
  ) -> [UInt32] {
    guard let fields = graph.maxima else { return [] }
    let segment = graph.firstOutputSegment
    let rows = first - batch.firstRow..<batch.rows
    let chunks = graph.layouts[segment].chunks
    let perChunk = graph.layouts[segment].width
    // The best column of each chunk and its value; the lowest chunk among equals wins below. `[NUM-13]`
    let best = RowBuffer<Int32>(count: rows.count * chunks * 2)
    let team = onLogits == nil ? team : WorkerTeam(count: 1)
    team.forEachTile(rows: rows.count, chunks: chunks) { worker, part, chunkPart in
      let tileRows = rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound
      let tile = Tile(stream: self, segment: segment, batch: batch, scratch: scratch[worker], rows: tileRows, chunks: chunkPart)
      tile.quantise(fields.source, by: fields.norm)
      let maxima = scratch[worker].row.slice(0, perChunk)
      guard let maximaBase = maxima.baseAddress else { return }
      for chunk in chunkPart {
        tile.multiply(LinearMap(weights: fields.weights), chunk: chunk, width: fields.chunk, into: scratch[worker].first)
        for row in tileRows {
          let logits = scratch[worker].first.slice((row - tileRows.lowerBound) * fields.chunk, fields.chunk).constant
          let streamRow = batch.firstRow + row
          onLogits?(streamRow, chunk * fields.chunk, logits.span)
          Row.blockMaxima(logits.span, columns: Segment.Maxima.blockWidth, into: maxima.mutableSpan)
          recorder?.record(segment: segment, row: streamRow - generationStart, chunk: chunk, content: UnsafeRawPointer(maximaBase))
          let column = Row.argmax(logits.span) ?? 0
          let slot = ((row - rows.lowerBound) * chunks + chunk) * 2
          best.elements[slot] = Int32(chunk * fields.chunk + column)
          best.elements[slot + 1] = logits[column]
        }
      }
    }
    // The buffer is read by its address alone.
    return withExtendedLifetime(best) {
      rows.map { row in
        let start = (row - rows.lowerBound) * chunks * 2
        var winner = start
        for slot in stride(from: start, to: start + chunks * 2, by: 2) where best.elements[slot + 1] > best.elements[winner + 1] {
          winner = slot
        }
        let token = UInt32(best.elements[winner])
        withUnsafePointer(to: token.littleEndian) {
          recorder?.record(
            segment: graph.lastSegment, row: batch.firstRow + row - generationStart, chunk: 0, content: UnsafeRawPointer($0))
        }
        return token
      }
    }
  }

  /// The mean and unit segments, from all rows of the norm segment. `[GRAPH-8]`
  func runPooling() -> [Int32] {
    guard case .embedding(let mean, let unit) = graph.head, let rows = outputs.int32[mean.source] else { return [] }
    let layout = graph.layouts[mean.source]
    var means = [Int32](repeating: 0, count: layout.rowWidth)
    Row.mean(rows.slice(0, rowCount * layout.rowWidth).constant.span, stride: layout.rowWidth, rowCount: rowCount, into: means.mutableSpan)
    means.withUnsafeBufferPointer { means in
      guard let start = means.baseAddress else { return }
      recorder?.record(segment: graph.firstOutputSegment, rows: 0..<1, chunks: 0..<layout.chunks) { _, chunk in
        UnsafeRawPointer(start + chunk * layout.width)
      }
    }
    var values = [Int32](repeating: 0, count: layout.rowWidth)
    Row.unit(means.span, shift: unit.shift, into: values.mutableSpan)
    values.withUnsafeBytes { content in
      guard let start = content.baseAddress else { return }
      recorder?.record(segment: graph.lastSegment, row: 0, chunk: 0, content: start)
    }
    return values
  }
}
