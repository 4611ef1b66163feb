import Bytes
import Cryptography
import Foundation
import Text

/// What a client of the OpenAI interface asks for, as far as it is understood; other members are ignored.
struct CompletionRequest: Decodable {
  /// A message of a conversation.
  struct Message: Decodable {
    let role: String
    let content: String

    private enum CodingKeys: String, CodingKey { case role, content }

    private struct Part: Decodable {
      let type: String
      let text: String?
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      role = try container.decode(String.self, forKey: .role)
      if let text = try? container.decode(String.self, forKey: .content) {
        content = text
        return
      }
      content = try container.decode([Part].self, forKey: .content).map { part in
        guard part.type == "text", let text = part.text else {
          throw DecodingError.dataCorruptedError(
            forKey: .content, in: container, debugDescription: "only parts of type text are understood")
        }
        return text
      }.joined()
    }
  }

  /// A prompt: a text, or a list that holds one.
  struct Prompt: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self.text = text
      } else if let texts = try? container.decode([String].self), texts.count == 1 {
        text = texts[0]
      } else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "a prompt is one string")
      }
    }
  }

  struct StreamOptions: Decodable {
    let includeUsage: Bool?
  }

  struct ResponseFormat: Decodable {
    let type: String
  }

  /// The client's own signature over the rendered prompt. `[REC-1]`
  struct SignedBy: Decodable {
    let client: PublicKey
    let salt: Digest
    let signature: Signature
  }

  /// A member whose presence is all that counts.
  struct Anything: Decodable {
    /// Whether the member says nothing: null is left out by the decoder, and this is an empty list, object or text, or false.
    let isEmpty: Bool

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        isEmpty = !flag
      } else if let list = try? container.decode([Anything].self) {
        isEmpty = list.isEmpty
      } else if let object = try? container.decode([String: Anything].self) {
        isEmpty = object.isEmpty
      } else {
        isEmpty = (try? container.decode(String.self))?.isEmpty ?? false
      }
    }
  }

  let model: String?
  let messages: [Message]?
  let prompt: Prompt?
  let maxTokens: Int?
  let maxCompletionTokens: Int?
  let stream: Bool?
  let streamOptions: StreamOptions?
  let temperature: Double?
  let topP: Double?
  let n: Int?
  let bestOf: Int?
  let presencePenalty: Double?
  let frequencyPenalty: Double?
  let responseFormat: ResponseFormat?
  let stop: Anything?
  let logitBias: Anything?
  let logprobs: Anything?
  let tools: Anything?
  let functions: Anything?
  let echo: Bool?
  let suffix: String?
  let probity: SignedBy?

  /// Reads a body.
  static func decoded(_ body: [UInt8]) throws(OpenAIError) -> CompletionRequest {
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(CompletionRequest.self, from: Data(body))
    } catch {
      throw .invalid(reason(error))
    }
  }

  /// Refuses what an executor that is greedy and exact cannot do. The defaults of every client pass.
  func checkOptions() throws(OpenAIError) {
    guard temperature == nil || temperature == 0 || temperature == 1 else {
      throw .invalid("answers are greedy, so that they can be checked: temperature must be 0, or left at its default of 1", "temperature")
    }
    guard topP == nil || topP == 1 else { throw .invalid("answers are greedy: top_p must be 1 or absent", "top_p") }
    guard n == nil || n == 1 else { throw .invalid("there is one answer to a request: n must be 1 or absent", "n") }
    guard bestOf == nil || bestOf == 1 else { throw .invalid("best_of must be 1 or absent", "best_of") }
    guard presencePenalty == nil || presencePenalty == 0 else { throw .invalid("presence_penalty must be 0 or absent", "presence_penalty") }
    guard frequencyPenalty == nil || frequencyPenalty == 0 else {
      throw .invalid("frequency_penalty must be 0 or absent", "frequency_penalty")
    }
    guard responseFormat == nil || responseFormat?.type == "text" else {
      throw .invalid("the only response_format is text", "response_format")
    }
    guard echo != true else { throw .invalid("echo must be false or absent", "echo") }
    guard suffix?.isEmpty ?? true else { throw .invalid("suffix must be absent", "suffix") }
    for (name, member) in [("stop", stop), ("logit_bias", logitBias), ("logprobs", logprobs), ("tools", tools), ("functions", functions)] {
      guard member?.isEmpty ?? true else { throw .invalid("\(name) is not supported", name) }
    }
  }

  /// The conversation.
  func conversation() throws(OpenAIError) -> [ChatMessage] {
    guard let messages, !messages.isEmpty else { throw .invalid("messages must hold at least one message", "messages") }
    return messages.map { ChatMessage(role: $0.role, content: $0.content) }
  }

  static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "the member \(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "the body is not a JSON object"
        : "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    default: "the body cannot be understood"
    }
  }
}
