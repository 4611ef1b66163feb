import Bytes
import Inference

extension Transition {
  /// Locks a bond behind a batch of records and opens its window. `[TX-6]`
  mutating func apply(_ posting: PostClaim, from identifier: AccountIdentifier, nonce: UInt64) throws(Refusal) {
    var provider = state.account(identifier)
    guard let model = state.model(posting.modelRoot) else { throw .claimUnknownModel }
    guard provider.freeStake >= parameters.claimBond else { throw .claimStake }
    guard let bytes = blobs[posting.blob], let batch = try? Batch(decoding: bytes) else { throw .claimBlob }
    guard batch.records.count == posting.recordCount else { throw .claimRecordCount }
    guard batch.tree.root == posting.batchRoot else { throw .claimBatchRoot }
    let requests = try checkedRequests(of: batch, provider: identifier, modelRoot: posting.modelRoot, model: model)
    // All checks are done; nothing below can fail.
    let claim = Claim.identifier(provider: identifier, nonce: nonce)
    let deadline = clock.later(by: parameters.windowBlocks)
    provider.locked = provider.locked.increased(by: parameters.claimBond)
    state.set(provider, at: identifier)
    state.set(
      Claim(
        provider: identifier, modelRoot: posting.modelRoot, batchRoot: posting.batchRoot, recordCount: posting.recordCount,
        blob: posting.blob, posted: height, window: deadline, deadline: deadline, bond: parameters.claimBond, status: .pending), at: claim)
    for request in requests { state.setRequest(request, claim: claim) }
    var finalizing = state.finalizing(deadline)
    finalizing.insertAscending(claim)
    state.setFinalizing(finalizing, at: deadline)
  }

  /// Checks the records one by one, in order.
  /// - Returns: the request digests.
  private func checkedRequests(
    of batch: Batch, provider: AccountIdentifier, modelRoot: Digest, model: RegisteredModel
  ) throws(Refusal) -> [Digest] {
    guard let graph = Graph(decoding: model.graph) else { preconditionFailure("a registered graph is valid") }
    var requests: [Digest] = []
    var seen: Set<Digest> = []
    for record in batch.records {
      guard record.request.modelRoot == modelRoot else { throw .claimRecordModel }
      guard AccountIdentifier(record.request.provider) == provider else { throw .claimRecordProvider }
      try record.checkPostable(for: graph)
      let request = record.request.digest
      guard !state.holdsRequest(request), seen.insert(request).inserted else { throw .claimRequestRepeated }
      requests.append(request)
    }
    return requests
  }
}

extension Record {
  /// The shape rules, with the code of the one that is broken. `[REC-3]`
  fileprivate func checkPostable(for graph: Graph) throws(Refusal) {
    do {
      try checkedShape(for: graph)
    } catch {
      switch error {
      case .executorVersion, .output, .input, .tokenCount, .context, .token: throw .claimRecordShape
      case .signature: throw .claimRequestSignature
      }
    }
  }
}
