import Inference
import Tensors

extension ONNXConverter {
  /// Makes the segment of what a node computes, now that its output's quantisation is known.
  mutating func finish(_ pending: ONNXPending, as quantisation: ONNXQuantisation) throws(ONNXRejection) -> ONNXActivation {
    let layout = pending.layout
    let range = quantisation.range(pending.low, pending.high)
    let size = Int8Shape(rows: layout.rows, columns: layout.columns, channels: layout.channels, chunk: layout.channels)
    let segment: Int
    switch pending.kind {
    case .input:
      guard segments.isEmpty else { throw unsupported("the model's input once more", "one QuantizeLinear of the input") }
      segment = try append(.input(Int8Segment.Input(rows: size.rows, columns: size.columns, channels: size.channels)), shape: size)
    case .convolution(let convolution):
      segment = try append(convolution, range: range, quantisation: quantisation)
    case .pool(let source, let sweep, let isMaximum):
      let cells = isMaximum ? 1 : Double(sweep.window.cells)
      segment = try append(
        .pool(
          Int8Segment.Pool(
            source: source.segment, sweep: sweep, isMaximum: isMaximum, inputZero: source.quantisation.zero,
            scale: try scale(source.quantisation.scale / (cells * quantisation.scale)), range: range)),
        shape: size)
    case .pair(let isProduct, let left, let right):
      segment = try append(isProduct, left, right, range: range, quantisation: quantisation, size: size)
    case .concatenation(let parts):
      var sources: [Int] = []
      for part in parts { sources.append(try requantised(part, [.clip(low: pending.low, high: pending.high)], as: quantisation)) }
      segment = try append(.concatenation(Int8Segment.Concatenation(sources: sources)), shape: size)
    case .functions(let source, let functions):
      segment = try requantised(source, functions + [.clip(low: pending.low, high: pending.high)], as: quantisation)
    }
    return ONNXActivation(segment: segment, quantisation: quantisation, layout: layout)
  }

  /// A segment of functions of single values; the source itself where nothing changes.
  private mutating func requantised(
    _ source: ONNXActivation, _ functions: [ONNXFunction], as quantisation: ONNXQuantisation
  ) throws(ONNXRejection) -> Int {
    let entries = (-128...127).map { q in
      quantisation.quantised(functions.reduce(source.quantisation.real(Int8(q))) { $1($0) })
    }
    if entries == Array(Int8.min ... .max) { return source.segment }
    let shape = self.shape(source.segment)
    return try append(
      .table(Int8Segment.Table(source: source.segment, table: try append(.table(entries)))),
      shape: Int8Shape(rows: shape.rows, columns: shape.columns, channels: shape.channels, chunk: shape.channels))
  }

  private func scale(_ factor: Double) throws(ONNXRejection) -> Int8Scale {
    guard let scale = Int8Scale(factor) else { throw .outOfScale(node: node.name) }
    return scale
  }

  private mutating func append(
    _ convolution: ONNXConvolution, range: Int8Range, quantisation: ONNXQuantisation
  ) throws(ONNXRejection) -> Int {
    let channels = convolution.scales.count
    let inputs = convolution.weights.count / channels
    guard inputs <= Int8Convolution.maximumInputs, channels <= Int8Shape.channelLimit else {
      throw unsupported("\(inputs) inputs for each of \(channels) channels", "at most 32768 inputs and 65536 channels")
    }
    let inScale = convolution.source.quantisation.scale
    var weights = convolution.weights
    var biases: [Int32] = []
    var scales: [Int8Scale] = []
    for channel in 0..<channels {
      var weightScale = convolution.scales[channel]
      var value = (convolution.biases[channel] / (inScale * weightScale)).rounded(.toNearestOrEven)
      // Beside such a bias the last bits of the weights are nothing: a channel that is all but constant gives them up.
      while abs(value) > Double(Int8Convolution.maximumBias), weightScale < 0x1p60 {
        weightScale *= 2
        value = (value / 2).rounded(.toNearestOrEven)
        for place in channel * inputs..<(channel + 1) * inputs { weights[place] /= 2 }
      }
      guard abs(value) <= Double(Int8Convolution.maximumBias) else { throw .outOfScale(node: node.name) }
      biases.append(Int32(value))
      scales.append(try scale(inScale * weightScale / quantisation.scale))
    }
    let tensor = try append(.convolution(channels: channels, inputs: inputs, weights: weights, biases: biases, scales: scales))
    let sweep = convolution.sweep
    let chunk = ONNXConverter.chunk(channels: channels, inputs: inputs, columns: sweep.columns)
    return try append(
      .convolution(
        Int8Segment.Convolution(
          source: convolution.source.segment, weights: tensor, sweep: sweep, isDepthwise: convolution.isDepthwise,
          inputZero: convolution.source.quantisation.zero, range: range, chunk: chunk)),
      shape: Int8Shape(rows: sweep.rows, columns: sweep.columns, channels: channels, chunk: chunk))
  }

  /// The most channels for which a step's weights stay within 2^18 bytes and its work within 2^21 multiply-adds; at least 8.
  private static func chunk(channels: Int, inputs: Int, columns: Int) -> Int {
    func isCheap(_ chunk: Int) -> Bool {
      let blocks = Int8Convolution.blocks(ofChannels: chunk)
      return blocks * Int8Convolution.blockBytes(inputs: inputs) <= 1 << 18 && 8 * blocks * inputs * columns <= 1 << 21
    }
    if isCheap(channels) || !channels.isMultiple(of: 8) { return channels }
    return stride(from: channels - 8, through: 8, by: -8).first { channels.isMultiple(of: $0) && isCheap($0) } ?? 8
  }

  private mutating func append(
    _ isProduct: Bool, _ left: ONNXActivation, _ right: ONNXActivation, range: Int8Range, quantisation: ONNXQuantisation, size: Int8Shape
  ) throws(ONNXRejection) -> Int {
    if isProduct {
      let factor = left.quantisation.scale * right.quantisation.scale / quantisation.scale
      let sum = Int8Segment.Sum(
        left: Int8Operand(zero: left.quantisation.zero, scale: .one), right: Int8Operand(zero: right.quantisation.zero, scale: .one),
        scale: try scale(factor), range: range)
      return try append(.pair(Int8Segment.Pair(isProduct: true, left: left.segment, right: right.segment, sum: sum)), shape: size)
    }
    for (own, other) in [(left, right), (right, left)] {
      guard own.isUnshared, other.segment < own.segment, case .convolution(var fields) = segments[own.segment], fields.addend == nil,
        shape(other.segment).rows == size.rows, shape(other.segment).columns == size.columns
      else { continue }
      fields.addend = other.segment
      fields.sum = try sum(own, other, range: range, quantisation: quantisation)
      fuse(own.segment, with: fields)
      return own.segment
    }
    return try append(
      .pair(
        Int8Segment.Pair(
          isProduct: false, left: left.segment, right: right.segment, sum: try sum(left, right, range: range, quantisation: quantisation))),
      shape: size)
  }

  /// Both operands at 2^20 times half of the larger scale, so that 27 bits hold each.
  private func sum(
    _ left: ONNXActivation, _ right: ONNXActivation, range: Int8Range, quantisation: ONNXQuantisation
  ) throws(ONNXRejection) -> Int8Segment.Sum {
    let common = 2 * max(left.quantisation.scale, right.quantisation.scale)
    return Int8Segment.Sum(
      left: Int8Operand(zero: left.quantisation.zero, scale: try scale(left.quantisation.scale / common * 0x1p20)),
      right: Int8Operand(zero: right.quantisation.zero, scale: try scale(right.quantisation.scale / common * 0x1p20)),
      scale: try scale(common / (quantisation.scale * 0x1p20)), range: range)
  }
}
