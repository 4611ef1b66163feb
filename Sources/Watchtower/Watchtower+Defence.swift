import Bytes
import Challenge
import Inference
import Ledger
import Logging
import NodeInterface

extension Watchtower {
  /// Answers questions about claims that were found honest, when their provider has let half of its time pass: claims are not owned. `[TX-11]`
  public func defendHonestClaims() async throws(NodeError) {
    let next = try await node.nextBlock()
    for list in defence.lists(at: next.clock) {
      let keys = try await node.challenges(expiringAfter: list)
      defence.take(keys.filter { isHonest($0.claim) }, expiringAfter: list)
    }
    let half = wallet.parameters.revealBlocks / 2
    for key in defence.due(at: next.clock) {
      guard let entry = try await node.challenge(key), entry.answer == .open else {
        defence.settled(key)
        continue
      }
      guard entry.expires.value - min(entry.expires.value, next.clock.value) <= half else { continue }
      guard let children = await children(answering: key) else {
        defence.settled(key)
        continue
      }
      defence.sent(key, at: next.clock)
      do {
        try await wallet.submit(.reveal(RevealAnswer(key, .children(children))))
      } catch {
        logger.warning("an answer for an honest claim was not taken: \(error.description)")
      }
    }
  }

  /// The children that answer a question about an honest claim: its trace is that of one's own replay.
  private func children(answering key: ChallengeKey) async -> [Digest]? {
    guard
      let record = key.question.record, let view = try? await node.claim(key.claim), view.claim.status == .pending,
      let held = held(view.claim.modelRoot), let blob = try? await node.blob(view.claim.blob),
      let review = try? ClaimReview(id: view.id, claim: view.claim, blob: blob), review.batch.records.indices.contains(Int(record))
    else { return nil }
    let claimed = review.batch.records[Int(record)]
    let workers = workers
    let trace = await replays.run { () throws(RunRejection) in
      try held.model.replay(claimed, workers: workers)
    }
    guard case .success(let own) = trace else { return nil }
    return own.children(answering: key.question, fanOut: wallet.parameters.fanOut)
  }
}
