import Inference

/// Why a model file is not imported: the file's fault, the model's, or the disk's.
public enum ImportError: Error, Hashable, Sendable {
  /// The source is not a file that can be read.
  case source(GGUFRejection)
  /// The source is not a safetensors file that can be read.
  case safetensors(SafetensorsRejection)
  /// What stands beside the tensors cannot be read.
  case folder(ModelFolderRejection)
  /// The ONNX file cannot be read or run.
  case onnx(ONNXRejection)
  /// The source is well formed, but the executor cannot run such a model.
  case model(ModelRejection)
  /// Reading or writing failed.
  case file(FileFailure)
}

/// Why the executor cannot run a model that a well-formed file describes.
public enum ModelRejection: Error, Hashable, Sendable {
  /// The architecture is neither `llama` nor `bert`.
  case unsupportedArchitecture(String)
  /// A key asks for something that the graph cannot express.
  case unsupportedKey(String)
  /// A size is not one that the graph can have: its name, and the rule.
  case unsupportedSize(String, rule: String)
  /// A tensor that the architecture needs is absent.
  case missingTensor(String)
  /// A tensor that the architecture does not have is present.
  case unexpectedTensor(String)
  /// A tensor has other dimensions than the sizes ask for.
  case wrongShape(tensor: String, expected: [Int], found: [Int])
  /// A tensor holds other things than numbers of at most single precision.
  case notFloatingPoint(tensor: String)
  /// A tensor holds an infinity or a NaN.
  case notFinite(tensor: String)
  /// A tensor's values are too large or too small for fixed point.
  case outOfScale(tensor: String)
  /// The graph that the sizes give is not valid.
  case graph(GraphRejection)
  /// The name is longer than 256 bytes, or the chat template than 65536.
  case textTooLong
}

/// A file operation that failed.
public struct FileFailure: Error, Hashable, Sendable {
  /// What was tried.
  public let operation: String
  /// On which file.
  public let path: String
  /// The system's error number.
  public let code: Int32

  /// Makes a failure.
  public init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }
}

extension ImportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .source(let rejection): rejection.description
    case .safetensors(let rejection): rejection.description
    case .folder(let rejection): rejection.description
    case .onnx(let rejection): rejection.description
    case .model(let rejection): rejection.description
    case .file(let failure): failure.description
    }
  }
}

extension ModelRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsupportedArchitecture(let name): "the architecture \(name) is not supported (llama and bert are)"
    case .unsupportedKey(let key): "the model uses \(key), which the graph cannot express"
    case .unsupportedSize(let name, let rule): "\(name) must be \(rule)"
    case .missingTensor(let name): "the tensor \(name) is missing"
    case .unexpectedTensor(let name): "the tensor \(name) is not one that the architecture has"
    case .wrongShape(let tensor, let expected, let found): "the tensor \(tensor) has the dimensions \(found), not \(expected)"
    case .notFloatingPoint(let tensor): "the tensor \(tensor) is not F32, F16 or BF16"
    case .notFinite(let tensor): "the tensor \(tensor) holds a value that is not finite"
    case .outOfScale(let tensor): "the values of the tensor \(tensor) are too large or too small for fixed point"
    case .graph(let rejection): "the graph is not valid: \(rejection)"
    case .textTooLong: "the name or the chat template is too long"
    }
  }
}
