import Inference
import Tensors

extension ONNXConverter {
  /// `Conv` with one group or as many as channels.
  func convolution() throws(ONNXRejection) -> ONNXPending {
    let source = try real(0)
    guard case .image(let rows, let columns, let channels) = source.layout else {
      throw unsupported("an input of \(source.layout)", "an image of channels, rows and columns")
    }
    let weights = try constantWeights(1)
    guard weights.dimensions.count == 4 else { throw unsupported("weights of \(weights.dimensions.count) dimensions", "4 dimensions") }
    let (outChannels, perGroup, height, width) = (
      weights.dimensions[0], weights.dimensions[1], weights.dimensions[2], weights.dimensions[3]
    )
    let groups = try node.integer("group", default: 1)
    let isDepthwise = groups == channels && groups > 1
    guard groups == 1 && perGroup == channels || isDepthwise && perGroup == 1 && outChannels == channels, outChannels >= 1, height >= 1,
      width >= 1
    else {
      throw unsupported(
        "\(groups) groups, \(perGroup) inputs and \(outChannels) channels for \(channels) channels",
        "one group, or a group for each channel with one output each")
    }
    guard weights.scales.count == 1 || weights.axis == 0 else { throw unsupported("scales along axis \(weights.axis)", "axis 0") }
    let sweep = try self.sweep(height: height, width: width, rows: rows, columns: columns)
    var values = [Int8](repeating: 0, count: weights.values.count)
    for channel in 0..<outChannels {
      for input in 0..<perGroup {
        for cell in 0..<height * width {
          let value = weights.values[(channel * perGroup + input) * height * width + cell]
          values[(channel * height * width + cell) * perGroup + input] = try byte(value)
        }
      }
    }
    let scales = (0..<outChannels).map { weights.scale($0) }
    return ONNXPending(
      kind: .convolution(
        ONNXConvolution(
          source: source, sweep: sweep, isDepthwise: isDepthwise, weights: values, scales: scales,
          biases: try biases(2, channels: outChannels))),
      layout: .image(rows: sweep.rows, columns: sweep.columns, channels: outChannels))
  }

  /// `Gemm` of a vector with constant weights.
  func gemm() throws(ONNXRejection) -> ONNXPending {
    guard try node.float("alpha", default: 1) == 1, try node.float("beta", default: 1) == 1, try node.integer("transA", default: 0) == 0
    else {
      throw unsupported("alpha, beta or transA", "alpha 1, beta 1, transA 0")
    }
    return try product(isTransposed: try node.integer("transB", default: 0) != 0, biases: 2)
  }

  /// `MatMul` with constant weights.
  func matrixProduct() throws(ONNXRejection) -> ONNXPending { try product(isTransposed: false, biases: nil) }

  private func product(isTransposed: Bool, biases place: Int?) throws(ONNXRejection) -> ONNXPending {
    let source = try real(0)
    let weights = try constantWeights(1)
    guard weights.dimensions.count == 2 else { throw unsupported("weights of \(weights.dimensions.count) dimensions", "a constant matrix") }
    let outAxis = isTransposed ? 0 : 1
    let (outChannels, inputs) = (weights.dimensions[outAxis], weights.dimensions[1 - outAxis])
    guard weights.scales.count == 1 || weights.axis == outAxis else {
      throw unsupported("scales along axis \(weights.axis)", "scales for each output channel (axis \(outAxis))")
    }
    var window = Int8Window()
    var rows = source.layout.rows
    let layout: ONNXLayout
    switch source.layout {
    case .image: throw unsupported("an image", "a vector or a sequence")
    case .vector: layout = .vector(channels: outChannels)
    case .sequence(let rows, _): layout = .sequence(rows: rows, channels: outChannels)
    case .flat(let height, let width, _):
      // A product with a whole image is a convolution whose window is the image.
      guard height <= Int8Window.limit, width <= Int8Window.limit else { throw unsupported("an image of \(height) rows", "at most 256") }
      window = Int8Window(height: height, width: width)
      rows = 1
      layout = .vector(channels: outChannels)
    }
    let channels = source.layout.channels
    guard inputs == window.cells * channels, outChannels >= 1 else {
      throw unsupported("a matrix of \(inputs) inputs", "\(window.cells * channels) inputs")
    }
    var values = [Int8](repeating: 0, count: weights.values.count)
    for channel in 0..<outChannels {
      for cell in 0..<window.cells {
        for input in 0..<channels {
          let place = input * window.cells + cell
          values[(channel * window.cells + cell) * channels + input] =
            try byte(weights.values[isTransposed ? channel * inputs + place : place * outChannels + channel])
        }
      }
    }
    return ONNXPending(
      kind: .convolution(
        ONNXConvolution(
          source: source, sweep: Int8Segment.Sweep(window: window, rows: rows, columns: 1), isDepthwise: false, weights: values,
          scales: (0..<outChannels).map { weights.scale($0) },
          biases: try place.map { (place) throws(ONNXRejection) in try biases(place, channels: outChannels) }
            ?? [Double](repeating: 0, count: outChannels))),
      layout: layout)
  }

  /// `y = factor * x + offset` for each channel, as a convolution of single cells.
  func affine(_ source: ONNXActivation, factors: [Double]?, offsets: [Double]?) -> ONNXPending {
    let channels = source.layout.channels
    let weights = (0..<channels).map { channel -> Int8 in
      guard let factor = factors?[channel] else { return 64 }
      return factor == 0 ? 0 : factor < 0 ? -127 : 127
    }
    let scales = (0..<channels).map { channel in factors.map { $0[channel] == 0 ? 1 : abs($0[channel]) / 127 } ?? 1.0 / 64 }
    return ONNXPending(
      kind: .convolution(
        ONNXConvolution(
          source: source, sweep: Int8Segment.Sweep(rows: source.layout.rows, columns: source.layout.columns), isDepthwise: true,
          weights: weights, scales: scales, biases: offsets ?? [Double](repeating: 0, count: channels))),
      layout: source.layout)
  }

  /// The window of a node with `strides`, `pads` and `dilations`, and the output that it makes.
  func sweep(height: Int, width: Int, rows: Int, columns: Int) throws(ONNXRejection) -> Int8Segment.Sweep {
    let padding = node.text("auto_pad", default: "NOTSET")
    guard ["NOTSET", "VALID"].contains(padding) else { throw unsupported("auto_pad \(padding)", "explicit pads") }
    guard try node.integer("ceil_mode", default: 0) == 0 else { throw unsupported("ceil_mode", "ceil_mode 0") }
    let strides = try node.sizes("strides", count: 2, default: 1)
    let pads = padding == "VALID" ? [0, 0, 0, 0] : try node.sizes("pads", count: 4, default: 0)
    let dilations = try node.sizes("dilations", count: 2, default: 1)
    let window = Int8Window(
      height: height, width: width, strideY: strides[0], strideX: strides[1], top: pads[0], left: pads[1], dilationY: dilations[0],
      dilationX: dilations[1])
    guard window.isValid else { throw unsupported("a window of \(height) by \(width), strides \(strides)", "numbers of 1 to 256") }
    let free = (rows + pads[0] + pads[2] - window.reachY, columns + pads[1] + pads[3] - window.reachX)
    guard free.0 >= 0, free.1 >= 0 else { throw unsupported("a window larger than the image", "a window that fits") }
    let sweep = Int8Segment.Sweep(window: window, rows: free.0 / strides[0] + 1, columns: free.1 / strides[1] + 1)
    guard window.fits(rows: rows, columns: columns, outputRows: sweep.rows, outputColumns: sweep.columns) else {
      throw unsupported("windows that lie in the padding alone", "windows that reach over the image")
    }
    return sweep
  }

  private func byte(_ value: Int64) throws(ONNXRejection) -> Int8 {
    guard let byte = Int8(exactly: value) else { throw unsupported("a weight of \(value)", "int8 weights") }
    return byte
  }

  private func constantWeights(_ place: Int) throws(ONNXRejection) -> ONNXWeights {
    guard case .weights(let weights) = try value(place) else {
      throw unsupported("weights that are no quantised constant (\(try node.input(place)))", "an int8 constant and DequantizeLinear")
    }
    return weights
  }

  /// Real biases of an optional input.
  private func biases(_ place: Int, channels: Int) throws(ONNXRejection) -> [Double] {
    guard node.optionalInput(place) != nil else { return [Double](repeating: 0, count: channels) }
    return try constants(place, channels: channels, dimensions: [channels])
  }

  /// Real constants for each channel, from one number or from as many, in dimensions that say so.
  func constants(_ place: Int, channels: Int, dimensions: [Int]) throws(ONNXRejection) -> [Double] {
    let found: (dimensions: [Int], values: [Double])
    switch try value(place) {
    case .constant(let tensor):
      guard let values = tensor.floats else { throw unsupported("a constant that is not finite (\(tensor.name))", "finite floats") }
      found = (tensor.dimensions, values)
    case .weights(let weights):
      let stride = weights.dimensions.dropFirst(weights.axis + 1).reduce(1, *)
      let length = weights.dimensions.indices.contains(weights.axis) ? weights.dimensions[weights.axis] : 1
      found = (
        weights.dimensions,
        weights.values.enumerated().map {
          Double($1) * (weights.scales.count == 1 ? weights.scales[0] : weights.scales[$0 / stride % length])
        }
      )
    case .pending, .quantised, .real, .last: throw unsupported("a second input that is no constant", "a constant")
    }
    if found.values.count == 1 { return [Double](repeating: found.values[0], count: channels) }
    let trimmed = Array(found.dimensions.drop { $0 == 1 })
    guard found.values.count == channels, trimmed == Array(dimensions.drop { $0 == 1 }) else {
      throw unsupported("a constant of the dimensions \(found.dimensions)", "one number, or one for each of \(channels) channels")
    }
    return found.values
  }
}
