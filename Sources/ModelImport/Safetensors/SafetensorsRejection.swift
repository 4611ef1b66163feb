/// Why a safetensors file cannot be read, or not by this importer.
public enum SafetensorsRejection: Error, Hashable, Sendable {
  /// The file ends before the header that it announces, or the header is longer than its limit.
  case truncated
  /// The header is not a JSON object of tensors.
  case invalidHeader
  /// There are more tensors than the limit.
  case countAboveLimit
  /// A tensor's type is not one that the format defines.
  case unknownType(tensor: String)
  /// A tensor's dimensions are too many, negative or too large, or do not go with its bytes.
  case invalidShape(tensor: String)
  /// A tensor does not lie within the file.
  case tensorOutsideFile(String)
  /// The tensors leave bytes out or share bytes; this one begins elsewhere than the one before it ends.
  case notContiguous(String)
  /// Bytes follow the last tensor.
  case trailingBytes
}

extension SafetensorsRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated: "the file ends early, or its header is too long"
    case .invalidHeader: "the header is not a JSON object of tensors"
    case .countAboveLimit: "there are too many tensors"
    case .unknownType(let tensor): "the tensor \(tensor) has a type that the format does not define"
    case .invalidShape(let tensor): "the tensor \(tensor) has an impossible shape"
    case .tensorOutsideFile(let tensor): "the tensor \(tensor) does not lie within the file"
    case .notContiguous(let tensor): "the tensor \(tensor) does not begin where the one before it ends"
    case .trailingBytes: "bytes follow the last tensor"
    }
  }
}
