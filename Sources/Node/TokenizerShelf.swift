import Bytes
import Ledger
import Text

/// The tokenizers of all registered models.
struct TokenizerShelf: TokenizerSource {
  private var tokenizers: [Digest: Tokenizer] = [:]

  func tokenizer(_ digest: Digest) -> Tokenizer? { tokenizers[digest] }

  /// Puts the tokenizer of a registered model on the shelf. The ledger has checked that the bytes decode.
  mutating func add(_ digest: Digest, _ bytes: [UInt8]) throws(NodeFailure) {
    guard tokenizers[digest] == nil else { return }
    guard let description = try? TokenizerDescription(decoding: bytes) else {
      throw .inconsistent("the tokenizer \(digest) of a registered model does not decode")
    }
    tokenizers[digest] = Tokenizer(description)
  }

  /// The shelf after a block, with the tokenizers of the models that the block registers.
  func with(_ accepted: AcceptedBlock) throws(NodeFailure) -> TokenizerShelf {
    var shelf = self
    for change in accepted.changes {
      guard case .model(let model)? = change.entry else { continue }
      if let blob = accepted.block.blobs.first(where: { $0.digest == model.tokenizer }) { try shelf.add(blob.digest, blob.bytes) }
    }
    return shelf
  }
}
