import Bytes
import Inference
import Merkle
import NodeInterface
import Provider

/// What an answer says beside the text, for those who want to check it.
struct ProbityView: Encodable {
  let requestDigest: Digest
  let recordDigest: Digest
  let traceRoot: Digest
  let modelRoot: Digest
  let client: Digest
  let provider: Digest
  /// `queued` or `posted`.
  let status: String
  let claim: Digest?
  let record: UInt32?
  /// The signed promise to post the record, as the hexadecimal digits of its encoding. `[PROM-1]`
  let promise: String?
  /// Where the receipt will be.
  let receipt: String

  init(_ answer: ProviderAnswer, provider: Provider) {
    requestDigest = answer.requestDigest
    recordDigest = MerkleTree.leafHash(answer.record.encoded)
    traceRoot = answer.record.traceRoot
    modelRoot = answer.record.request.modelRoot
    client = answer.record.request.client.xCoordinate
    self.provider = provider.publicKey.xCoordinate
    status = answer.place == nil ? "queued" : "posted"
    claim = answer.place?.claim
    record = answer.place?.record
    promise = answer.promise.map { $0.encoded.hex }
    receipt = ProviderRoute.receiptOfRequest.path(answer.requestDigest.hex)
  }
}

/// How many tokens went in and came out.
struct UsageView: Encodable {
  let promptTokens: Int
  let completionTokens: Int
  let totalTokens: Int

  init(_ record: Record) {
    promptTokens = record.promptTokens.count
    completionTokens = record.outputTokens.count
    totalTokens = promptTokens + completionTokens
  }
}

/// Which of the two interfaces for text an answer is for.
enum CompletionKind: Sendable {
  case chat
  case text

  /// The member of a request that holds the prompt.
  var promptMember: String { self == .chat ? "messages" : "prompt" }
  var identifierPrefix: String { self == .chat ? "chatcmpl-" : "cmpl-" }
  var object: String { self == .chat ? "chat.completion" : "text_completion" }
  var chunkObject: String { self == .chat ? "chat.completion.chunk" : "text_completion" }
}

/// One object of the OpenAI interface: a whole answer, or a chunk of one.
struct CompletionView: Encodable {
  /// A message, or a part of one.
  struct Message: Encodable {
    var role: String?
    var content: String?
  }

  /// The one choice there is.
  struct Choice: Encodable {
    let index = 0
    var message: Message?
    var delta: Message?
    var text: String?
    var finishReason: String?

    private enum CodingKeys: CodingKey { case index, message, delta, text, finishReason, logprobs }

    /// Writes `finishReason` and `logprobs` also where they are null, as clients expect.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(index, forKey: .index)
      try container.encodeIfPresent(message, forKey: .message)
      try container.encodeIfPresent(delta, forKey: .delta)
      try container.encodeIfPresent(text, forKey: .text)
      try container.encode(finishReason, forKey: .finishReason)
      try container.encodeNil(forKey: .logprobs)
    }
  }

  let id: String
  let object: String
  let created: UInt64
  let model: String
  var choices: [Choice]
  var usage: UsageView?
  var probity: ProbityView?
  var systemFingerprint: String

  /// Makes an object without choices.
  init(_ kind: CompletionKind, isChunk: Bool, requestDigest: Digest, created: UInt64, model: String, modelRoot: Digest) {
    id = kind.identifierPrefix + String(requestDigest.hex.prefix(24))
    object = isChunk ? kind.chunkObject : kind.object
    self.created = created
    self.model = model
    choices = []
    systemFingerprint = "probity-" + String(modelRoot.hex.prefix(16))
  }
}

extension StopReason {
  /// The name that clients of the OpenAI interface know.
  var finishReason: String { self == .stopToken ? "stop" : "length" }
}
