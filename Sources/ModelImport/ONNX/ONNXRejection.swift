/// Why an ONNX file is not imported. Every case but those of the whole file names the node or tensor at fault.
public enum ONNXRejection: Error, Hashable, Sendable {
  /// The bytes are no ONNX model.
  case notONNX
  /// The file has more than 2^28 bytes, or more than 65536 nodes or tensors.
  case tooLarge
  /// The file has no graph of one input and one output, in the standard operator set of version 13 to 25.
  case model(String)
  /// A tensor that cannot be used: its name and the rule that it breaks.
  case tensor(String, rule: String)
  /// A node whose operator is not supported, at least not there.
  case unsupportedOperator(node: String, kind: String)
  /// A node with an attribute or input that is not supported: what, and the rule.
  case unsupported(node: String, what: String, rule: String)
  /// A node reads a name that no earlier node, tensor or input has.
  case unknownName(node: String, name: String)
  /// A node's numbers are too large or too small for the executor's multipliers.
  case outOfScale(node: String)

  /// The operators that the importer knows.
  public static let operators = [
    "Add", "AveragePool", "Clip", "Concat", "Conv", "DequantizeLinear", "Flatten", "Gemm", "GlobalAveragePool", "GlobalMaxPool",
    "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "MatMul", "MaxPool", "Mul", "QuantizeLinear", "Relu", "Reshape", "Sigmoid",
    "Softmax", "Tanh",
  ]
}

extension ONNXRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notONNX: "the file is not an ONNX model"
    case .tooLarge: "the file has more than 2^28 bytes, or more than 65536 nodes or tensors"
    case .model(let rule): "the model \(rule)"
    case .tensor(let name, let rule): "the tensor \(name) \(rule)"
    case .unsupportedOperator(let node, let kind):
      "the node \(node) has the operator \(kind); supported are \(ONNXRejection.operators.joined(separator: ", "))"
    case .unsupported(let node, let what, let rule): "the node \(node) has \(what); supported is \(rule)"
    case .unknownName(let node, let name): "the node \(node) reads \(name), which nothing before it makes"
    case .outOfScale(let node): "the scales of the node \(node) are too large or too small for 31-bit multipliers and shifts of 2 to 62"
    }
  }
}
