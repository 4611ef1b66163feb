import Store
import Text

/// Why a request is not answered: the sender's fault, or too much at once.
public enum AnswerRejection: Error, Hashable, Sendable {
  /// Other requests wait already, or too many records wait to be posted: try again later.
  case busy
  /// The same request is being answered at this moment.
  case running
  /// The request names another model.
  case otherModel
  /// The request names another provider.
  case otherProvider
  /// The request is not signed by its client.
  case signature
  /// More tokens are asked for than the provider gives.
  case tooManyTokens(limit: Int)
  /// The prompt has no tokens.
  case prompt(TextRejection)
  /// The prompt has more tokens than the model's context has rows.
  case promptTooLong(tokens: Int, limit: Int)
  /// The text of the answer is longer than a record can hold.
  case answerTooLong
}

/// Why there is no answer.
public enum AnswerError: Error, Hashable, Sendable {
  /// The request is refused.
  case rejected(AnswerRejection)
  /// The answer could not be written down, so it does not count.
  case failed(StoreFailure)
}

extension AnswerRejection: CustomStringConvertible {
  /// A sentence for people.
  public var description: String {
    switch self {
    case .busy: "The provider has as many requests as it takes; try again in a moment."
    case .running: "This very request is being answered; ask again when it is done."
    case .otherModel: "The provider does not run this model."
    case .otherProvider: "The request is made to another provider."
    case .signature: "The request is not signed by the client that it names."
    case .tooManyTokens(let limit): "The provider generates at most \(limit) tokens for a request."
    case .prompt(.textTooLong): "The prompt is longer than \(TextLimits.promptBytes) bytes."
    case .prompt(.notUTF8): "The prompt is not well-formed UTF-8."
    case .prompt(.unencodableByte): "The model has no token for a byte of the prompt."
    case .prompt(.noDecoding): "The model's tokens stand for no text."
    case .promptTooLong(let tokens, let limit): "The prompt has \(tokens) tokens; the model's context has \(limit)."
    case .answerTooLong: "The answer is longer than a record can hold."
    }
  }
}
