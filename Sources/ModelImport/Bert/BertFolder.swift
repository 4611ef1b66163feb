import Foundation

/// Why the JSON files beside a model's tensors cannot be read, or not by this importer.
public enum ModelFolderRejection: Error, Hashable, Sendable {
  /// A file is longer than its limit.
  case fileTooLong(String)
  /// A file is not the JSON object that it should be, or lacks a key.
  case invalidFile(String)
  /// The tokenizer does something that section 8 of the specification does not have.
  case unsupportedTokenizer(String)
  /// The tokens' numbers are not 0, 1, 2 and so on, or one cannot stand in a tokenizer.
  case invalidVocabulary
  /// The sentence is made of the rows in another way than their mean over its length.
  case unsupportedPooling
}

extension ModelFolderRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .fileTooLong(let file): "\(file) is too long"
    case .invalidFile(let file): "\(file) is not the JSON that it should be"
    case .unsupportedTokenizer(let what): "the tokenizer is not supported: \(what)"
    case .invalidVocabulary: "the vocabulary is not a list of tokens"
    case .unsupportedPooling: "only the mean over all rows, of length 1, is supported"
    }
  }
}

/// The folder of a BERT sentence encoder as its makers publish it: `config.json`, `tokenizer.json`, `modules.json`, `1_Pooling/config.json`,
/// `model.safetensors`.
public struct BertFolder: Sendable {
  /// The most bytes of a JSON file.
  public static let fileBytes = 1 << 25

  /// `config.json`.
  public let configuration: BertConfiguration
  /// `tokenizer.json`.
  public let tokenizer: WordPieceFile
  /// `model.safetensors`.
  public let tensors: SafetensorsFile

  /// Takes the parts of a folder.
  public init(configuration: BertConfiguration, tokenizer: WordPieceFile, tensors: SafetensorsFile) {
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.tensors = tensors
  }

  /// Reads a folder.
  public init(contentsOf folder: String) throws(ImportError) {
    let modules: [SentenceModule] = try BertFolder.read("modules.json", of: folder)
    let pooling: SentencePooling = try BertFolder.read("1_Pooling/config.json", of: folder)
    guard SentenceModule.isMeanOfLengthOne(modules), pooling.isMean else { throw .folder(.unsupportedPooling) }
    self.init(
      configuration: try BertFolder.read("config.json", of: folder), tokenizer: try BertFolder.read("tokenizer.json", of: folder),
      tensors: try SafetensorsFile(contentsOf: folder + "/model.safetensors"))
  }

  /// A value of one of the folder's JSON files.
  static func read<Value: Decodable>(_ name: String, of folder: String) throws(ImportError) -> Value {
    let data: Data
    do throws(FileFailure) { data = try MappedFile.data(folder + "/" + name) } catch { throw .file(error) }
    return try decode(data, as: name)
  }

  /// A value of JSON of at most `fileBytes` bytes.
  static func decode<Value: Decodable>(_ data: Data, as name: String) throws(ImportError) -> Value {
    guard data.count <= fileBytes else { throw .folder(.fileTooLong(name)) }
    do { return try JSONDecoder().decode(Value.self, from: data) } catch { throw .folder(.invalidFile(name)) }
  }
}

/// An entry of `modules.json`.
struct SentenceModule: Decodable {
  let type: String

  /// Whether the modules are a transformer, a pooling and a division by the length.
  static func isMeanOfLengthOne(_ modules: [SentenceModule]) -> Bool {
    modules.map { $0.type.split(separator: ".").last } == ["Transformer", "Pooling", "Normalize"]
  }
}

/// `1_Pooling/config.json`.
struct SentencePooling: Decodable {
  let poolingModeClsToken: Bool
  let poolingModeMeanTokens: Bool
  let poolingModeMaxTokens: Bool
  let poolingModeMeanSqrtLenTokens: Bool

  private enum CodingKeys: String, CodingKey {
    case poolingModeClsToken = "pooling_mode_cls_token"
    case poolingModeMeanTokens = "pooling_mode_mean_tokens"
    case poolingModeMaxTokens = "pooling_mode_max_tokens"
    case poolingModeMeanSqrtLenTokens = "pooling_mode_mean_sqrt_len_tokens"
  }

  var isMean: Bool {
    poolingModeMeanTokens && !poolingModeClsToken && !poolingModeMaxTokens && !poolingModeMeanSqrtLenTokens
  }
}
