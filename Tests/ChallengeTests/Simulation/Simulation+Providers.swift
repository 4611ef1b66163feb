import Bytes
import Inference
import Ledger
import Merkle
import TestSupport

extension Simulation {
  /// What a provider does in one block.
  /// - Returns: the claim that it posts.
  mutating func act(_ party: Party) -> [Digest] {
    if party.claims.count < party.role.claims {
      let batch = party.batch
      let nonce = chain.account(party.name).nonce + UInt64(wishes.count { $0.sender == party.name })
      wishes.append(Wish(payload: .postClaim(PostClaim(batch)), blob: batch.encoded, sender: party.name, isUrgent: true))
      return [Claim.identifier(provider: TestChain.account(party.name), nonce: nonce)]
    }
    answer(party)
    switch party.role {
    case .selfSlashing:
      for claim in pending(party) {
        let proof = FraudProof(claim: claim, batch: party.batch, index: 0, kind: .binding, evidence: [Binding.output.rawValue])
        wishes.append(Wish(payload: .fraudProof(proof), sender: party.name))
      }
    case .equivocating: reportPromises(of: party)
    default: break
    }
    return []
  }

  /// The claims of a provider that can still be challenged.
  func pending(_ party: Party) -> [Digest] { party.claims.filter { chain.tip.state.claims[$0]?.status == .pending } }

  /// Answers open questions about a provider's claims as its role does.
  private mutating func answer(_ party: Party) {
    guard let delay = party.role.answerDelay, !(fault == .silentProviders && party.role.mustStand) else { return }
    let clock = Int(chain.tip.state.disputeTime(at: chain.tip.nextHeight).value)
    for (key, entry) in chain.tip.state.disputes.challenges
    where party.claims.contains(key.claim) && entry.answer == .open && clock >= Int(entry.expires.value) + delay {
      guard let answer = answer(to: key.question, of: party) else { continue }
      wishes.append(Wish(payload: .reveal(RevealAnswer(key, answer)), sender: party.name, isUrgent: true))
    }
  }

  private func answer(to question: Question, of party: Party) -> RevealAnswer.Answer? {
    switch question {
    case .weights(let tensor, let leaf):
      return .weights(TinyModel.trees.part(TensorRange(tensor: Int(tensor), leaves: Int(leaf)..<Int(leaf) + 1), of: TinyModel.model))
    case .trace(let record, _), .segment(let record, _, _):
      let trace = party.records[Int(record)].trace
      guard let children = trace.children(answering: question, fanOut: chain.genesis.parameters.fanOut) else { return nil }
      return .children(fault == .wrongAnswers && party.role.mustStand ? children.map { _ in .zero } : children)
    }
  }

  /// Reports two promises of a provider for one request, as their client does.
  private mutating func reportPromises(of party: Party) {
    let record = party.records[0].record
    let promises = [Digest.zero, MerkleTree.leafHash(record.encoded)].map { digest in
      SignedPromise(
        Promise(
          chain: chain.genesis.root, provider: TestChain.account(party.name), request: record.request.digest, record: digest,
          latest: Height(1_000)), by: TestChain.key(party.name), random: NoRandomBytes())
    }
    report(.promises(promises[0], promises[1]))
  }

  /// Reports misconduct, once.
  mutating func report(_ evidence: Misconduct) {
    guard chain.tip.state[.punished(evidence.offender, subject: evidence.subject)] == nil else { return }
    wishes.append(Wish(payload: .misconduct(evidence), sender: "alice"))
  }
}
