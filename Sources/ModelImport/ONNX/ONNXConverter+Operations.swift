import Inference
import Tensors

extension ONNXConverter {
  /// `Add` or `Mul` of two tensors, or of a tensor and constants for its channels.
  func pair(isProduct: Bool) throws(ONNXRejection) -> ONNXPending {
    let first = try value(0)
    let second = try value(1)
    switch (first, second) {
    case (.real(let left), .real(let right)): return try pair(isProduct: isProduct, left, right)
    case (.real(let source), .constant), (.real(let source), .weights): return try affine(source, constant: 1, isProduct: isProduct)
    case (.constant, .real(let source)), (.weights, .real(let source)): return try affine(source, constant: 0, isProduct: isProduct)
    case (.pending(let pending), .constant), (.pending(let pending), .weights):
      return try shifted(pending, constant: 1, isProduct: isProduct)
    case (.constant, .pending(let pending)), (.weights, .pending(let pending)):
      return try shifted(pending, constant: 0, isProduct: isProduct)
    default: throw unsupported("an input that is not quantised", "two dequantised tensors, or one and a constant")
    }
  }

  private func pair(isProduct: Bool, _ left: ONNXActivation, _ right: ONNXActivation) throws(ONNXRejection) -> ONNXPending {
    if left.layout == right.layout { return ONNXPending(kind: .pair(isProduct: isProduct, left, right), layout: left.layout) }
    guard case .image(_, _, let leftChannels) = left.layout, case .image(_, _, let rightChannels) = right.layout,
      leftChannels == rightChannels
    else { throw unsupported("inputs of other sizes", "equal sizes, or one row and column of as many channels") }
    if right.layout.rows == 1, right.layout.columns == 1 {
      return ONNXPending(kind: .pair(isProduct: isProduct, left, right), layout: left.layout)
    }
    guard left.layout.rows == 1, left.layout.columns == 1 else {
      throw unsupported("inputs of other sizes", "equal sizes, or one row and column of as many channels")
    }
    return ONNXPending(kind: .pair(isProduct: isProduct, right, left), layout: right.layout)
  }

  private func affine(_ source: ONNXActivation, constant: Int, isProduct: Bool) throws(ONNXRejection) -> ONNXPending {
    let values = try channelConstants(constant, layout: source.layout)
    return affine(source, factors: isProduct ? values : nil, offsets: isProduct ? nil : values)
  }

  /// A bias that stands in a node of its own, right after its product.
  private func shifted(_ pending: ONNXPending, constant: Int, isProduct: Bool) throws(ONNXRejection) -> ONNXPending {
    guard !isProduct, case .convolution(var convolution) = pending.kind, pending.low == -.infinity, pending.high == .infinity else {
      throw unsupported(
        "an input that is not quantised", "a QuantizeLinear and DequantizeLinear before it, or an Add of a bias after a product")
    }
    let offsets = try channelConstants(constant, layout: pending.layout)
    convolution.biases = zip(convolution.biases, offsets).map { $0 + $1 }
    return ONNXPending(kind: .convolution(convolution), layout: pending.layout)
  }

  private func channelConstants(_ place: Int, layout: ONNXLayout) throws(ONNXRejection) -> [Double] {
    let channels = layout.channels
    switch layout {
    case .image: return try constants(place, channels: channels, dimensions: [channels, 1, 1])
    case .sequence, .vector: return try constants(place, channels: channels, dimensions: [channels])
    case .flat: throw unsupported("a flattened image", "an image, a sequence or a vector")
    }
  }

  /// The bounds of a `Clip`.
  func clip() throws(ONNXRejection) -> ONNXFunction {
    func bound(_ place: Int, _ missing: Double) throws(ONNXRejection) -> Double {
      guard node.optionalInput(place) != nil else { return missing }
      guard case .constant(let tensor) = try value(place), let values = tensor.floats, values.count == 1 else {
        throw unsupported("a bound that is no constant", "constant bounds")
      }
      return values[0]
    }
    return .clip(low: try bound(1, -.infinity), high: try bound(2, .infinity))
  }

  /// A function of single values: bounds join the node before them, the others become tables.
  func function(_ function: ONNXFunction) throws(ONNXRejection) -> ONNXPending {
    switch try value(0) {
    case .real(let source): return ONNXPending(kind: .functions(source, [function]), layout: source.layout)
    case .pending(var pending):
      if case .functions(let source, let functions) = pending.kind, pending.low == -.infinity, pending.high == .infinity {
        return ONNXPending(kind: .functions(source, functions + [function]), layout: pending.layout)
      }
      guard case .clip(let low, let high) = function else {
        throw unsupported("an input that is not quantised", "a QuantizeLinear and DequantizeLinear before it")
      }
      if case .input = pending.kind { throw unsupported("the model's input, not quantised", "a QuantizeLinear before it") }
      pending.low = max(low, min(high, pending.low))
      pending.high = max(low, min(high, pending.high))
      return pending
    case .constant, .weights, .quantised, .last: throw unsupported("an input that is not a real tensor", "the output of a node")
    }
  }

  /// `AveragePool` or `MaxPool`.
  func pool() throws(ONNXRejection) -> ONNXPending {
    let source = try real(0)
    guard case .image(let rows, let columns, let channels) = source.layout else { throw unsupported("no image", "an image") }
    let size = try node.sizes("kernel_shape", count: 2, default: 0)
    guard size[0] >= 1, size[1] >= 1 else { throw unsupported("kernel_shape \(size)", "two positive integers") }
    let sweep = try self.sweep(height: size[0], width: size[1], rows: rows, columns: columns)
    let isMaximum = node.kind == "MaxPool"
    if !isMaximum, try node.integer("count_include_pad", default: 0) == 0 {
      let last = (
        (sweep.rows - 1) * sweep.window.strideY + sweep.window.reachY, (sweep.columns - 1) * sweep.window.strideX + sweep.window.reachX
      )
      guard sweep.window.top == 0, sweep.window.left == 0, last.0 <= rows, last.1 <= columns else {
        throw unsupported("padding that is not counted", "count_include_pad 1, or no padding")
      }
    }
    return ONNXPending(
      kind: .pool(source, sweep, isMaximum: isMaximum), layout: .image(rows: sweep.rows, columns: sweep.columns, channels: channels))
  }

  /// `GlobalAveragePool` or `GlobalMaxPool`.
  func globalPool() throws(ONNXRejection) -> ONNXPending {
    let source = try real(0)
    guard case .image(let rows, let columns, let channels) = source.layout, rows <= Int8Window.limit, columns <= Int8Window.limit else {
      throw unsupported("no image of at most 256 rows and columns", "such an image")
    }
    let sweep = Int8Segment.Sweep(window: Int8Window(height: rows, width: columns), rows: 1, columns: 1)
    return ONNXPending(
      kind: .pool(source, sweep, isMaximum: node.kind == "GlobalMaxPool"), layout: .image(rows: 1, columns: 1, channels: channels))
  }

  /// `Concat` along the channels.
  func concatenation() throws(ONNXRejection) -> ONNXPending {
    var parts: [ONNXActivation] = []
    guard (2...Int8Segment.Concatenation.sourceLimit).contains(node.inputs.count) else {
      throw unsupported("\(node.inputs.count) inputs", "2 to 16")
    }
    for place in node.inputs.indices { parts.append(try real(place)) }
    let channels = parts.reduce(0) { $0 + $1.layout.channels }
    let axis = try node.integer("axis", default: 1)
    switch parts[0].layout {
    case .image(let rows, let columns, _):
      guard [1, -3].contains(axis), parts.allSatisfy({ $0.layout == .image(rows: rows, columns: columns, channels: $0.layout.channels) })
      else { throw unsupported("axis \(axis)", "images of equal rows and columns along axis 1") }
      return ONNXPending(kind: .concatenation(parts), layout: .image(rows: rows, columns: columns, channels: channels))
    case .vector:
      guard [1, -1].contains(axis), parts.allSatisfy({ $0.layout == .vector(channels: $0.layout.channels) }) else {
        throw unsupported("axis \(axis)", "vectors along axis 1")
      }
      return ONNXPending(kind: .concatenation(parts), layout: .vector(channels: channels))
    case .sequence, .flat: throw unsupported("an input of \(parts[0].layout)", "images or vectors")
    }
  }

  /// `Flatten`, or a `Reshape` that does the same.
  func flattened() throws(ONNXRejection) -> ONNXActivation {
    var source = try real(0)
    let count = source.layout.rows * source.layout.columns * source.layout.channels
    if node.kind == "Flatten" {
      guard try node.integer("axis", default: 1) == 1 else { throw unsupported("another axis", "axis 1") }
    } else {
      guard case .constant(let shape) = try value(1) else { throw unsupported("a shape that is no constant", "a constant shape") }
      let sizes = shape.integers
      guard sizes.count == 2, [0, 1, -1].contains(sizes[0]), sizes[1] == Int64(count) || sizes[1] == -1 && sizes[0] != -1 else {
        throw unsupported("the shape \(sizes.prefix(8))", "[1, \(count)]: all values of the example as a vector")
      }
    }
    switch source.layout {
    case .vector, .flat: break
    case .image(1, 1, let channels): source.layout = .vector(channels: channels)
    case .image(let rows, let columns, let channels): source.layout = .flat(rows: rows, columns: columns, channels: channels)
    case .sequence: throw unsupported("a sequence", "an image or a vector")
    }
    return source
  }
}
