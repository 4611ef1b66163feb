import Bytes
import Cryptography
import Foundation
import Hummingbird
import Inference
import NodeInterface
import Provider

/// Answers requests for embeddings of the OpenAI interface: one record for each text. `[REC-2]`
struct ProviderEmbeddings: Sendable {
  /// The most texts in a request.
  static let texts = 64

  let provider: Provider

  /// Answers a request.
  func answer(_ body: [UInt8]) async throws(OpenAIError) -> Response {
    guard let unit = provider.model.graph.unit else { throw .otherTask(provider.model.name, does: "generates text") }
    let asked = try EmbeddingRequest.decoded(body)
    let root = provider.commitment.modelRoot
    if let name = asked.model, name != provider.model.name, name != root.hex { throw .noModel(name, instead: provider.model.name) }
    let width = provider.model.graph.layouts[provider.model.graph.lastSegment].width
    guard asked.dimensions == nil || asked.dimensions == width else {
      throw .invalid("dimensions must be \(width) or absent", "dimensions")
    }
    guard asked.probity == nil || asked.input.texts.count == 1 else { throw .invalid("a signature is for one text", "input") }

    var running: [RunningAnswer] = []
    for text in asked.input.texts {
      let (request, signature) = try signedRequest(Array(text.utf8), asked.probity)
      do throws(AnswerError) { running.append(try await provider.start(request, signature: signature)) } catch { throw OpenAIError(error) }
    }
    var data: [EmbeddingView.Item] = []
    var tokens = 0
    for (index, running) in running.enumerated() {
      let answer: ProviderAnswer
      do throws(AnswerError) { answer = try await running.value() } catch { throw OpenAIError(error) }
      let values = EmbeddingValues(answer.record.values ?? [], fractionBits: unit.fractionBits)
      data.append(
        .init(
          index: index, embedding: asked.encodingFormat == "base64" ? .base64(values.base64) : .float(values.numbers),
          probity: ProbityView(answer, provider: provider)))
      tokens += answer.record.promptTokens.count
    }
    return Response(
      openAI: EmbeddingView(data: data, model: provider.model.name, usage: .init(promptTokens: tokens, totalTokens: tokens)))
  }

  /// The request that goes into the record, signed by the client or, for one that does not sign, by the provider.
  private func signedRequest(
    _ text: [UInt8], _ client: CompletionRequest.SignedBy?
  ) throws(OpenAIError) -> (Inference.Request, Signature) {
    let error = OpenAIError.invalid(
      "a text must have 1 to \(Inference.Request.promptByteLimit) bytes", "input", code: "context_length_exceeded")
    guard let client else {
      guard let own = provider.ownRequest(prompt: text, maxNewTokens: 1) else { throw error }
      return (own.request, own.signature)
    }
    guard
      let request = Inference.Request(
        modelRoot: provider.commitment.modelRoot, provider: provider.publicKey, client: client.client, salt: client.salt, maxNewTokens: 1,
        prompt: text)
    else { throw error }
    return (request, client.signature)
  }
}

/// The values of a record as numbers.
struct EmbeddingValues {
  /// One number for each `i32`.
  let numbers: [Double]

  /// Reads values with so many fraction bits.
  init(_ values: [UInt8], fractionBits: Int) {
    let unit = Double(sign: .plus, exponent: -fractionBits, significand: 1)
    numbers = values.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { Double(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))) * unit }
    }
  }

  /// The numbers in single precision, little-endian; exact for up to 24 fraction bits.
  var base64: String {
    var bytes: [UInt8] = []
    for number in numbers { withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { bytes += $0 } }
    return Data(bytes).base64EncodedString()
  }
}

/// What a client asks for.
struct EmbeddingRequest: Decodable {
  /// One text or several.
  struct Input: Decodable {
    let texts: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        texts = [text]
      } else if let texts = try? container.decode([String].self), (1...ProviderEmbeddings.texts).contains(texts.count) {
        self.texts = texts
      } else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "an input is a string, or a list of 1 to \(ProviderEmbeddings.texts) strings")
      }
    }
  }

  let model: String?
  let input: Input
  let encodingFormat: String?
  let dimensions: Int?
  let probity: CompletionRequest.SignedBy?

  /// Reads a body.
  static func decoded(_ body: [UInt8]) throws(OpenAIError) -> EmbeddingRequest {
    let asked: EmbeddingRequest
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      asked = try decoder.decode(EmbeddingRequest.self, from: Data(body))
    } catch {
      throw .invalid(CompletionRequest.reason(error))
    }
    guard ["float", "base64"].contains(asked.encodingFormat ?? "float") else {
      throw .invalid("encoding_format must be float or base64", "encoding_format")
    }
    return asked
  }
}

/// The list of embeddings.
struct EmbeddingView: Encodable {
  /// A row of numbers, or their bytes.
  enum Values: Encodable {
    case float([Double])
    case base64(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .float(let numbers): try container.encode(numbers)
      case .base64(let text): try container.encode(text)
      }
    }
  }

  struct Item: Encodable {
    let object = "embedding"
    let index: Int
    let embedding: Values
    let probity: ProbityView
  }

  struct Usage: Encodable {
    let promptTokens: Int
    let totalTokens: Int
  }

  let object = "list"
  let data: [Item]
  let model: String
  let usage: Usage
}
