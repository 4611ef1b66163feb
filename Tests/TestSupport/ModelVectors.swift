import Bytes
import Inference

/// Which models can be registered and which loaded, all by one change of a test model. `[MODEL-4]` `[MODEL-6]`
public struct ModelVectors: Decodable {
  /// One model.
  public struct Case: Decodable {
    /// Bytes that replace those of a tensor.
    public struct Edit: Decodable {
      let tensor: Int
      let offset: Int
      let bytes: HexBytes
    }

    /// What the change is.
    public let name: String
    /// The file of the test model that is changed.
    public let model: String
    /// The graph's encoding, valid or not.
    public let graph: HexBytes
    /// The tokenizer's encoding, valid or not.
    public let tokenizer: HexBytes
    let extra: [HexBytes]
    let edits: [Edit]
    /// Whether a chain takes it.
    public let registers: Bool
    /// Whether an executor loads it.
    public let loads: Bool

    /// The bytes of the bundle. `[MODEL-1]`
    public var bundle: [UInt8] {
      let base = model == "tiny-encoder" ? TinyEncoder.model : TinyModel.model
      var tensors = base.graph.tensors.indices.map { Array(base.tensor($0)) } + extra.map(\.bytes)
      for edit in edits { tensors[edit.tensor].replaceSubrange(edit.offset..<edit.offset + edit.bytes.bytes.count, with: edit.bytes.bytes) }
      var header = ByteWriter()
      for part in [graph.bytes, tokenizer.bytes, Array("probity-test".utf8), []] { header.writeCounted(part) }
      var writer = ByteWriter()
      writer.writeFixed(BundleHeader.magic)
      writer.writeCounted(header.bytes)
      var bytes = writer.bytes
      for tensor in tensors { bytes += [UInt8](repeating: 0, count: BundleHeader.padding(after: bytes.count)) + tensor }
      return bytes
    }
  }

  /// The models.
  public let cases: [Case]

  /// Reads the vectors.
  public static func load() throws -> [Case] { try Vectors.load("models", as: ModelVectors.self).cases }
}
