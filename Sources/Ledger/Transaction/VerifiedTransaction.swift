import Bytes
import Cryptography

/// A transaction of this chain whose signature is the sender's: only such a one can be executed. `[TX-1]`
public struct VerifiedTransaction: Hashable, Sendable {
  /// What is signed.
  public let body: TransactionBody
  /// The canonical encoding, signature and all.
  public let encoding: [UInt8]
  /// The transaction id.
  public let identifier: Digest

  /// The sender's account.
  public var sender: AccountIdentifier { AccountIdentifier(body.sender) }

  /// Decodes and checks what needs no state: reasons 1 to 3 of `[TX-1]`.
  public init(decoding bytes: [UInt8], chain: Digest) throws(Inadmissible) {
    guard bytes.count <= LedgerLimits.transactionBytes, let transaction = try? Transaction(decoding: bytes) else { throw .malformed }
    guard transaction.body.chain == chain else { throw .wrongChain }
    let identifier = transaction.body.identifier
    guard transaction.body.sender.verify(transaction.signature, of: identifier) else { throw .badSignature }
    body = transaction.body
    encoding = bytes
    self.identifier = identifier
  }

  /// Checks the rest of `[TX-1]` against an account: reasons 4 to 9.
  /// - Parameters:
  ///   - blobBytes: The size of the blob that the transaction names, or nil where it is missing; ignored where it names none.
  ///   - account: The sender's account.
  ///   - parameters: Those of the chain.
  public func checkAdmissible(blobBytes: Int?, account: Account, parameters: Parameters) throws(Inadmissible) {
    if body.payload.blob != nil {
      guard let blobBytes else { throw .blobMissing }
      guard blobBytes >= 1, blobBytes <= body.payload.blobByteLimit else { throw .blobSize }
    }
    guard body.nonce >= account.nonce else { throw .nonceUsed }
    guard body.nonce == account.nonce, body.nonce < .max else { throw .nonceAhead }
    guard body.fee >= requiredFee(blobBytes: blobBytes ?? 0, parameters: parameters) else { throw .feeTooLow }
    guard account.balance >= body.fee else { throw .balanceBelowFee }
  }

  /// What the transaction must pay. `[LED-7]`
  public func requiredFee(blobBytes: Int, parameters: Parameters) -> Amount {
    parameters.requiredFee(
      transactionBytes: encoding.count, blobBytes: body.payload.blob == nil ? 0 : blobBytes, evidenceBytes: body.payload.evidenceBytes)
  }
}

extension TransactionBody {
  /// Makes a body that pays exactly what it must. `[LED-7]`
  /// - Parameter blobBytes: the size of the blob beside it, 0 without one.
  public init(chain: Digest, sender: PublicKey, nonce: UInt64, payload: Payload, blobBytes: Int, parameters: Parameters) {
    // The fee has a fixed width, so what must be paid does not depend on it.
    let free = TransactionBody(chain: chain, sender: sender, nonce: nonce, fee: .zero, payload: payload)
    self.init(
      chain: chain, sender: sender, nonce: nonce, fee: free.requiredFee(blobBytes: blobBytes, parameters: parameters), payload: payload)
  }

  /// What the transaction must pay once it is signed. `[LED-7]`
  public func requiredFee(blobBytes: Int, parameters: Parameters) -> Amount {
    parameters.requiredFee(
      transactionBytes: transactionBytes, blobBytes: payload.blob == nil ? 0 : blobBytes, evidenceBytes: payload.evidenceBytes)
  }
}
