import Bytes
import Cryptography

extension HashTag {
  /// The transaction's id, which its sender signs. `[LED-5]`
  static let transaction = HashTag("probity/transaction")
  /// The id of a claim. `[LED-3]`
  static let claim = HashTag("probity/claim")
}

/// The part of a transaction that is signed. `[LED-5]`
public struct TransactionBody: Hashable, Sendable {
  /// The genesis root of the chain that it is for.
  public let chain: Digest
  /// Who sends it, pays for it and signs it.
  public let sender: PublicKey
  /// The sender's count of transactions before it.
  public let nonce: UInt64
  /// What the sender pays to the proposer, whatever becomes of the payload.
  public let fee: Amount
  /// What it is for.
  public let payload: Payload

  /// Makes a body.
  public init(chain: Digest, sender: PublicKey, nonce: UInt64, fee: Amount, payload: Payload) {
    self.chain = chain
    self.sender = sender
    self.nonce = nonce
    self.fee = fee
    self.payload = payload
  }

  /// The transaction id. `[LED-5]`
  public var identifier: Digest { Digest.hash(tag: .transaction, of: self) }

  /// The size of the signed transaction in bytes.
  public var transactionBytes: Int { encoded.count + Signature.byteCount }

  /// Signs the body.
  public func signed(by key: PrivateKey, random: some RandomBytes = SystemRandomBytes()) -> Transaction {
    Transaction(body: self, signature: key.sign(identifier, random: random))
  }
}

/// A transaction whose signature nobody has checked yet. `[LED-5]`
public struct Transaction: Hashable, Sendable {
  /// What is signed.
  public let body: TransactionBody
  /// The sender's signature of the id.
  public let signature: Signature

  /// Makes a transaction.
  public init(body: TransactionBody, signature: Signature) {
    self.body = body
    self.signature = signature
  }
}

extension TransactionBody: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    chain = try reader.readDigest()
    sender = try PublicKey(from: &reader)
    nonce = try reader.read()
    fee = try Amount(from: &reader)
    payload = try Payload(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(chain)
    sender.encode(to: &writer)
    writer.write(nonce)
    fee.encode(to: &writer)
    payload.encode(to: &writer)
  }
}

extension Transaction: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    body = try TransactionBody(from: &reader)
    signature = try Signature(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    body.encode(to: &writer)
    signature.encode(to: &writer)
  }
}

extension Claim {
  /// The id of the claim that a provider's transaction with this nonce posts. `[LED-3]`
  public static func identifier(provider: AccountIdentifier, nonce: UInt64) -> Digest {
    var writer = ByteWriter(capacity: 40)
    provider.encode(to: &writer)
    writer.write(nonce)
    return Digest.hash(tag: .claim, writer.bytes)
  }
}
