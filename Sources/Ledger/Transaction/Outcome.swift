/// Why a payload had no effect, though its transaction stands in a block and its fee is lost. The raw values are the codes of `[TX-3]`
/// to `[TX-7]`.
public enum Refusal: UInt16, Error, Hashable, Sendable, CaseIterable {
  /// Transfer: the amount is 0.
  case transferZero = 101
  /// Transfer: the sender pays itself.
  case transferToSelf = 102
  /// Transfer: the balance is below the amount.
  case transferAboveBalance = 103
  /// Bond: the amount is 0.
  case bondZero = 201
  /// Bond: the balance is below the amount.
  case bondAboveBalance = 202
  /// Unbond: the amount is 0.
  case unbondZero = 211
  /// Unbond: the free stake is below the amount.
  case unbondAboveFreeStake = 212
  /// Unbond: too many amounts are on their way already.
  case unbondTooMany = 213
  /// Register model: a model with this root is registered.
  case modelRegistered = 301
  /// Register model: the graph does not decode or is not valid.
  case modelGraph = 302
  /// Register model: the tokenizer does not decode or does not fit the graph.
  case modelTokenizer = 303
  /// Post claim: no model with this root is registered.
  case claimUnknownModel = 401
  /// Post claim: the free stake is below the bond.
  case claimStake = 402
  /// Post claim: the blob is not a batch.
  case claimBlob = 403
  /// Post claim: the batch has another number of records.
  case claimRecordCount = 404
  /// Post claim: the batch has another root.
  case claimBatchRoot = 405
  /// Post claim: a record names another model.
  case claimRecordModel = 406
  /// Post claim: a record's request names another provider than the sender.
  case claimRecordProvider = 407
  /// Post claim: a record breaks a shape rule.
  case claimRecordShape = 408
  /// Post claim: a request is not signed by its client.
  case claimRequestSignature = 409
  /// Post claim: a request stands in another claim, or twice in this one.
  case claimRequestRepeated = 410
  /// Fraud proof: there is no such claim.
  case proofUnknownClaim = 501
  /// Fraud proof: the claim is finalized.
  case proofClaimFinalized = 502
  /// Fraud proof: the claim is slashed.
  case proofClaimSlashed = 503
  /// Fraud proof: the claim has no record with this index.
  case proofRecordIndex = 504
  /// Fraud proof: the record does not stand in the claim's batch.
  case proofInclusion = 505
  /// Fraud proof: the evidence does not decode.
  case proofEvidence = 506
  /// Fraud proof: the evidence has a wrong shape, a proof that does not verify, or costs too much.
  case proofInvalid = 507
  /// Fraud proof: the evidence is valid, and the record is right about it.
  case proofShowsNoFraud = 508
}

/// What became of an admissible transaction. `[TX-2]`
public enum Outcome: Hashable, Sendable {
  /// The payload took effect.
  case accepted
  /// The payload had no effect; the fee is lost.
  case refused(Refusal)

  /// The code: 0 for accepted. `[TX-2]`
  public var code: UInt16 {
    switch self {
    case .accepted: 0
    case .refused(let refusal): refusal.rawValue
    }
  }

  /// Makes an outcome of its code, or nil for a code that no rule names.
  public init?(code: UInt16) {
    if code == 0 {
      self = .accepted
    } else if let refusal = Refusal(rawValue: code) {
      self = .refused(refusal)
    } else {
      return nil
    }
  }
}

extension Refusal: CustomStringConvertible {
  /// A sentence for people.
  public var description: String {
    switch self {
    case .transferZero: "a transfer of nothing"
    case .transferToSelf: "a transfer to its own sender"
    case .transferAboveBalance: "the balance does not cover the transfer"
    case .bondZero: "a bond of nothing"
    case .bondAboveBalance: "the balance does not cover the bond"
    case .unbondZero: "an unbonding of nothing"
    case .unbondAboveFreeStake: "the stake that is not locked by claims does not cover the unbonding"
    case .unbondTooMany: "the account is unbonding too many amounts already"
    case .modelRegistered: "the model is registered already"
    case .modelGraph: "the graph is not valid"
    case .modelTokenizer: "the tokenizer is not valid, or does not fit the graph"
    case .claimUnknownModel: "the model is not registered"
    case .claimStake: "the stake that is not locked by other claims does not cover the bond"
    case .claimBlob: "the blob is not a batch of records"
    case .claimRecordCount: "the batch has another number of records"
    case .claimBatchRoot: "the batch has another root"
    case .claimRecordModel: "a record names another model"
    case .claimRecordProvider: "a request was made to another provider"
    case .claimRecordShape: "a record breaks a shape rule"
    case .claimRequestSignature: "a request is not signed by its client"
    case .claimRequestRepeated: "a request has been claimed already"
    case .proofUnknownClaim: "there is no such claim"
    case .proofClaimFinalized: "the claim is finalized"
    case .proofClaimSlashed: "the claim has been slashed already"
    case .proofRecordIndex: "the claim has no record with this index"
    case .proofInclusion: "the record does not stand in the claim"
    case .proofEvidence: "the evidence does not decode"
    case .proofInvalid: "the evidence is not valid"
    case .proofShowsNoFraud: "the evidence shows no fraud"
    }
  }
}
