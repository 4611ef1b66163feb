import Inference
import Tensors

/// How ONNX's dimensions after the batch lie in rows, columns and channels.
enum ONNXLayout: Equatable {
  /// `[channels][rows][columns]`
  case image(rows: Int, columns: Int, channels: Int)
  /// `[rows][channels]`
  case sequence(rows: Int, channels: Int)
  /// `[channels]`
  case vector(channels: Int)
  /// An image as one vector, in the image's order.
  case flat(rows: Int, columns: Int, channels: Int)

  var rows: Int {
    switch self {
    case .image(let rows, _, _), .sequence(let rows, _), .flat(let rows, _, _): rows
    case .vector: 1
    }
  }

  var columns: Int {
    switch self {
    case .image(_, let columns, _), .flat(_, let columns, _): columns
    case .sequence, .vector: 1
    }
  }

  var channels: Int {
    switch self {
    case .image(_, _, let channels), .sequence(_, let channels), .vector(let channels), .flat(_, _, let channels): channels
    }
  }
}

/// A tensor that a segment makes.
struct ONNXActivation {
  let segment: Int
  let quantisation: ONNXQuantisation
  var layout: ONNXLayout
  /// Whether the node in hand is the only one that reads the segment.
  var isUnshared = false
}

/// Integers with a scale for each channel of one axis: weights or a bias.
struct ONNXWeights {
  let dimensions: [Int]
  let values: [Int64]
  /// One, or one for each place of the axis.
  let scales: [Double]
  let axis: Int

  func scale(_ place: Int) -> Double { scales.count == 1 ? scales[0] : scales[place] }
}

/// A convolution, or what is one, before its output's quantisation is known.
struct ONNXConvolution {
  let source: ONNXActivation
  let sweep: Int8Segment.Sweep
  let isDepthwise: Bool
  /// `[channels][inputs]`, inputs in the order row, column, channel.
  let weights: [Int8]
  /// For each channel.
  let scales: [Double]
  /// Real numbers, for each channel.
  var biases: [Double]
}

/// What a node computes, before its output's quantisation is known.
struct ONNXPending {
  enum Kind {
    case input
    case convolution(ONNXConvolution)
    case pool(ONNXActivation, Int8Segment.Sweep, isMaximum: Bool)
    case pair(isProduct: Bool, ONNXActivation, ONNXActivation)
    case concatenation([ONNXActivation])
    case functions(ONNXActivation, [ONNXFunction])
  }

  var kind: Kind
  let layout: ONNXLayout
  /// Bounds of the real values.
  var low = -Double.infinity
  var high = Double.infinity
}

/// What a name stands for.
enum ONNXValue {
  case constant(ONNXTensor)
  case weights(ONNXWeights)
  case pending(ONNXPending)
  /// Between QuantizeLinear and DequantizeLinear.
  case quantised(ONNXActivation)
  /// After DequantizeLinear.
  case real(ONNXActivation)
  /// After a Softmax that nothing but the output follows: the executor leaves it out.
  case last(ONNXActivation)
}
