import Bytes
import Inference
import Ledger
import LightVerification
import Merkle
import NodeInterface
import Store

extension Chain {
  /// Whether the version of the state tree after the block at `height` is still readable.
  func keepsState(at height: Height) -> Bool { height <= self.height && self.height.value - height.value < retention.stateBlocks }

  /// An entry of the state after the block at a height, with its proof.
  func stateProof(_ key: StateKey, at height: Height) throws(NodeFailure) -> StateProofAnswer {
    let found: (value: [UInt8]?, proof: StateProof)
    do throws(StateTreeFailure<StoreFailure>) {
      found = try StateTree(reader: StoredNodes(store: store), version: height.value).proof(of: key.treeKey)
    } catch {
      throw NodeFailure(error)
    }
    return StateProofAnswer(
      header: try reader.header(at: height), attestations: try reader.attestations(at: height), value: found.value, proof: found.proof)
  }

  /// The receipt of a record, or nil if the batch was pruned. It stands on the newest header that a quorum attests, if the claim is in
  /// its state; else on the tip.
  /// - Precondition: the claim is in the newest state and has the record.
  func receipt(_ id: Digest, _ claim: Claim, record index: Int) throws(NodeFailure) -> Receipt? {
    guard let blob = try reader.blob(claim.blob) else { return nil }
    let batch: Inference.Batch = try reader.decoded(blob, "the batch of claim \(id)")
    guard batch.records.indices.contains(index), let inclusion = batch.tree.inclusionProof(index: UInt64(index)) else {
      throw .inconsistent("the batch of claim \(id) has not the records that the ledger counted")
    }
    let answer = try settledProof(of: id)
    guard let value = answer.value else { throw .inconsistent("claim \(id) is not in the state tree") }
    let entry: Claim = try reader.decoded(value, "claim \(id) in the state tree")
    return Receipt(
      record: batch.records[index].encoded, recordIndex: UInt32(index), inclusion: inclusion, claimIdentifier: id, claim: entry,
      stateProof: answer.proof, header: answer.header, history: nil, attestations: answer.attestations)
  }

  private func settledProof(of id: Digest) throws(NodeFailure) -> StateProofAnswer {
    if keepsState(at: finalHeight) {
      let answer = try stateProof(.claim(id), at: finalHeight)
      if answer.value != nil { return answer }
    }
    return try stateProof(.claim(id), at: height)
  }
}
