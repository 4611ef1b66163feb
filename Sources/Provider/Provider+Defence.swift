import Bytes
import Challenge
import Inference
import Ledger
import Logging
import Merkle
import NodeInterface

extension Provider {
  /// Answers questions about this provider's claims until the task is cancelled: silence would be slashed. `[TX-11]`
  ///
  /// What is asked is read from the chain, so that a provider which was restarted goes on where it was, and answers what was asked meanwhile.
  public func defend() async {
    let wallet = Wallet(key: key, node: node, genesis: genesis)
    var defence = Defence(genesis.parameters)
    while !Task.isCancelled {
      do throws(NodeError) {
        let next = try await node.nextBlock()
        try await answerQuestions(&defence, wallet, at: next.clock)
        try await node.waitForBlock(at: next.height, seconds: 5)
      } catch {
        logger.warning("questions cannot be read, trying again", metadata: ["reason": "\(error)"])
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// Reads what was asked since the last call, and answers what is due.
  func answerQuestions(_ defence: inout Defence, _ wallet: Wallet, at clock: DisputeTime) async throws(NodeError) {
    let own = AccountIdentifier(publicKey)
    var providers: [Digest: AccountIdentifier] = [:]
    for list in defence.lists(at: clock) {
      var keys: [ChallengeKey] = []
      for key in try await node.challenges(expiringAfter: list) {
        if providers[key.claim] == nil { providers[key.claim] = try await node.claim(key.claim).claim.provider }
        if providers[key.claim] == own { keys.append(key) }
      }
      defence.take(keys, expiringAfter: list)
    }
    for key in defence.due(at: clock) {
      guard try await node.challenge(key)?.answer == .open, try await node.claim(key.claim).claim.status == .pending else {
        defence.settled(key)
        continue
      }
      defence.sent(key, at: clock)
      guard let answer = await answer(to: key) else {
        logger.error("a question about a claim of this provider cannot be answered", metadata: ["claim": "\(key.claim)"])
        continue
      }
      do {
        try await wallet.submit(.reveal(RevealAnswer(key, answer)))
      } catch {
        logger.error("an answer was not taken, it is sent again", metadata: ["reason": "\(error)"])
      }
    }
  }

  /// The answer to a question about a claim of this provider, or nil if its record cannot be read or the question names nothing.
  private func answer(to key: ChallengeKey) async -> RevealAnswer.Answer? {
    switch key.question {
    case .trace(let index, _), .segment(let index, _, _):
      let place = ClaimPlace(claim: key.claim, record: index)
      guard
        let record = try? journal.record(at: place), let trace = try? await traces.trace(of: record),
        let children = trace.children(answering: key.question, fanOut: genesis.parameters.fanOut)
      else { return nil }
      return .children(children)
    case .weights(let tensor, let leaf):
      guard
        model.graph.tensors.indices.contains(Int(tensor)), model.graph.tensors[Int(tensor)].leafCount > Int(leaf)
      else { return nil }
      // The trees over the weights are rarely asked for, and take as long to make as the model to load.
      return .weights(ModelTrees(model).part(TensorRange(tensor: Int(tensor), leaves: Int(leaf)..<Int(leaf) + 1), of: model))
    }
  }
}
