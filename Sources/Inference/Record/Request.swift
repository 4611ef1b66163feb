import Bytes
import Cryptography

/// What a client asks for, and signs. `[REC-1]`
public struct Request: Hashable, Sendable {
  /// The model to run.
  public var modelRoot: Digest
  /// Who is asked; nobody else may claim the request.
  public var provider: PublicKey
  /// Who asks.
  public var client: PublicKey
  /// Thirty-two bytes that make the request unlike any other.
  public var salt: Digest
  /// The most tokens to generate, 1...16384; 1 for an embedding.
  public var maxNewTokens: Int
  /// The rendered prompt, UTF-8.
  public var prompt: [UInt8]

  /// The longest prompt, in bytes. `[REC-1]`
  public static let promptByteLimit = 65_536
  /// The most tokens that may be asked for. `[REC-1]`
  public static let newTokenLimit = 16_384
  /// The tag of an input that is text. `[REC-1]`
  private static let textInput: UInt8 = 0
  /// The tag of the request digest. `[REC-1]`
  public static let tag = HashTag("probity/request")

  /// Makes a request; nil if the prompt is empty, too long or not UTF-8, or the token count out of range.
  public init?(modelRoot: Digest, provider: PublicKey, client: PublicKey, salt: Digest, maxNewTokens: Int, prompt: [UInt8]) {
    guard
      (1...Request.newTokenLimit).contains(maxNewTokens), (1...Request.promptByteLimit).contains(prompt.count),
      String(validating: prompt, as: UTF8.self) != nil
    else { return nil }
    self.modelRoot = modelRoot
    self.provider = provider
    self.client = client
    self.salt = salt
    self.maxNewTokens = maxNewTokens
    self.prompt = prompt
  }

  /// What the client signs and the chain admits only once. `[REC-1]`
  public var digest: Digest { Digest.hash(tag: Request.tag, of: self) }
}

extension Request: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    modelRoot = try reader.readDigest()
    provider = try PublicKey(from: &reader)
    client = try PublicKey(from: &reader)
    salt = try reader.readDigest()
    let count = try reader.read(UInt32.self)
    guard (1...UInt32(Request.newTokenLimit)).contains(count) else { throw .outOfRange }
    maxNewTokens = Int(count)
    guard try reader.read(UInt8.self) == Request.textInput else { throw .unknownTag }
    prompt = try reader.readText(atMost: Request.promptByteLimit)
    guard !prompt.isEmpty else { throw .outOfRange }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(modelRoot)
    provider.encode(to: &writer)
    client.encode(to: &writer)
    writer.write(salt)
    writer.writeCount(maxNewTokens)
    writer.write(Request.textInput)
    writer.writeCounted(prompt)
  }
}
