import Bytes
import Cryptography
import Inference
import Ledger
import Text

/// The test model with a tokenizer of its own that encodes alike, so that one model becomes as many as a test needs.
public struct TokenizerVariant: Sendable {
  /// The tokenizer's encoding.
  public let tokenizer: [UInt8]
  /// The model's commitment.
  public let commitment: ModelCommitment

  /// Makes a variant.
  /// - Parameter number: below 256; it names a beginning token that is not added.
  public init(_ number: UInt32) {
    let own = TinyModel.header.tokenizer
    let tokens = own.vocabulary.tokens.map { TokenizerDescription.Token(Array(own.vocabulary.bytes(of: $0)), own.vocabulary.kind(of: $0)) }
    guard
      let description = try? TokenizerDescription(
        splitRule: .gpt2, tokens: tokens, merges: own.merges, beginningToken: number, addsBeginningToken: false)
    else { fatalError("a token of the vocabulary begins nothing") }
    tokenizer = description.encoded
    commitment = ModelCommitment(
      graphDigest: TinyModel.commitment.graphDigest, tensorsRoot: TinyModel.commitment.tensorsRoot,
      tokenizerDigest: Digest.hash(tokenizer))
  }

  /// What registers the variant.
  public var registration: RegisterModel {
    RegisterModel(
      name: Array("variant".utf8), graph: TinyModel.model.graph.encoding, tensorsRoot: commitment.tensorsRoot,
      tokenizer: commitment.tokenizerDigest)
  }

  /// An honest batch of one record by the variant.
  public func batch(client: PrivateKey, salt: UInt8 = 0) -> Batch {
    var record = TestRecords.record(salt: salt, client: client)
    record.request.modelRoot = commitment.modelRoot
    record.requestSignature = client.sign(record.request.digest, random: NoRandomBytes())
    return TestRecords.batch([record])
  }
}
