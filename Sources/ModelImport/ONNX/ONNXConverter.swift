import Inference
import Tensors

/// Walks a graph of quantised nodes (QDQ) and makes the segments and tensors of a bundle.
struct ONNXConverter {
  /// A tensor of the bundle.
  enum TensorPlan {
    case convolution(channels: Int, inputs: Int, weights: [Int8], biases: [Int32], scales: [Int8Scale])
    case table([Int8])

    var shape: TensorShape {
      switch self {
      case .convolution(let channels, let inputs, _, _, _): .convolution(channels: channels, inputs: inputs)
      case .table: .table
      }
    }
  }

  private(set) var segments: [Int8Segment] = []
  private(set) var tensors: [TensorPlan] = []
  /// The node that each segment comes from.
  private(set) var names: [String] = []
  /// What was left out.
  private(set) var notes: [String] = []
  private var shapes: [Int8Shape] = []
  private var values: [String: ONNXValue] = [:]
  private var uses: [String: Int] = [:]
  private(set) var node: ONNXNode
  private var tensorBytes = 0

  /// The most segments, and the most tensors. `[GRAPH-20]`
  private static let countLimit = 4096
  /// The most bytes of all tensors.
  private static let byteLimit = 1 << 29

  /// Converts a file.
  init(_ file: ONNXFile) throws(ONNXRejection) {
    guard let first = file.nodes.first else { throw .model("has no nodes") }
    node = first
    for (name, tensor) in file.constants { values[name] = .constant(tensor) }
    values[file.input.name] = .pending(ONNXPending(kind: .input, layout: ONNXConverter.layout(file.input.dimensions)))
    for node in file.nodes { for name in node.inputs { uses[name, default: 0] += 1 } }
    uses[file.output, default: 0] += 1
    for node in file.nodes {
      self.node = node
      guard let output = node.outputs.first, node.outputs.dropFirst().allSatisfy(\.isEmpty) else {
        throw unsupported("\(node.outputs.count) outputs", "one")
      }
      guard values[output] == nil else { throw .tensor(output, rule: "is made twice") }
      values[output] = try convert(output)
    }
    let result: ONNXActivation
    switch values[file.output] {
    case .real(let activation), .last(let activation), .quantised(let activation): result = activation
    default: throw .tensor(file.output, rule: "is the output and not quantised: its node needs a QuantizeLinear after it")
    }
    guard result.segment == segments.count - 1 else { throw .tensor(file.output, rule: "is the output but not made by the last segment") }
    let shape = shapes[result.segment]
    guard shape.rows == 1, shape.count <= Record.valueByteLimit else {
      throw .tensor(file.output, rule: "is the output and has more than one row, or more than 65536 values")
    }
    // The output is one leaf: chunks are joined by a table that changes nothing.
    if shape.chunks > 1 {
      let table = try append(.table(Array(Int8.min ... .max)))
      _ = try append(
        .table(Int8Segment.Table(source: result.segment, table: table)),
        shape: Int8Shape(rows: 1, columns: shape.columns, channels: shape.channels, chunk: shape.channels))
    }
  }

  private static func layout(_ dimensions: [Int]) -> ONNXLayout {
    switch dimensions.count {
    case 1: .vector(channels: dimensions[0])
    case 2: .sequence(rows: dimensions[0], channels: dimensions[1])
    default: .image(rows: dimensions[1], columns: dimensions[2], channels: dimensions[0])
    }
  }

  private mutating func convert(_ output: String) throws(ONNXRejection) -> ONNXValue {
    switch node.kind {
    case "QuantizeLinear": return try quantise(output)
    case "DequantizeLinear": return try dequantise(output)
    case "Identity":
      guard case .real(var activation) = try value(0) else { return try value(0) }
      activation.isUnshared = activation.isUnshared && uses[output] == 1
      return .real(activation)
    case "Conv": return .pending(try convolution())
    case "Gemm": return .pending(try gemm())
    case "MatMul": return .pending(try matrixProduct())
    case "Add": return .pending(try pair(isProduct: false))
    case "Mul": return .pending(try pair(isProduct: true))
    case "Relu": return .pending(try function(.clip(low: 0, high: .infinity)))
    case "Clip": return .pending(try function(try clip()))
    case "LeakyRelu": return .pending(try function(.leakyRelu(try node.float("alpha", default: 0.01))))
    case "Sigmoid": return .pending(try function(.sigmoid))
    case "Tanh": return .pending(try function(.tanh))
    case "HardSigmoid":
      let slope = try node.float("alpha", default: 0.2)
      return .pending(try function(.hardSigmoid(slope: slope, offset: try node.float("beta", default: 0.5))))
    case "HardSwish": return .pending(try function(.hardSwish))
    case "AveragePool", "MaxPool": return .pending(try pool())
    case "GlobalAveragePool", "GlobalMaxPool": return .pending(try globalPool())
    case "Concat": return .pending(try concatenation())
    case "Flatten", "Reshape":
      var activation = try flattened()
      activation.isUnshared = activation.isUnshared && uses[output] == 1
      return .real(activation)
    case "Softmax":
      let activation = try real(0)
      guard case .vector = activation.layout, [1, -1].contains(try node.integer("axis", default: -1)) else {
        throw unsupported("an input that is no vector", "a softmax over the channels of a vector, as the last node")
      }
      notes.append("the softmax \(node.name) at the end is left out: the output holds its input, in the same order")
      return .last(activation)
    default: throw .unsupportedOperator(node: node.name, kind: node.kind)
    }
  }

  /// The scale and zero point that a QuantizeLinear or DequantizeLinear names, for the whole tensor.
  private func quantisation() throws(ONNXRejection) -> ONNXQuantisation {
    guard case .constant(let scales) = try value(1), let scale = scales.floats, scale.count == 1, scale[0] > 0x1p-100, scale[0] < 0x1p100
    else { throw unsupported("a scale that is no positive constant", "one scale for the tensor") }
    guard node.optionalInput(2) != nil, case .constant(let zeros) = try value(2), zeros.count == 1 else {
      throw unsupported("no constant zero point", "one zero point of int8 or uint8 for the tensor")
    }
    switch zeros.values {
    case .bytes(let values): return ONNXQuantisation(scale: scale[0], zero: values[0])
    case .unsignedBytes(let values): return ONNXQuantisation(scale: scale[0], zero: Int8(Int(values[0]) - 128))
    case .floats, .integers: throw unsupported("a zero point of another type", "int8 or uint8")
    }
  }

  private mutating func quantise(_ output: String) throws(ONNXRejection) -> ONNXValue {
    let quantisation = try quantisation()
    switch try value(0) {
    case .pending(let pending): return .quantised(try finish(pending, as: quantisation))
    case .real(let activation):
      guard activation.quantisation != quantisation else { return .quantised(activation) }
      return .quantised(try finish(ONNXPending(kind: .functions(activation, []), layout: activation.layout), as: quantisation))
    case .last(let activation): return .last(activation)
    case .constant, .weights, .quantised: throw unsupported("an input that is not a real tensor", "the output of a node")
    }
  }

  private func dequantise(_ output: String) throws(ONNXRejection) -> ONNXValue {
    switch try value(0) {
    case .quantised(var activation):
      guard try quantisation() == activation.quantisation else {
        throw unsupported("other scales than the QuantizeLinear before it", "the same scale and zero point")
      }
      activation.isUnshared = uses[try node.input(0)] == 1 && uses[output] == 1
      return .real(activation)
    case .last(let activation): return .last(activation)
    case .constant(let tensor): return .weights(try weights(tensor))
    case .weights, .pending, .real: throw unsupported("an input that is not quantised", "an int8 tensor or constant")
    }
  }

  /// Constant integers with zero points of 0.
  private func weights(_ tensor: ONNXTensor) throws(ONNXRejection) -> ONNXWeights {
    guard case .constant(let scales) = try value(1), let factors = scales.floats, factors.allSatisfy({ $0 > 0x1p-100 && $0 < 0x1p100 })
    else {
      throw unsupported("scales that are no positive constants", "a scale for the tensor or for each place of one axis")
    }
    if node.optionalInput(2) != nil {
      guard case .constant(let zeros) = try value(2), zeros.integers.count == zeros.count, zeros.integers.allSatisfy({ $0 == 0 }) else {
        throw unsupported("zero points of constants that are not 0", "constants with zero points of 0")
      }
    }
    switch tensor.values {
    case .bytes, .integers: break
    case .floats, .unsignedBytes: throw unsupported("constants of another type", "int8 weights and int32 biases")
    }
    var axis = try node.integer("axis", default: 1)
    if axis < 0 { axis += tensor.dimensions.count }
    if factors.count > 1 || scales.dimensions == [1] && !tensor.dimensions.isEmpty {
      guard tensor.dimensions.indices.contains(axis), factors.count == 1 || tensor.dimensions[axis] == factors.count else {
        throw unsupported("\(factors.count) scales for an axis of another length", "one scale for each place of the axis")
      }
    }
    guard !factors.isEmpty else { throw unsupported("no scale", "one scale for each place of the axis") }
    return ONNXWeights(dimensions: tensor.dimensions, values: tensor.integers, scales: factors, axis: axis)
  }

  func unsupported(_ what: String, _ rule: String) -> ONNXRejection { .unsupported(node: node.name, what: what, rule: rule) }

  func value(_ place: Int) throws(ONNXRejection) -> ONNXValue {
    let name = try node.input(place)
    guard let value = values[name] else { throw .unknownName(node: node.name, name: name) }
    return value
  }

  /// An input that is a dequantised tensor.
  func real(_ place: Int) throws(ONNXRejection) -> ONNXActivation {
    guard case .real(let activation) = try value(place) else {
      throw unsupported(
        "an input that is not quantised (\(try node.input(place)))", "QuantizeLinear and DequantizeLinear before each input")
    }
    return activation
  }

  /// Adds a segment; returns its place. What a file asks for is bounded here, before the next node multiplies it.
  mutating func append(_ segment: Int8Segment, shape: Int8Shape) throws(ONNXRejection) -> Int {
    guard shape.isValid, segments.count < ONNXConverter.countLimit else {
      throw unsupported(
        "an output of \(shape.rows) rows, \(shape.columns) columns and \(shape.channels) channels, as segment \(segments.count)",
        "at most 16384 rows and columns, 65536 channels, 2^22 values in a row, and 4096 segments")
    }
    segments.append(segment)
    shapes.append(shape)
    names.append(node.name)
    return segments.count - 1
  }

  mutating func append(_ tensor: TensorPlan) throws(ONNXRejection) -> Int {
    tensorBytes += tensor.shape.byteCount
    guard tensors.count < ONNXConverter.countLimit, tensorBytes <= ONNXConverter.byteLimit else {
      throw unsupported("weights beyond the size of a bundle", "at most 4096 tensors of together 2^29 bytes")
    }
    tensors.append(tensor)
    return tensors.count - 1
  }

  /// Makes a convolution segment add another one to its result.
  mutating func fuse(_ segment: Int, with fields: Int8Segment.Convolution) { segments[segment] = .convolution(fields) }

  func shape(_ segment: Int) -> Int8Shape { shapes[segment] }
}
