import Bytes
import Cryptography
import Foundation
import Hummingbird
import Inference
import NodeInterface
import Provider
import Text

/// Answers requests of the OpenAI interface with a provider.
struct ProviderCompletions: Sendable {
  /// The most bytes of a request's body.
  static let bodyBytes = 1 << 20

  let provider: Provider
  let rendering: PromptRendering
  /// Seconds since 1970-01-01 UTC.
  let now: @Sendable () -> UInt64

  /// The name of the model.
  var modelName: String { provider.model.name }

  /// Answers a request, at once or as a stream.
  func answer(_ body: [UInt8], _ kind: CompletionKind) async throws(OpenAIError) -> Response {
    let asked = try CompletionRequest.decoded(body)
    let (request, signature) = try signedRequest(asked, kind)
    let running: RunningAnswer
    do throws(AnswerError) {
      running = try await provider.start(request, signature: signature)
    } catch { throw OpenAIError(error, promptMember: kind.promptMember) }
    if asked.stream == true {
      return stream(running, kind, requestDigest: request.digest, includesUsage: asked.streamOptions?.includeUsage == true)
    }
    let answer: ProviderAnswer
    do throws(AnswerError) { answer = try await running.value() } catch { throw OpenAIError(error) }
    let text = String(decoding: answer.record.answer, as: UTF8.self)
    var view = view(kind, isChunk: false, requestDigest: answer.requestDigest)
    var choice = CompletionView.Choice(finishReason: answer.record.stop.finishReason)
    switch kind {
    case .chat: choice.message = .init(role: "assistant", content: text)
    case .text: choice.text = text
    }
    view.choices = [choice]
    view.usage = UsageView(answer.record)
    view.probity = ProbityView(answer, provider: provider)
    return Response(openAI: view)
  }

  /// What a client that signs for itself needs to know: the prompt as it will stand in the record, and the provider's key. `[REC-1]`
  func render(_ body: [UInt8]) throws(OpenAIError) -> Response {
    let asked = try CompletionRequest.decoded(body)
    let kind: CompletionKind = asked.messages == nil ? .text : .chat
    let prompt = try prompt(asked, kind)
    let tokens: [UInt32]
    do { tokens = try provider.model.tokenizer.encode(prompt) } catch {
      throw OpenAIError(.rejected(.prompt(error)), promptMember: kind.promptMember)
    }
    return Response(
      openAI: RenderedView(
        prompt: String(decoding: prompt, as: UTF8.self), promptTokens: tokens.count, maxTokens: try newTokens(asked),
        modelRoot: provider.commitment.modelRoot, provider: provider.publicKey.xCoordinate))
  }

  private struct RenderedView: Encodable {
    let prompt: String
    let promptTokens: Int
    let maxTokens: Int
    let modelRoot: Digest
    let provider: Digest
  }

  /// The request that goes into the record, signed by the client or, for one that does not sign, by the provider.
  private func signedRequest(_ asked: CompletionRequest, _ kind: CompletionKind) throws(OpenAIError) -> (Inference.Request, Signature) {
    guard provider.model.graph.task == .generation else { throw .otherTask(modelName, does: "makes embeddings of texts") }
    try asked.checkOptions()
    let root = provider.commitment.modelRoot
    if let name = asked.model, name != modelName, name != root.hex { throw .noModel(name, instead: modelName) }
    let prompt = try prompt(asked, kind)
    let count = try newTokens(asked)
    guard let client = asked.probity else {
      guard let own = provider.ownRequest(prompt: prompt, maxNewTokens: count) else { throw promptError(kind) }
      return (own.request, own.signature)
    }
    guard
      let request = Inference.Request(
        modelRoot: root, provider: provider.publicKey, client: client.client, salt: client.salt, maxNewTokens: count, prompt: prompt)
    else { throw promptError(kind) }
    return (request, client.signature)
  }

  private func promptError(_ kind: CompletionKind) -> OpenAIError {
    .invalid("the prompt must have 1 to \(Inference.Request.promptByteLimit) bytes", kind.promptMember, code: "context_length_exceeded")
  }

  private func prompt(_ asked: CompletionRequest, _ kind: CompletionKind) throws(OpenAIError) -> [UInt8] {
    switch kind {
    case .chat:
      let messages = try asked.conversation()
      for message in messages { try checkIsText(message) }
      do { return try rendering.prompt(messages) } catch { throw .template(error) }
    case .text:
      guard let prompt = asked.prompt else { throw .invalid("prompt is missing", "prompt") }
      return Array(prompt.text.utf8)
    }
  }

  /// Refuses a message in which a token that steers the model is written out: it would end the message, or begin one in another's name.
  private func checkIsText(_ message: ChatMessage) throws(OpenAIError) {
    let tokenizer = provider.model.tokenizer
    for text in [message.role, message.content] {
      guard let token = tokenizer.steeringToken(in: Array(text.utf8)) else { continue }
      let written = String(decoding: tokenizer.description.vocabulary.bytes(of: token), as: UTF8.self)
      throw .invalid(
        "a message holds \(written), which the model would not read as text; only the prompt of /v1/completions may hold it", "messages",
        code: "control_token")
    }
  }

  private func newTokens(_ asked: CompletionRequest) throws(OpenAIError) -> Int {
    let configuration = provider.configuration
    guard let count = asked.maxCompletionTokens ?? asked.maxTokens else {
      return min(configuration.defaultNewTokens, configuration.newTokenLimit)
    }
    guard count >= 1 else { throw .invalid("max_tokens must be at least 1", "max_tokens") }
    guard count <= configuration.newTokenLimit else { throw OpenAIError(.rejected(.tooManyTokens(limit: configuration.newTokenLimit))) }
    return count
  }

  private func view(_ kind: CompletionKind, isChunk: Bool, requestDigest: Digest) -> CompletionView {
    CompletionView(
      kind, isChunk: isChunk, requestDigest: requestDigest, created: now(), model: modelName, modelRoot: provider.commitment.modelRoot)
  }

  /// Server-sent events: a chunk for each settled piece of text, one that ends the answer and names its record, and `[DONE]`.
  private func stream(_ running: RunningAnswer, _ kind: CompletionKind, requestDigest: Digest, includesUsage: Bool) -> Response {
    let empty = view(kind, isChunk: true, requestDigest: requestDigest)
    let provider = provider
    @Sendable func chunk(_ text: String?, role: String? = nil, finish: String? = nil) -> CompletionView {
      var view = empty
      switch kind {
      case .chat: view.choices = [.init(delta: .init(role: role, content: text), finishReason: finish)]
      case .text: view.choices = [.init(text: text ?? "", finishReason: finish)]
      }
      return view
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        if kind == .chat { try await writer.write(ProviderJSON.event(chunk("", role: "assistant"))) }
        for await piece in running.pieces {
          try await writer.write(ProviderJSON.event(chunk(String(decoding: piece, as: UTF8.self))))
        }
        do throws(AnswerError) {
          let answer = try await running.value()
          var last = chunk(nil, finish: answer.record.stop.finishReason)
          last.probity = ProbityView(answer, provider: provider)
          try? await writer.write(ProviderJSON.event(last))
          if includesUsage {
            var usage = empty
            usage.usage = UsageView(answer.record)
            try? await writer.write(ProviderJSON.event(usage))
          }
        } catch {
          try await writer.write(ProviderJSON.event(OpenAIError(error).body))
        }
        try await writer.write(ByteBuffer(string: "data: [DONE]\n\n"))
        try await writer.finish(nil)
      })
  }
}
