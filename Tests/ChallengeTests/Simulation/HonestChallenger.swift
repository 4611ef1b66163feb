import Bytes
import Challenge
import Inference
import Ledger
import TestSupport

/// The honest challenger of a simulation: the pure strategy of the watchtower, driven by what the ledger says. What it keeps are replays
/// alone.
struct HonestChallenger {
  private enum Finding {
    case honest
    case fraud(Evidence)
    case differs(RecordReview)
  }

  private var findings: [Digest: [Finding]] = [:]
  private var proofs: [Digest: FraudProof] = [:]

  /// Sends what is due in the next block.
  /// - Parameter seals: false for a challenger that shows its proofs at once, which others can copy.
  mutating func act(on chain: TestChain, seals: Bool = true, send: (Payload) -> Void) {
    let state = chain.tip.state
    let clock = state.disputeTime(at: chain.tip.nextHeight)
    for (identifier, claim) in state.claims.sorted(by: { $0.key < $1.key }) {
      if let proof = proof(against: identifier, claim, on: chain, send: send) {
        proofs[identifier] = proof
        let prosecution = Prosecution(proof, key: TestChain.key("challenger"))
        switch prosecution.move(
          claim: claim, seal: state.disputes.seal(prosecution.sealKey), prize: state.disputes.prize(identifier), clock: clock,
          height: chain.tip.nextHeight)
        {
        case .seal where !seals: send(.fraudProof(proof))
        case .seal(let digest): send(.seal(digest))
        case .show(let proof), .hasten(let proof): send(.fraudProof(proof))
        case .wait, .done: break
        }
      }
    }
  }

  /// The proof against a claim, if it is a lie and all that the proof needs is known; else the next question is sent.
  private mutating func proof(
    against identifier: Digest, _ claim: Claim, on chain: TestChain, send: (Payload) -> Void
  ) -> FraudProof? {
    if let known = proofs[identifier] { return known }
    guard claim.status == .pending, let review = review(identifier, claim, on: chain) else { return nil }
    if findings[identifier] == nil {
      findings[identifier] = review.batch.records.map { record -> Finding in
        switch try? RecordReview.open(record, model: TinyModel.model, trees: TinyModel.trees, workers: .one) {
        case nil, .honest?: .honest
        case .fraud(let evidence)?: .fraud(evidence)
        case .differs(let own)?: .differs(own)
        }
      }
    }
    for (index, finding) in (findings[identifier] ?? []).enumerated() {
      switch finding {
      case .honest: continue
      case .fraud(let evidence): return review.fraudProof(record: index, evidence)
      case .differs(let own):
        let descent = own.descent(record: UInt32(index), fanOut: chain.genesis.parameters.fanOut)
        let move = descent.move { question in
          Descent.Knowledge(chain.tip.state.disputes.challenge(ChallengeKey(claim: identifier, question: question)))
        }
        switch move {
        case .ask(let question):
          if let ask = review.question(question, from: descent) { send(.ask(ask)) }
        case .prove(let leaf):
          if let proof = try? own.stepProof(leaf) { return review.fraudProof(record: index, .step(proof)) }
        case .look, .wait, .agree: break
        }
        return nil
      }
    }
    return nil
  }

  /// The claim's records, out of the block that holds them.
  private func review(_ identifier: Digest, _ claim: Claim, on chain: TestChain) -> ClaimReview? {
    let blobs = chain.blocks[Int(claim.posted.value) - 1].block.blobs
    guard let blob = blobs.first(where: { $0.digest == claim.blob }) else { return nil }
    return try? ClaimReview(id: identifier, claim: claim, blob: blob.bytes)
  }
}
