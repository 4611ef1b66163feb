import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import Logging
import NodeInterface

extension Watchtower {
  /// What became of a proof.
  enum Sending {
    /// The claim is slashed, by this proof or by another's.
    case settled
    /// The chain found nothing wrong.
    case refused(Refusal)
    /// It did not get there; it is tried again.
    case failed
  }

  /// Brings a proof into a block, under a seal if there is time. `[TX-7]` `[TX-9]`
  func prosecute(_ proof: FraudProof, against claim: Digest) async -> Sending {
    let prosecution = Prosecution(proof, key: wallet.key)
    do {
      while !Task.isCancelled {
        let next = try await node.nextBlock()
        let move = prosecution.move(
          claim: try await node.claim(claim).claim, seal: try await node.seal(prosecution.sealKey), prize: try await node.prize(claim),
          clock: next.clock, height: next.height)
        switch move {
        case .done: return .settled
        case .wait: try await node.waitForBlock(at: next.height, seconds: 5)
        case .seal(let digest): if let refused = try await sent(.seal(digest), unless: [.sealRepeated]) { return .refused(refused) }
        case .show(let proof), .hasten(let proof):
          guard let refused = try await sent(.fraudProof(proof), unless: [.proofClaimSlashed, .proofSeal]) else { continue }
          logger.error("claim \(claim): the chain refused the fraud proof: \(refused.description)")
          return .refused(refused)
        }
      }
    } catch {
      logger.error("claim \(claim): the fraud proof was not taken: \(error)")
    }
    return .failed
  }

  /// What a dispute on the chain came to.
  enum DisputeEnd {
    /// The wrong leaf was revealed, and this proves it.
    case proved(StepProof)
    /// The provider was silent, and the claim is slashed.
    case silent
    /// The claim ended otherwise, or it was too late to ask.
    case undecided(String)
  }

  /// Makes the provider reveal what it withholds, question by question. `[TX-10]`
  func dispute(_ review: RecordReview, record index: Int, of claims: ClaimReview) async -> DisputeEnd {
    let descent = review.descent(record: UInt32(index), fanOut: wallet.parameters.fanOut)
    var known: [Question: Descent.Knowledge] = [:]
    do {
      while !Task.isCancelled {
        let move = descent.move { known[$0] }
        switch move {
        case .look(let question):
          known[question] = .init(try await node.challenge(ChallengeKey(claim: claims.id, question: question)))
        case .ask(let question):
          guard let ask = claims.question(question, from: descent) else { return .undecided("the record cannot be shown") }
          let refused = try await sent(.ask(ask), unless: [.challengeAsked, .challengeOpening])
          if refused == nil { asked(ask.key) }
          known = [:]
          switch refused {
          case nil: break
          case .challengeClaimSettled: return try await end(of: claims.id)
          case .challengeLate: return .undecided("the trace differs, and it is too late to ask for it")
          case let refusal?: return .undecided("the trace differs, and the chain refused a question: \(refusal)")
          }
        case .wait(let question):
          let next = try await node.nextBlock()
          guard try await node.claim(claims.id).claim.status == .pending else { return try await end(of: claims.id) }
          known[question] = .init(try await node.challenge(ChallengeKey(claim: claims.id, question: question)))
          if known[question] == .open { try await node.waitForBlock(at: next.height, seconds: 5) }
        case .prove(let leaf):
          switch await replays.run({ () throws(RunRejection) in try review.stepProof(leaf) }) {
          case .success(let proof?): return .proved(proof)
          case .success(nil), .failure: return .undecided("the record cannot be replayed")
          }
        case .agree: return .undecided("the answers on the chain do not lead to a difference")
        }
      }
    } catch {
      return .undecided("the trace differs, and the node does not help: \(error)")
    }
    return .undecided("the trace differs, and the watch ended")
  }

  /// Takes back the bonds of questions to claims that have ended. `[TX-12]`
  public func closeChallenges() async throws(NodeError) {
    for key in openChallenges {
      guard try await node.claim(key.claim).claim.status != .pending else { continue }
      do {
        try await wallet.submit(.close(key))
        closed(key)
      } catch {
        logger.warning("the bond of a question was not taken back: \(error.description)")
      }
    }
  }

  private func end(of claim: Digest) async throws(WalletFailure) -> DisputeEnd {
    let status: ClaimStatus
    do throws(NodeError) { status = try await node.claim(claim).claim.status } catch { throw .node(error) }
    if case .slashed = status { return .silent }
    return .undecided("the claim is settled")
  }

  /// Sends a payload; a refusal that only says that it is done already is none.
  private func sent(_ payload: Payload, unless done: Set<Refusal>) async throws(WalletFailure) -> Refusal? {
    do throws(WalletFailure) {
      try await wallet.send(payload)
      return nil
    } catch {
      guard case .refused(let refusal) = error else { throw error }
      return done.contains(refusal) ? nil : refusal
    }
  }
}
