import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import NodeInterface

/// What a provider makes of a conversation, for a client to look at and to sign. `[REC-1]`
public struct RenderedPrompt: Codable, Hashable, Sendable {
  /// The prompt as it will stand in the record.
  public let prompt: String
  /// How many tokens it has.
  public let promptTokens: Int
  /// The most tokens of the answer: what was asked for, or the provider's default.
  public let maxTokens: Int
  /// The model that will answer.
  public let modelRoot: Digest
  /// The provider's public key.
  public let provider: PublicKey
}

/// What a provider answered.
public struct ProviderReply: Hashable, Sendable {
  /// The answer's text.
  public let text: String
  /// The provider's word to post the record of this answer; nil if it gave none. `[PROM-1]`
  public let promise: SignedPromise?
}

/// Why a provider gave no answer.
public enum ProviderFailure: Error, Hashable, Sendable {
  /// It does not answer, or broke off.
  case unreachable(String)
  /// It refuses, with the status and its reason.
  case refused(status: Int, reason: String)
  /// Its answer is not what it should be.
  case malformed(String)
}

extension ProviderFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreachable(let reason): "the provider does not answer: \(reason)"
    case .refused(let status, let reason): "the provider refuses (HTTP \(status)): \(reason)"
    case .malformed(let reason): "the provider's answer cannot be understood: \(reason)"
    }
  }
}

/// A provider over HTTP, for clients that sign their requests. Nothing that it says is believed: its receipts are the caller's to verify.
public struct ProviderClient: Sendable {
  private static let bodyBytes = 4 << 20
  /// The provider may have others to answer first.
  private static let seconds: Double = 600

  private let transport: HTTPTransport

  /// Makes a client for the provider at `address` (http or https), or nil if that is no address.
  public init?(address: String) {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme ?? ""), url.host != nil else { return nil }
    transport = HTTPTransport(base: url)
  }

  /// The prompt that a user's message becomes.
  /// - Parameter maxTokens: the most tokens of the answer; nil: the provider's default.
  public func render(_ message: String, maxTokens: Int?) async throws(ProviderFailure) -> RenderedPrompt {
    let bytes = try await post(ProviderRoute.render.rawValue, Asked(message, maxTokens: maxTokens))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do { return try decoder.decode(RenderedPrompt.self, from: Data(bytes)) } catch { throw .malformed("\(error)") }
  }

  /// Asks a signed request and collects the answer's text, and the promise that comes with its end.
  /// - Parameter onText: called with each piece of the text as it comes.
  public func answer(
    _ message: String, request: Request, signature: Signature, onText: (String) -> Void
  ) async throws(ProviderFailure) -> ProviderReply {
    let asked = Asked(message, request: request, signature: signature)
    let pieces: AsyncStream<[UInt8]>
    do {
      pieces = try transport.stream(ProviderRoute.chatCompletions.rawValue, method: "POST", body: .json(ProviderClient.json(asked)))
    } catch {
      throw .unreachable(Problem(error).detail)
    }
    var parser = ChunkParser()
    var text = ""
    for await piece in pieces {
      for part in try parser.feed(piece) {
        text += part
        onText(part)
      }
      guard text.utf8.count <= ProviderClient.bodyBytes else { throw .malformed("it is too long") }
    }
    if parser.isComplete { return ProviderReply(text: text, promise: try parser.signedPromise()) }
    guard text.isEmpty else { throw .unreachable("it broke off in the middle of the answer") }
    // A status other than 200 leaves the stream empty. The same request again gets the reason, or the same record.
    throw try await refusal(of: asked)
  }

  /// The receipt of a request, or nil while no claim holds the answer.
  public func receipt(ofRequest digest: Digest) async throws(ProviderFailure) -> [UInt8]? {
    let answer: HTTPTransport.Answer
    do throws(NodeError) {
      answer = try await transport.send(
        "GET", ProviderRoute.receiptOfRequest.path(digest.hex), limit: LedgerLimits.receiptBytes, seconds: 60)
    } catch { throw .unreachable(Problem(error).detail) }
    switch answer.status {
    case 200: return answer.bytes
    case 202: return nil
    default: throw ProviderClient.refusal(answer)
    }
  }

  private func refusal(of asked: Asked) async throws(ProviderFailure) -> ProviderFailure {
    _ = try await post(ProviderRoute.chatCompletions.rawValue, asked)
    return .unreachable("it broke off before the answer")
  }

  private func post(_ path: String, _ asked: Asked) async throws(ProviderFailure) -> [UInt8] {
    let answer: HTTPTransport.Answer
    do throws(NodeError) {
      answer = try await transport.send(
        "POST", path, body: .json(ProviderClient.json(asked)), limit: ProviderClient.bodyBytes, seconds: ProviderClient.seconds)
    } catch { throw .unreachable(Problem(error).detail) }
    guard answer.status == 200 else { throw ProviderClient.refusal(answer) }
    return answer.bytes
  }

  private static func refusal(_ answer: HTTPTransport.Answer) -> ProviderFailure {
    struct OpenAI: Decodable { let error: ChunkParser.Problem }
    struct Document: Decodable { let detail: String }
    let data = Data(answer.bytes)
    if let body = try? JSONDecoder().decode(OpenAI.self, from: data) { return .refused(status: answer.status, reason: body.error.message) }
    if let body = try? JSONDecoder().decode(Document.self, from: data) { return .refused(status: answer.status, reason: body.detail) }
    return .refused(status: answer.status, reason: "no reason is given")
  }

  private static func json(_ asked: Asked) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do { return Array(try encoder.encode(asked)) } catch { preconditionFailure("a request of texts and numbers encodes: \(error)") }
  }
}

/// A request in the OpenAI interface.
private struct Asked: Encodable {
  struct Message: Encodable {
    let role = "user"
    let content: String
  }

  struct SignedBy: Encodable {
    let client: Digest
    let salt: Digest
    let signature: String
  }

  let messages: [Message]
  let maxTokens: Int?
  var stream: Bool?
  var probity: SignedBy?

  init(_ message: String, maxTokens: Int?) {
    messages = [Message(content: message)]
    self.maxTokens = maxTokens
  }

  init(_ message: String, request: Request, signature: Signature) {
    self.init(message, maxTokens: request.maxNewTokens)
    stream = true
    probity = SignedBy(client: request.client.xCoordinate, salt: request.salt, signature: signature.bytes.hex)
  }
}

/// Reads the chunks of a streamed answer.
package struct ChunkParser {
  /// A reason in the OpenAI interface.
  struct Problem: Decodable { let message: String }

  private struct Chunk: Decodable {
    struct Choice: Decodable {
      struct Delta: Decodable { let content: String? }
      let delta: Delta?
    }

    struct Probity: Decodable { let promise: String? }

    let choices: [Choice]?
    let probity: Probity?
    let error: Problem?
  }

  private static let lineBytes = 1 << 20
  private var pending: [UInt8] = []
  /// Whether the end of the answer was read.
  package private(set) var isComplete = false
  private var promise: String?

  package init() {}

  /// Takes a piece in and returns the texts that it completes.
  package mutating func feed(_ piece: [UInt8]) throws(ProviderFailure) -> [String] {
    pending += piece
    var texts: [String] = []
    var start = 0
    for end in pending.indices where pending[end] == UInt8(ascii: "\n") {
      let line = String(decoding: pending[start..<end], as: UTF8.self)
      start = end + 1
      guard line.hasPrefix("data: ") else { continue }
      if line == "data: [DONE]" {
        isComplete = true
        continue
      }
      let chunk: Chunk
      do { chunk = try JSONDecoder().decode(Chunk.self, from: Data(line.dropFirst("data: ".count).utf8)) } catch {
        throw .malformed("\(error)")
      }
      if let problem = chunk.error { throw .refused(status: 200, reason: problem.message) }
      if let promise = chunk.probity?.promise { self.promise = promise }
      if let text = chunk.choices?.first?.delta?.content, !text.isEmpty { texts.append(text) }
    }
    pending.removeFirst(start)
    guard pending.count <= ChunkParser.lineBytes else { throw .malformed("a line is too long") }
    return texts
  }

  /// The promise that came with the answer, or nil if none did.
  package func signedPromise() throws(ProviderFailure) -> SignedPromise? {
    guard let promise else { return nil }
    guard let bytes = [UInt8](hex: promise), let signed = try? SignedPromise(decoding: bytes) else {
      throw .malformed("its promise does not decode")
    }
    return signed
  }
}
