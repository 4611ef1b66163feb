import Tensors

/// Some chunks of one row of a segment, computed from the rows that it reads: the rule of the executor and of a step alike. `[GRAPH-23]`
/// `[GRAPH-24]` `[GRAPH-25]`
struct Int8RowComputation {
  let segment: Int8Segment
  let shape: Int8Shape
  let row: Int
  let chunks: Range<Int>
  /// The rows that the segment reads, source by source.
  let reads: [Int8Rows]
  /// The tensor leaves of the chunks; empty if the segment reads none.
  let tensor: UnsafeRawBufferPointer

  /// Writes the chunks, one after the other.
  /// - Precondition: the segment is not an input; reads and tensor are those that the segment names for the row and the chunks.
  func compute(into out: UnsafeMutableBufferPointer<Int8>) {
    precondition(out.count == chunks.count * shape.columns * shape.chunk)
    switch segment {
    case .input: preconditionFailure("an input is read from the record")
    case .convolution(let fields): convolve(fields, into: out)
    case .pool(let fields):
      Int8Operations.pool(
        reads[0], window: fields.sweep.window, row: row, columns: shape.columns, isMaximum: fields.isMaximum, zero: fields.inputZero,
        scale: fields.scale, range: fields.range, into: out)
    case .pair(let fields):
      let left = reads[0].plainRow
      let right = reads[1].shape.hasSize(of: shape) ? reads[1].plainRow : (0..<shape.columns).flatMap { _ in reads[1].plainRow }
      combine(left, right, by: fields.sum, isProduct: fields.isProduct, into: out)
    case .table:
      let entries = tensor.assumingMemoryBound(to: Int8.self)
      reads[0].plainRow.withUnsafeBufferPointer { Int8Operations.look(up: $0, in: entries, into: out) }
    case .concatenation:
      let rows = reads.map { ($0.plainRow, $0.shape.channels) }
      var place = 0
      for column in 0..<shape.columns {
        for (values, channels) in rows {
          for channel in 0..<channels {
            out[place] = values[column * channels + channel]
            place += 1
          }
        }
      }
    }
  }

  private func convolve(_ fields: Int8Segment.Convolution, into out: UnsafeMutableBufferPointer<Int8>) {
    let patches = Int8Convolution.Patches(
      of: reads[0], window: fields.sweep.window, row: row, columns: shape.columns, zero: fields.inputZero, isDepthwise: fields.isDepthwise)
    let blockBytes = Int8Convolution.blockBytes(inputs: patches.inputs)
    let chunkBytes = Int8Convolution.blocks(ofChannels: shape.chunk) * blockBytes
    let addend = fields.addend == nil ? [] : reads[1].plainRow
    for (offset, chunk) in chunks.enumerated() {
      let width = shape.columns * shape.chunk
      let part = UnsafeMutableBufferPointer(rebasing: out[offset * width..<(offset + 1) * width])
      Int8Convolution.convolve(
        patches, first: chunk * shape.chunk, channels: shape.chunk,
        blocks: UnsafeRawBufferPointer(rebasing: tensor[offset * chunkBytes..<(offset + 1) * chunkBytes]), range: fields.range, into: part)
      guard let sum = fields.sum else { continue }
      let first = chunk * shape.chunk
      let right =
        shape.chunks == 1
        ? addend
        : (0..<shape.columns).flatMap { addend[$0 * shape.channels + first..<$0 * shape.channels + first + shape.chunk] }
      combine(Array(part), right, by: sum, isProduct: false, into: part)
    }
  }

  private func combine(
    _ left: [Int8], _ right: [Int8], by sum: Int8Segment.Sum, isProduct: Bool, into out: UnsafeMutableBufferPointer<Int8>
  ) {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        if isProduct {
          Int8Operations.multiply(left, zero: sum.left.zero, right, zero: sum.right.zero, scale: sum.scale, range: sum.range, into: out)
        } else {
          Int8Operations.add(left, sum.left, right, sum.right, scale: sum.scale, range: sum.range, into: out)
        }
      }
    }
  }
}

extension Int8Rows {
  /// The first row as `[columns][channels]`.
  fileprivate var plainRow: [Int8] {
    if shape.chunks == 1 { return Array(values[0..<shape.rowWidth]) }
    return [Int8](unsafeUninitializedCapacity: shape.rowWidth) { buffer, count in
      var place = 0
      for column in 0..<shape.columns {
        for chunk in 0..<shape.chunks {
          let start = (chunk * shape.columns + column) * shape.chunk
          for channel in 0..<shape.chunk { buffer[place + channel] = values[start + channel] }
          place += shape.chunk
        }
      }
      count = place
    }
  }
}
