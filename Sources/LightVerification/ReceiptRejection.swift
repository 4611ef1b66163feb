/// Why a receipt shows nothing. The raw values are the codes of `[RCPT-2]`.
public enum ReceiptRejection: UInt16, Error, Hashable, Sendable, CaseIterable {
  /// The bytes are not a canonical encoding, or too many.
  case malformed = 1
  /// The header and the anchor name different chains.
  case mixedChains = 2
  /// The receipt is of another chain than the genesis.
  case wrongChain = 3
  /// The anchor is not the checkpoint.
  case wrongCheckpoint = 4
  /// An attestation is not by a validator of the genesis.
  case unknownAttester = 5
  /// An attestation's signature does not verify.
  case badAttestation = 6
  /// Too few validators attest the anchor.
  case noQuorum = 7
  /// The header does not stand in the anchor's history.
  case history = 8
  /// The claim does not stand in the header's state.
  case stateProof = 9
  /// The claim has no record with this index.
  case recordIndex = 10
  /// The record does not stand in the claim's batch.
  case inclusion = 11
  /// The record does not decode.
  case record = 12
  /// The record is of another model than the claim.
  case recordModel = 13
  /// The record follows other rules of arithmetic than this verifier knows.
  case executorVersion = 14
  /// The request is not signed by its client.
  case requestSignature = 15
}

extension ReceiptRejection: CustomStringConvertible {
  /// A sentence for people.
  public var description: String {
    switch self {
    case .malformed: "This is not a receipt: the file is damaged or of another kind."
    case .mixedChains: "The receipt joins headers of two different chains."
    case .wrongChain: "The receipt is from another network than the genesis file."
    case .wrongCheckpoint: "The receipt does not lead to the checkpoint that you trust."
    case .unknownAttester: "Someone who is not a validator of this network signed the header."
    case .badAttestation: "A validator's signature of the header is wrong."
    case .noQuorum: "Too few validators signed the header: more than two thirds must."
    case .history: "The header is not part of the history that the later header commits to."
    case .stateProof: "The header's state does not hold the claim as the receipt shows it."
    case .recordIndex: "The claim has fewer records than the receipt says."
    case .inclusion: "The record is not one of those that the claim commits to."
    case .record: "The record in the receipt is damaged."
    case .recordModel: "The record was made by another model than the claim says."
    case .executorVersion: "The record follows another version of the arithmetic than this verifier knows."
    case .requestSignature: "The request in the record is not signed by the client that it names."
    }
  }
}
