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
  /// The rendered prompt, UTF-8; empty where the input is a tensor.
  public var prompt: [UInt8]
  /// The input of a tensor model: the values of its first segment, row by row.
  public var tensor: [UInt8]?

  /// The longest prompt, in bytes. `[REC-1]`
  public static let promptByteLimit = 65_536
  /// The most tokens that may be asked for. `[REC-1]`
  public static let newTokenLimit = 16_384
  /// The tag of an input that is text. `[REC-1]`
  private static let textInput: UInt8 = 0
  /// The tag of an input that is a tensor. `[REC-1]`
  private static let tensorInput: UInt8 = 1
  /// The longest tensor, in bytes. `[REC-1]`
  public static let tensorByteLimit = 1 << 18
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

  /// Makes a request with a tensor; nil if the tensor is empty or too long. `[REC-1]`
  public init?(modelRoot: Digest, provider: PublicKey, client: PublicKey, salt: Digest, tensor: [UInt8]) {
    guard (1...Request.tensorByteLimit).contains(tensor.count) else { return nil }
    self.modelRoot = modelRoot
    self.provider = provider
    self.client = client
    self.salt = salt
    maxNewTokens = 1
    prompt = []
    self.tensor = tensor
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
    switch try reader.read(UInt8.self) {
    case Request.textInput:
      prompt = try reader.readText(atMost: Request.promptByteLimit)
      guard !prompt.isEmpty else { throw .outOfRange }
    case Request.tensorInput:
      let values = try reader.readCounted(atMost: Request.tensorByteLimit)
      guard !values.isEmpty else { throw .outOfRange }
      prompt = []
      tensor = values
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(modelRoot)
    provider.encode(to: &writer)
    client.encode(to: &writer)
    writer.write(salt)
    writer.writeCount(maxNewTokens)
    if let tensor {
      writer.write(Request.tensorInput)
      writer.writeCounted(tensor)
    } else {
      writer.write(Request.textInput)
      writer.writeCounted(prompt)
    }
  }
}
