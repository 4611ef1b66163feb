import Bytes
import Cryptography
import Inference
import Text

extension Transition {
  /// Puts a model on the ledger. `[TX-5]` `[MODEL-6]`
  mutating func apply(_ registration: RegisterModel, from identifier: AccountIdentifier) throws(Refusal) {
    let commitment = ModelCommitment(
      graphDigest: Digest.hash(registration.graph), tensorsRoot: registration.tensorsRoot, tokenizerDigest: registration.tokenizer)
    guard state.model(commitment.modelRoot) == nil else { throw .modelRegistered }
    guard let graph = Graph(decoding: registration.graph) else { throw .modelGraph }
    guard
      let bytes = blobs[registration.tokenizer], let tokenizer = try? TokenizerDescription(decoding: bytes),
      graph.fits(tokenizer)
    else { throw .modelTokenizer }
    // All checks are done; nothing below can fail.
    let model = RegisteredModel(
      name: registration.name, graph: registration.graph, tensorsRoot: registration.tensorsRoot, tokenizer: registration.tokenizer,
      registrant: identifier, height: height)
    state.set(model, at: commitment.modelRoot)
  }
}

extension RegisteredModel {
  /// The model's root. `[MODEL-5]`
  public var commitment: ModelCommitment {
    ModelCommitment(graphDigest: Digest.hash(graph), tensorsRoot: tensorsRoot, tokenizerDigest: tokenizer)
  }
}

extension Graph {
  /// Decodes and checks a graph; nil where it is not canonical or not valid. `[GRAPH-1]`
  init?(decoding bytes: [UInt8]) {
    guard let description = try? GraphDescription(decoding: bytes) else { return nil }
    try? self.init(description)
  }
}
