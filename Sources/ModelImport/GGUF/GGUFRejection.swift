/// Why a GGUF file cannot be read, or not by this importer.
public enum GGUFRejection: Error, Hashable, Sendable {
  /// The file does not begin with `GGUF`.
  case notGGUF
  /// The file has a version other than 2 and 3 (a big-endian file has one, too).
  case unsupportedVersion(UInt32)
  /// The file ends before what it announces.
  case truncated
  /// A count of keys, tensors, elements or dimensions is above its limit.
  case countAboveLimit
  /// A string is longer than its limit.
  case stringTooLong
  /// A key or a tensor's name is not UTF-8.
  case invalidName
  /// A key stands twice.
  case duplicateKey(String)
  /// A tensor's name stands twice.
  case duplicateTensor(String)
  /// A metadata value has a type that the format does not define.
  case unknownValueType(UInt32)
  /// A metadata array holds arrays.
  case nestedArray
  /// A Boolean is neither 0 nor 1.
  case invalidBoolean
  /// The alignment is not a power of two from 1 to 65536.
  case invalidAlignment
  /// A tensor's type is not one that this importer reads.
  case unsupportedTensorType(tensor: String, type: UInt32)
  /// A tensor's dimensions are zero, too large, or not whole blocks.
  case invalidShape(tensor: String)
  /// A tensor does not start at a multiple of the alignment.
  case misalignedTensor(String)
  /// A tensor does not lie within the file.
  case tensorOutsideFile(String)
  /// A tensor shares bytes with another one.
  case overlappingTensor(String)
  /// A key that the import needs is absent.
  case missingKey(String)
  /// A key's value has another type, or is out of range.
  case invalidValue(key: String)
  /// The tokenizer is of a kind that this importer does not read.
  case unsupportedTokenizer(String)
  /// The tokenizer cuts text by a rule that section 8 of the specification does not have.
  case unsupportedSplitRule(String)
  /// A token, by its number, cannot stand in a tokenizer.
  case invalidToken(Int)
  /// A merge, by its rank, names a token that the vocabulary does not have.
  case invalidMerge(Int)
  /// The tokenizer as a whole breaks a limit.
  case invalidTokenizer
}

extension GGUFRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notGGUF: "not a GGUF file"
    case .unsupportedVersion(let version): "GGUF version \(version) is not supported (2 and 3 are)"
    case .truncated: "the file ends early"
    case .countAboveLimit: "a count is above its limit"
    case .stringTooLong: "a string is too long"
    case .invalidName: "a name is not UTF-8"
    case .duplicateKey(let key): "the key \(key) stands twice"
    case .duplicateTensor(let name): "the tensor \(name) stands twice"
    case .unknownValueType(let type): "a metadata value has the unknown type \(type)"
    case .nestedArray: "a metadata array holds arrays"
    case .invalidBoolean: "a Boolean is neither 0 nor 1"
    case .invalidAlignment: "general.alignment is not a power of two from 1 to 65536"
    case .unsupportedTensorType(let tensor, let type):
      "the tensor \(tensor) has type \(type); supported are \(GGUFTensorType.allCases.map(\.name).joined(separator: ", "))"
    case .invalidShape(let tensor): "the tensor \(tensor) has an impossible shape"
    case .misalignedTensor(let tensor): "the tensor \(tensor) is not aligned"
    case .tensorOutsideFile(let tensor): "the tensor \(tensor) does not lie within the file"
    case .overlappingTensor(let tensor): "the tensor \(tensor) overlaps another one"
    case .missingKey(let key): "the key \(key) is missing"
    case .invalidValue(let key): "the value of \(key) has the wrong type or is out of range"
    case .unsupportedTokenizer(let model): "the tokenizer \(model) is not supported (gpt2 is)"
    case .unsupportedSplitRule(let rule): "the split rule \(rule) is not supported (gpt-2 and smollm are)"
    case .invalidToken(let token): "the token \(token) cannot stand in a tokenizer"
    case .invalidMerge(let rank): "the merge \(rank) names a token that is not in the vocabulary"
    case .invalidTokenizer: "the tokenizer breaks a limit"
    }
  }
}
