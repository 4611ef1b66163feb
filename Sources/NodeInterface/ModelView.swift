import Bytes
import Ledger

/// A registered model without its graph, as JSON: `GET /v1/models`.
public struct ModelView: Codable, Hashable, Sendable {
  /// The model root.
  public let root: Digest
  /// The name for people.
  public let name: String
  /// The Merkle root over the tensors.
  public let tensorsRoot: Digest
  /// The digest of the tokenizer, which is a blob.
  public let tokenizer: Digest
  /// The bytes of the graph's encoding.
  public let graphBytes: Int
  /// Who registered the model.
  public let registrant: Digest?
  /// The height of the block that registered it.
  public let height: UInt64

  /// Makes a view.
  public init(root: Digest, model: RegisteredModel) {
    self.root = root
    name = String(decoding: model.name, as: UTF8.self)
    tensorsRoot = model.tensorsRoot
    tokenizer = model.tokenizer
    graphBytes = model.graph.count
    registrant = Digest(model.registrant.bytes)
    height = model.height.value
  }
}
