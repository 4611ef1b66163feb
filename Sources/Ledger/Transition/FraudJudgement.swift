import Bytes
import Inference
import Merkle

extension Transition {
  /// Slashes a claim, if the proof shows that one of its records is wrong. `[TX-7]`
  mutating func apply(_ proof: FraudProof, from challenger: AccountIdentifier) throws(Refusal) {
    guard var claim = state.claim(proof.claim) else { throw .proofUnknownClaim }
    switch claim.status {
    case .pending: break
    case .finalized: throw .proofClaimFinalized
    case .slashed: throw .proofClaimSlashed
    }
    guard proof.recordIndex < claim.recordCount else { throw .proofRecordIndex }
    guard let record = proof.record(in: claim) else { throw .proofInclusion }
    guard let model = state.model(claim.modelRoot) else { preconditionFailure("a claim's model is registered") }
    try judge(proof, about: record, of: model)
    // All checks are done; nothing below can fail.
    let reward = claim.bond.fraction(parameters.rewardPermille, of: 1000)
    var provider = state.account(claim.provider)
    provider.locked = provider.locked.decreased(by: claim.bond)
    provider.stake = provider.stake.decreased(by: claim.bond)
    state.set(provider, at: claim.provider)
    var winner = state.account(challenger)
    winner.balance = winner.balance.increased(by: reward)
    state.set(winner, at: challenger)
    state.totals.burnt = state.totals.burnt.increased(by: claim.bond.decreased(by: reward))
    claim.status = .slashed(at: height, challenger: challenger)
    state.set(claim, at: proof.claim)
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
    let leaf = MerkleTree.leafHash(record)
    do {
      try inclusion.verify(leafHash: leaf, index: UInt64(recordIndex), size: UInt64(claim.recordCount), root: claim.batchRoot)
    } catch {
      return nil
    }
    return try? Record(decoding: record)
  }
}
