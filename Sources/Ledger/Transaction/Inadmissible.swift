/// Why a transaction may not stand in a block. The raw values are the codes of `[TX-1]`.
public enum Inadmissible: UInt16, Error, Hashable, Sendable, CaseIterable {
  /// The bytes are not a canonical encoding, or too many.
  case malformed = 1
  /// The transaction is for another chain.
  case wrongChain = 2
  /// The signature is not the sender's.
  case badSignature = 3
  /// The blob that the transaction names is not beside it.
  case blobMissing = 4
  /// The blob is empty or larger than its kind allows.
  case blobSize = 5
  /// The nonce stood in a block already.
  case nonceUsed = 6
  /// An earlier transaction of the sender is missing.
  case nonceAhead = 7
  /// The fee does not cover the transaction's size.
  case feeTooLow = 8
  /// The sender cannot pay the fee.
  case balanceBelowFee = 9
}

extension Inadmissible: CustomStringConvertible {
  /// A sentence for people.
  public var description: String {
    switch self {
    case .malformed: "the transaction is not a canonical encoding, or is too large"
    case .wrongChain: "the transaction is for another chain"
    case .badSignature: "the signature is not the sender's"
    case .blobMissing: "the blob that the transaction names is missing"
    case .blobSize: "the blob is empty or too large"
    case .nonceUsed: "the nonce has been used"
    case .nonceAhead: "an earlier transaction of the sender is missing"
    case .feeTooLow: "the fee is below the required fee"
    case .balanceBelowFee: "the balance does not cover the fee"
    }
  }
}
