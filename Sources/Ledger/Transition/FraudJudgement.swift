import Bytes
import Inference

extension Transition {
  /// Slashes a claim, if the proof shows that one of its records is wrong. `[TX-7]`
  mutating func apply(_ proof: FraudProof, from challenger: AccountIdentifier) throws(Refusal) {
    guard let claim = state.claim(proof.claim) else { throw .proofUnknownClaim }
    let rank = try rank(of: proof, from: challenger)
    var slashedAt: Height?
    switch claim.status {
    case .pending: break
    case .finalized: throw .proofClaimFinalized
    case .slashed(let height, _):
      guard let prize = state.prize(proof.claim), rank < prize.rank else { throw .proofClaimSlashed }
      slashedAt = height
    }
    guard proof.recordIndex < claim.recordCount else { throw .proofRecordIndex }
    guard let record = proof.record(in: claim) else { throw .proofInclusion }
    guard let model = state.model(claim.modelRoot) else { preconditionFailure("a claim's model is registered") }
    try judge(proof, about: record, of: model)
    // All checks are done; nothing below can fail.
    if let slashedAt {
      takeOver(proof.claim, claim, slashedAt: slashedAt, for: challenger, rank: rank)
    } else {
      slash(proof.claim, claim, for: challenger, rank: rank)
    }
  }

  /// Returns if the evidence shows fraud; else throws what it is.
  private func judge(_ proof: FraudProof, about record: Record, of model: RegisteredModel) throws(Refusal) {
    let tokenizer = proof.kind.needsTokenizer(proof.evidence) ? tokenizer(model.tokenizer) : nil
    let check = FraudCheck(model: model, tokenizer: tokenizer)
    switch check.verdict(on: record, kind: proof.kind, evidence: proof.evidence) {
    case .fraud: return
    case .malformed: throw .proofEvidence
    case .invalid: throw .proofInvalid
    case .honest: throw .proofShowsNoFraud
    }
  }
}

extension FraudProof {
  /// The record, if it stands at its index in the claim's batch. `[TX-7]`
  func record(in claim: Claim) -> Record? {
    Record.included(record, at: recordIndex, inclusion: inclusion, in: claim)
  }
}
