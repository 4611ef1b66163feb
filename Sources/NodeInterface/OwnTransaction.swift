import Bytes
import Cryptography
import Ledger

/// A transaction that its sender made and signed, with all that is needed to hand it to a node again and again.
public struct OwnTransaction: Hashable, Sendable {
  /// The transaction's id.
  public let identifier: Digest
  /// The sender's nonce.
  public let nonce: UInt64
  /// The fee that it offers: the required one. `[LED-7]`
  public let fee: Amount
  /// What goes to the node. The same bytes may be handed in any number of times.
  public let submission: Submission

  /// Signs a payload for a chain, with the required fee.
  /// - Parameters:
  ///   - payload: what the transaction is for.
  ///   - blob: the bytes that the payload names.
  ///   - nonce: the sender's next nonce: `AccountView.nextNonce`.
  /// - Returns: nil if the transaction or its blob is larger than the ledger allows. `[LIM-2]`
  public init?(
    _ payload: Payload, blob: [UInt8]? = nil, nonce: UInt64, key: PrivateKey, genesis: Genesis, random: some RandomBytes = SystemRandomBytes()
  ) {
    func body(fee: Amount) -> TransactionBody {
      TransactionBody(chain: genesis.root, sender: key.publicKey, nonce: nonce, fee: fee, payload: payload)
    }
    // A fee has a fixed width, so the size does not depend on it.
    let size = body(fee: .zero).transactionBytes
    guard
      size <= LedgerLimits.transactionBytes, (blob?.count ?? 0) <= payload.blobByteLimit, payload.evidenceBytes <= LedgerLimits.evidenceBytes
    else { return nil }
    fee = genesis.parameters.requiredFee(transactionBytes: size, blobBytes: blob?.count ?? 0, evidenceBytes: payload.evidenceBytes)
    let transaction = body(fee: fee).signed(by: key, random: random)
    identifier = transaction.body.identifier
    self.nonce = nonce
    submission = Submission(transaction: transaction.encoded, blob: blob)
  }
}
