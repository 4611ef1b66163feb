/// Why a payload had no effect, though its transaction stands in a block and its fee is lost. The raw values are the codes of `[TX-3]`
/// to `[TX-13]`.
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
  /// Fraud proof: the sender has no such seal, or made it in this very block.
  case proofSeal = 509
  /// Seal: the sender has it already.
  case sealRepeated = 601
  /// Challenge: there is no such claim.
  case challengeUnknownClaim = 701
  /// Challenge: the claim is not pending.
  case challengeClaimSettled = 702
  /// Challenge: the question has been asked.
  case challengeAsked = 703
  /// Challenge: there is no time left for an answer and a move.
  case challengeLate = 704
  /// Challenge: the record is not shown, shown without need, or not in the claim.
  case challengeOpening = 705
  /// Challenge: the question names nothing, or an opening is not with a first question.
  case challengeQuestion = 706
  /// Challenge: the question above it is not answered.
  case challengeParent = 707
  /// Challenge: the balance is below the bond.
  case challengeAboveBalance = 708
  /// Reveal: there is no such challenge.
  case revealUnknown = 711
  /// Reveal: the claim is not pending.
  case revealClaimSettled = 712
  /// Reveal: the challenge is answered.
  case revealRepeated = 713
  /// Reveal: the answer does not fit the question.
  case revealUnfit = 714
  /// Close: there is no such challenge.
  case closeUnknown = 721
  /// Close: the claim is pending.
  case closeClaimPending = 722
  /// Misconduct: of another chain, or not signed by the offender.
  case misconductSignature = 801
  /// Misconduct: the evidence shows none.
  case misconductNone = 802
  /// Misconduct: the offender was punished for it.
  case misconductPunished = 803
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
    case .proofSeal: "there is no earlier seal of this proof by its sender"
    case .sealRepeated: "the sender has this seal already"
    case .challengeUnknownClaim: "there is no such claim to challenge"
    case .challengeClaimSettled: "the claim is settled"
    case .challengeAsked: "the question has been asked already"
    case .challengeLate: "it is too late for this question"
    case .challengeOpening: "the record is missing, superfluous, or not in the claim"
    case .challengeQuestion: "the question names nothing that can be asked for"
    case .challengeParent: "the question above this one is not answered yet"
    case .challengeAboveBalance: "the balance does not cover the challenge's bond"
    case .revealUnknown: "there is no such challenge to answer"
    case .revealClaimSettled: "the claim is settled, and needs no answer"
    case .revealRepeated: "the challenge has been answered already"
    case .revealUnfit: "the answer does not fit the question"
    case .closeUnknown: "there is no such challenge to close"
    case .closeClaimPending: "the claim is still pending"
    case .misconductSignature: "the evidence is for another chain, or not signed by the offender"
    case .misconductNone: "the evidence shows no misconduct"
    case .misconductPunished: "the offender has been punished for this already"
    }
  }
}
