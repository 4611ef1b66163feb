import Bytes
import Cryptography
import Inference
import Merkle

extension HashTag {
  /// What a provider signs when it answers. `[PROM-1]`
  static let promise = HashTag("probity/promise")
  /// The subject of two headers of one height. `[TX-13]`
  static let height = HashTag("probity/height")
}

/// A provider's word that it will post a record by a height. `[PROM-1]`
public struct Promise: Hashable, Sendable {
  /// The chain.
  public let chain: Digest
  /// Who promises.
  public let provider: AccountIdentifier
  /// The digest of the request that is answered.
  public let request: Digest
  /// The leaf hash of the record's encoding.
  public let record: Digest
  /// The greatest height of a block that keeps the promise.
  public let latest: Height

  /// Makes a promise.
  public init(chain: Digest, provider: AccountIdentifier, request: Digest, record: Digest, latest: Height) {
    self.chain = chain
    self.provider = provider
    self.request = request
    self.record = record
    self.latest = latest
  }

  /// What is signed. `[PROM-1]`
  public var message: Digest { Digest.hash(tag: .promise, of: self) }
}

/// A promise with the provider's signature: enough to hold the provider to it. `[PROM-1]`
public struct SignedPromise: Hashable, Sendable {
  /// What is promised.
  public let promise: Promise
  /// The provider's signature.
  public let signature: Signature

  /// Puts a promise and its signature together.
  public init(promise: Promise, signature: Signature) {
    self.promise = promise
    self.signature = signature
  }

  /// Signs a promise.
  public init(_ promise: Promise, by key: PrivateKey, random: some RandomBytes = SystemRandomBytes()) {
    self.init(promise: promise, signature: key.sign(promise.message, random: random))
  }

  /// Whether it is the word of the provider that the record names, on a chain, to post that very record: what a client checks at once.
  public func covers(_ record: Record, chain: Digest) -> Bool {
    promise.record == MerkleTree.leafHash(record.encoded) && isFor(record.request, chain: chain)
  }

  /// Whether it is the word of the provider that was asked, on a chain, to post some record for a request.
  public func isFor(_ request: Request, chain: Digest) -> Bool {
    promise.chain == chain && promise.provider == AccountIdentifier(request.provider) && promise.request == request.digest && isSigned
  }

  /// Whether the signature is the provider's.
  public var isSigned: Bool { promise.provider.publicKey?.verify(signature, of: promise.message) == true }
}

extension Promise: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    chain = try reader.readDigest()
    provider = try AccountIdentifier(from: &reader)
    request = try reader.readDigest()
    record = try reader.readDigest()
    latest = try Height(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(chain)
    provider.encode(to: &writer)
    writer.write(request)
    writer.write(record)
    latest.encode(to: &writer)
  }
}

extension SignedPromise: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    promise = try Promise(from: &reader)
    signature = try Signature(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    promise.encode(to: &writer)
    signature.encode(to: &writer)
  }
}
