import Inference
import Text

/// Makes the prompt of a conversation, as a model's makers meant it. `[TEXT-7]`
public struct PromptRendering: Sendable {
  /// The template, or nil for a model that has none.
  private let template: ChatTemplate?
  private let beginningText: String
  private let endText: String

  /// Reads a model's chat template.
  ///
  /// A model without one gets a line `role: content` for each message and `assistant:` at the end.
  public init(_ model: Model) throws(TemplateRejection) {
    template = model.chatTemplate.isEmpty ? nil : try ChatTemplate(model.chatTemplate)
    let vocabulary = model.tokenizer.description.vocabulary
    func text(of token: UInt32?) -> String {
      guard let token, vocabulary.contains(token) else { return "" }
      return String(decoding: vocabulary.bytes(of: token), as: UTF8.self)
    }
    // The tokenizer puts a beginning token first by itself; a prompt must not start with two.
    let tokenizer = model.tokenizer.description
    beginningText = tokenizer.addsBeginningToken ? "" : text(of: tokenizer.beginningToken)
    endText = text(of: model.graph.stopTokens.first)
  }

  /// Renders the prompt that the assistant's next message answers.
  public func prompt(_ messages: [ChatMessage]) throws(TemplateRejection) -> [UInt8] {
    if let template { return try template.render(messages, beginningText: beginningText, endText: endText) }
    let lines = messages.map { "\($0.role): \($0.content)\n" }
    return Array((lines.joined() + "assistant:").utf8)
  }
}
