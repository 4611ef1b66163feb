import Hummingbird
import NodeInterface
import Provider
import Text

/// An error as clients of the OpenAI interface expect it.
struct OpenAIError: Error {
  let status: HTTPResponse.Status
  let type: String
  let message: String
  let param: String?
  let code: String?

  /// The request is the client's to change.
  static func invalid(_ message: String, _ param: String? = nil, code: String? = nil) -> OpenAIError {
    OpenAIError(status: .badRequest, type: "invalid_request_error", message: message, param: param, code: code)
  }

  /// The model is not here.
  static func noModel(_ name: String, instead: String) -> OpenAIError {
    OpenAIError(
      status: .notFound, type: "invalid_request_error", message: "The model \(name) is not here; \(instead) is.", param: "model",
      code: "model_not_found")
  }

  /// The model is for something else.
  static func otherTask(_ name: String, does task: String) -> OpenAIError {
    .invalid("The model \(name) \(task).", "model", code: "unsupported_task")
  }

  /// What a template refuses.
  static func template(_ rejection: TemplateRejection) -> OpenAIError {
    .invalid("The conversation does not fit the model's chat template: \(rejection).", "messages")
  }

  /// What a provider refuses or could not do.
  /// - Parameter promptMember: the member of the request that holds the prompt.
  init(_ error: AnswerError, promptMember: String = "messages") {
    switch error {
    case .failed:
      self.init(
        status: .serviceUnavailable, type: "server_error", message: "The answer could not be written down, so it does not count.",
        param: nil,
        code: "store_failed")
    case .rejected(let rejection):
      let (status, type, param, code): (HTTPResponse.Status, String, String?, String?) =
        switch rejection {
        case .busy: (.tooManyRequests, "rate_limit_error", nil, "rate_limit_exceeded")
        case .running: (.conflict, "invalid_request_error", nil, "request_running")
        case .otherModel: (.notFound, "invalid_request_error", "model", "model_not_found")
        case .otherProvider: (.badRequest, "invalid_request_error", "probity", "other_provider")
        case .signature: (.badRequest, "invalid_request_error", "probity", "bad_signature")
        case .tooManyTokens: (.badRequest, "invalid_request_error", "max_tokens", nil)
        case .prompt: (.badRequest, "invalid_request_error", promptMember, nil)
        case .promptTooLong: (.badRequest, "invalid_request_error", promptMember, "context_length_exceeded")
        case .answerTooLong: (.badRequest, "invalid_request_error", nil, "answer_too_long")
        }
      self.init(status: status, type: type, message: rejection.description, param: param, code: code)
    }
  }

  /// What reading the request threw.
  init(_ error: NodeError) {
    let problem = Problem(error)
    self.init(
      status: .init(code: problem.status), type: "invalid_request_error", message: "\(problem.title): \(problem.detail)", param: nil,
      code: problem.code)
  }

  init(status: HTTPResponse.Status, type: String, message: String, param: String?, code: String?) {
    self.status = status
    self.type = type
    self.message = message
    self.param = param
    self.code = code
  }

  /// The body of the answer.
  struct Body: Encodable {
    struct Content: Encodable {
      let message: String
      let type: String
      let param: String?
      let code: String?

      private enum CodingKeys: CodingKey { case message, type, param, code }

      /// Writes every member: clients read `param` and `code` also where they are null.
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(message, forKey: .message)
        try container.encode(type, forKey: .type)
        try container.encode(param, forKey: .param)
        try container.encode(code, forKey: .code)
      }
    }

    let error: Content
  }

  var body: Body { Body(error: Body.Content(message: message, type: type, param: param, code: code)) }

  var response: Response {
    var response = Response(openAI: body, status: status)
    if status == .tooManyRequests || status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
    return response
  }
}
