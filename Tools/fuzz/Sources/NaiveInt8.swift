import Inference
import Tensors
import TestSupport

/// A step of a tensor graph by the definitions: one value after the other, in 128-bit integers. `[GRAPH-24]` `[GRAPH-25]` `[STEP-7]`
struct NaiveInt8 {
  let graph: Graph
  let position: StepPosition
  let segment: Int8Segment
  /// The record's tensor.
  let input: [UInt8]
  /// The leaves of each read.
  let reads: [[UInt8]]
  /// The leaves of the tensor that is read.
  let tensor: [UInt8]

  /// The leaf.
  func leaf() -> [UInt8] {
    let shape = graph.shapes[position.segment]
    return (0..<shape.columns).flatMap { column in
      (position.chunk * shape.chunk..<(position.chunk + 1) * shape.chunk).map { channel in
        UInt8(truncatingIfNeeded: Int(value(column: column, channel: channel)))
      }
    }
  }

  private func value(column: Int, channel: Int) -> Int128 {
    let row = position.row
    switch segment {
    case .input(let fields): return Int128(Int8(bitPattern: input[(row * fields.columns + column) * fields.channels + channel]))
    case .convolution(let fields):
      let own = convolved(fields, column, channel)
      guard let sum = fields.sum else { return own }
      return added(own, at(1, row, column, channel) ?? 0, sum)
    case .pool(let fields):
      let cells = cells(of: fields.sweep, column).map { at(0, $0.row, $0.column, channel) }
      let zero = Int128(fields.inputZero)
      let pooled =
        fields.isMaximum
        ? (cells.compactMap { $0 }.max() ?? -128) - zero : cells.reduce(Int128(0)) { $0 + ($1 ?? zero) - zero }
      return narrowed(rescaled(pooled, fields.scale), fields.range)
    case .pair(let fields):
      let right = graph.shapes[fields.right]
      let isBroadcast = right.rows == 1 && right.columns == 1
      let a = at(0, row, column, channel) ?? 0
      let b = at(1, isBroadcast ? 0 : row, isBroadcast ? 0 : column, channel) ?? 0
      guard fields.isProduct else { return added(a, b, fields.sum) }
      let product = (a - Int128(fields.sum.left.zero)) * (b - Int128(fields.sum.right.zero))
      return narrowed(rescaled(product, fields.sum.scale), fields.sum.range)
    case .table: return Int128(Int8(bitPattern: tensor[Int(at(0, row, column, channel) ?? 0) + 128]))
    case .concatenation(let fields):
      var rest = channel
      for (number, source) in fields.sources.enumerated() {
        let channels = graph.shapes[source].channels
        if rest < channels { return at(number, row, column, rest) ?? 0 }
        rest -= channels
      }
      return 0
    }
  }

  /// `[NUM-42]`
  private func convolved(_ fields: Int8Segment.Convolution, _ column: Int, _ channel: Int) -> Int128 {
    guard case .convolution(_, let inputs) = graph.tensors[fields.weights] else { return 0 }
    let block = NaiveInt8Block(tensor, inputs: inputs, first: position.chunk * fields.chunk / 8, channel: channel)
    let channels = fields.isDepthwise ? channel..<channel + 1 : 0..<graph.shapes[fields.source].channels
    var sum = Int128(block.bias)
    for (number, cell) in cells(of: fields.sweep, column).enumerated() {
      for (offset, source) in channels.enumerated() {
        let x = at(0, cell.row, cell.column, source) ?? Int128(fields.inputZero)
        sum += (x - Int128(fields.inputZero)) * Int128(block.weight(number * channels.count + offset))
      }
    }
    return narrowed(rescaled(sum, block.scale), fields.range)
  }

  private func cells(of sweep: Int8Segment.Sweep, _ column: Int) -> [(row: Int, column: Int)] {
    let window = sweep.window
    return (0..<window.height).flatMap { i in
      (0..<window.width).map { j in
        (position.row * window.strideY - window.top + i * window.dilationY, column * window.strideX - window.left + j * window.dilationX)
      }
    }
  }

  /// A value of a source; nil outside its rows and columns. A read starts at the window's first row that exists, else at the row itself.
  private func at(_ read: Int, _ row: Int, _ column: Int, _ channel: Int) -> Int128? {
    let shape = graph.shapes[segment.sources[read]]
    guard (0..<shape.rows).contains(row), (0..<shape.columns).contains(column) else { return nil }
    let first: Int
    switch segment {
    case .convolution(let fields) where read == 0: first = max(0, position.row * fields.sweep.window.strideY - fields.sweep.window.top)
    case .pool(let fields): first = max(0, position.row * fields.sweep.window.strideY - fields.sweep.window.top)
    default: first = row
    }
    let chunk = channel / shape.chunk
    let start = (row - first) * shape.columns * shape.channels + chunk * shape.columns * shape.chunk
    return Int128(Int8(bitPattern: reads[read][start + column * shape.chunk + channel % shape.chunk]))
  }

  /// `[NUM-40]`
  private func rescaled(_ v: Int128, _ scale: Int8Scale) -> Int128 { Naive.rs(v * Int128(scale.multiplier), scale.shift) }

  /// `[NUM-41]`
  private func narrowed(_ v: Int128, _ range: Int8Range) -> Int128 {
    max(Int128(range.low), min(Int128(range.high), v + Int128(range.zero)))
  }

  /// `[NUM-44]`
  private func added(_ a: Int128, _ b: Int128, _ sum: Int8Segment.Sum) -> Int128 {
    let left = rescaled(a - Int128(sum.left.zero), sum.left.scale)
    let right = rescaled(b - Int128(sum.right.zero), sum.right.scale)
    return narrowed(rescaled(Naive.sat32(left + right), sum.scale), sum.range)
  }
}

/// One channel of a block of a convolution tensor. `[MODEL-8]`
struct NaiveInt8Block {
  private let bytes: ArraySlice<UInt8>
  private let inputs: Int
  private let channel: Int

  /// - Parameter first: the block that `bytes` begins with.
  init(_ bytes: [UInt8], inputs: Int, first: Int, channel: Int) {
    let size = 16 * ((inputs + 1) / 2) + 96
    self.bytes = bytes[(channel / 8 - first) * size..<(channel / 8 - first + 1) * size]
    self.inputs = inputs
    self.channel = channel % 8
  }

  func weight(_ input: Int) -> Int8 { Int8(bitPattern: bytes[bytes.startIndex + input / 2 * 16 + channel * 2 + input % 2]) }

  var bias: Int32 { number(0) }
  var scale: Int8Scale { Int8Scale(multiplier: UInt32(bitPattern: number(1)), shift: Int(UInt32(bitPattern: number(2)))) }

  var isWellFormed: Bool {
    bias.magnitude <= 1 << 30 && scale.multiplier < 1 << 31 && (2...62).contains(scale.shift)
      && (inputs.isMultiple(of: 2) || weight(inputs) == 0)
  }

  private func number(_ list: Int) -> Int32 {
    let start = bytes.endIndex - 96 + 32 * list + 4 * channel
    return Int32(truncatingIfNeeded: (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) })
  }
}
