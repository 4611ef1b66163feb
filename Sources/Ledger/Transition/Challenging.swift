import Bytes
import Inference
import Merkle

extension Transition {
  /// Puts a question to the provider of a claim. `[TX-10]`
  mutating func apply(_ ask: AskQuestion, from identifier: AccountIdentifier) throws(Refusal) {
    let (key, question) = (ask.key, ask.key.question)
    guard var claim = state.claim(key.claim) else { throw .challengeUnknownClaim }
    guard claim.status == .pending else { throw .challengeClaimSettled }
    guard state.challenge(key) == nil else { throw .challengeAsked }
    let known = question.record.flatMap { state.opened(claim: key.claim, record: $0) }
    let answered = clock.later(by: parameters.revealBlocks + parameters.moveBlocks + parameters.sealBlocks)
    let isInTime = known == nil ? clock <= claim.window : answered <= claim.window.later(by: parameters.disputeBlocks)
    guard isInTime else { throw .challengeLate }
    let opened: OpenedRecord?
    if let known {
      guard ask.opening == nil else { throw .challengeOpening }
      opened = known
    } else {
      opened = try ask.openedRecord(in: claim)
    }
    let shape = questionShape(of: claim)
    guard
      let size = shape.answerBytes(of: question, extent: opened?.extent),
      ask.opening == nil || question == shape.first(record: question.record ?? 0)
    else { throw .challengeQuestion }
    if let opened, let parent = shape.parent(of: question, extent: opened.extent) {
      guard state.challenge(ChallengeKey(claim: key.claim, question: parent.question))?.answer.children != nil else {
        throw .challengeParent
      }
    }
    var challenger = state.account(identifier)
    let bond = parameters.bond(answerBytes: size)
    guard let balance = challenger.balance.subtracting(bond) else { throw .challengeAboveBalance }
    // All checks are done; nothing below can fail.
    challenger.balance = balance
    state.set(challenger, at: identifier)
    let expires = clock.later(by: parameters.revealBlocks)
    state.setDispute(
      .challenge(ChallengeEntry(challenger: identifier, bond: bond, rank: rank, expires: expires, answer: .open)), at: .challenge(key))
    var expiring = state.expiring(expires)
    expiring.insertAscending(key)
    state.setExpiring(expiring, at: expires)
    if let opened, let record = question.record { state.setDispute(.opened(opened), at: .opened(claim: key.claim, record: record)) }
    guard claim.deadline < answered else { return }
    state.setFinalizing(state.finalizing(claim.deadline).filter { $0 != key.claim }, at: claim.deadline)
    claim.deadline = answered
    state.set(claim, at: key.claim)
    var finalizing = state.finalizing(answered)
    finalizing.insertAscending(key.claim)
    state.setFinalizing(finalizing, at: answered)
  }

  /// Answers a question. `[TX-11]`
  mutating func apply(_ reveal: RevealAnswer, from identifier: AccountIdentifier) throws(Refusal) {
    guard var challenge = state.challenge(reveal.key), let claim = state.claim(reveal.key.claim) else { throw .revealUnknown }
    guard claim.status == .pending else { throw .revealClaimSettled }
    guard challenge.answer == .open else { throw .revealRepeated }
    let children = try fittingChildren(reveal, claim: claim)
    // All checks are done; nothing below can fail.
    challenge.answer = .answered(revealer: identifier, children: children)
    state.setDispute(.challenge(challenge), at: .challenge(reveal.key))
  }

  /// Settles the bond of a challenge when the claim has ended. `[TX-12]`
  mutating func close(_ key: ChallengeKey) throws(Refusal) {
    guard let challenge = state.challenge(key), let claim = state.claim(key.claim) else { throw .closeUnknown }
    let isSlashed: Bool
    switch claim.status {
    case .pending: throw .closeClaimPending
    case .finalized: isSlashed = false
    case .slashed: isSlashed = true
    }
    // All checks are done; nothing below can fail.
    state.setDispute(nil, at: .challenge(key))
    if let record = key.question.record, key.question == questionShape(of: claim).first(record: record) {
      state.setDispute(nil, at: .opened(claim: key.claim, record: record))
    }
    if isSlashed { return credit(challenge.bond, to: challenge.challenger) }
    guard case .answered(let revealer, _) = challenge.answer else {
      preconditionFailure("a claim with an open challenge is slashed in time")
    }
    let half = challenge.bond.fraction(1, of: 2)
    credit(half, to: revealer)
    burn(challenge.bond.decreased(by: half))
  }

  /// The children that are kept, if the answer fits. `[TX-11]`
  private func fittingChildren(_ reveal: RevealAnswer, claim: Claim) throws(Refusal) -> [Digest] {
    let question = reveal.key.question
    switch (question, reveal.answer) {
    case (.weights(let tensor, let leaf), .weights(let part)):
      let (model, graph) = registered(claim.modelRoot)
      guard part.holds(leaf: Int(leaf), ofTensor: Int(tensor), graph: graph, tensorsRoot: model.tensorsRoot) else { throw .revealUnfit }
      return []
    case (.trace(let record, _), .children(let children)), (.segment(let record, _, _), .children(let children)):
      let shape = questionShape(of: claim)
      guard let opened = state.opened(claim: reveal.key.claim, record: record) else {
        preconditionFailure("a question about a trace stands beside its opened record")
      }
      guard children.count == shape.childCount(of: question, extent: opened.extent) else { throw .revealUnfit }
      let hash = shape.hash(of: children, answering: question, extent: opened.extent)
      guard let parent = shape.parent(of: question, extent: opened.extent) else {
        guard hash == opened.traceRoot else { throw .revealUnfit }
        return children
      }
      let above = state.challenge(ChallengeKey(claim: reveal.key.claim, question: parent.question))?.answer.children
      guard let above, above.indices.contains(parent.place), above[parent.place] == hash else { throw .revealUnfit }
      return children
    case (.weights, .children), (.trace, .weights), (.segment, .weights): throw .revealUnfit
    }
  }

  private func questionShape(of claim: Claim) -> QuestionShape {
    QuestionShape(graph: registered(claim.modelRoot).graph, fanOut: parameters.fanOut)
  }

  private func registered(_ modelRoot: Digest) -> (model: RegisteredModel, graph: Graph) {
    guard let model = state.model(modelRoot), let graph = Graph(decoding: model.graph) else {
      preconditionFailure("a claim's model is registered, and its graph is valid")
    }
    return (model, graph)
  }
}

extension AskQuestion {
  /// What the opening says about the record; nil for weights, which need none. `[TX-10]`
  fileprivate func openedRecord(in claim: Claim) throws(Refusal) -> OpenedRecord? {
    guard let index = key.question.record else {
      guard opening == nil else { throw .challengeOpening }
      return nil
    }
    guard
      let opening, let record = Record.included(opening.record, at: index, inclusion: opening.inclusion, in: claim),
      let extent = record.extent
    else { throw .challengeOpening }
    return OpenedRecord(traceRoot: record.traceRoot, extent: extent)
  }
}

extension Record {
  /// The record, if its encoding stands at an index of the claim's batch. `[TX-7]` `[TX-10]`
  static func included(_ bytes: [UInt8], at index: UInt32, inclusion: InclusionProof, in claim: Claim) -> Record? {
    guard index < claim.recordCount else { return nil }
    do {
      try inclusion.verify(
        leafHash: MerkleTree.leafHash(bytes), index: UInt64(index), size: UInt64(claim.recordCount), root: claim.batchRoot)
    } catch {
      return nil
    }
    return try? Record(decoding: bytes)
  }
}
