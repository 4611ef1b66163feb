import Bytes
import Cryptography
import Inference
import Ledger
import Merkle

/// What the verifier trusts beforehand. `[RCPT-2]`
public enum TrustAnchor: Sendable {
  /// A network's genesis: a quorum of its validators must attest.
  case genesis(Genesis)
  /// A header hash that the verifier has from someone it trusts.
  case checkpoint(Digest)
}

/// What a sound receipt says about its answer. `[RCPT-3]`
public enum ReceiptVerdict: Hashable, Sendable {
  /// The challenge window closed without a fraud proof.
  case final(at: Height)
  /// The claim can be challenged until the deadline; as of the header's height.
  case pending(asOf: Height, deadline: Height)
  /// A fraud proof was accepted: the answer is not to be relied on.
  case slashed(at: Height, challenger: AccountIdentifier)
}

/// A receipt that was verified: what it says can be shown to people. `[RCPT-3]`
public struct VerifiedReceipt: Sendable {
  /// What was verified.
  public let receipt: Receipt
  /// What became of the claim.
  public let verdict: ReceiptVerdict
  /// The record: question, answer, model, client.
  public let record: Record
  /// The claim that the record stands in.
  public let claim: Claim
  /// The claim's id.
  public let claimIdentifier: Digest
  /// The header that the verdict is as of.
  public let header: Header
  /// The header that is trusted.
  public let anchor: Header

  /// Verifies a receipt file. `[RCPT-2]`
  public init(file bytes: [UInt8], against trust: TrustAnchor) throws(ReceiptRejection) {
    guard bytes.count <= LedgerLimits.receiptBytes, let receipt = try? Receipt(decoding: bytes) else { throw .malformed }
    try self.init(receipt, against: trust)
  }

  /// Verifies a receipt: reasons 2 to 15 of `[RCPT-2]`.
  public init(_ receipt: Receipt, against trust: TrustAnchor) throws(ReceiptRejection) {
    let anchor = receipt.anchor
    let claim = receipt.claim
    guard receipt.header.chain == anchor.chain else { throw .mixedChains }
    try receipt.checkAnchor(against: trust)
    guard receipt.headerStandsInHistory else { throw .history }
    guard receipt.claimStandsInState else { throw .stateProof }
    guard receipt.recordIndex < claim.recordCount else { throw .recordIndex }
    guard receipt.recordStandsInBatch else { throw .inclusion }
    guard let record = try? Record(decoding: receipt.record) else { throw .record }
    guard record.request.modelRoot == claim.modelRoot else { throw .recordModel }
    guard record.executorVersion == ExecutorVersion.current else { throw .executorVersion }
    let request = record.request
    guard request.client.verify(record.requestSignature, of: request.digest) else { throw .requestSignature }
    verdict =
      switch claim.status {
      case .pending: .pending(asOf: receipt.header.height, deadline: claim.deadline)
      case .finalized(let height): .final(at: height)
      case .slashed(let height, let challenger): .slashed(at: height, challenger: challenger)
      }
    self.receipt = receipt
    self.record = record
    self.claim = claim
    claimIdentifier = receipt.claimIdentifier
    header = receipt.header
    self.anchor = anchor
  }
}

extension Receipt {
  /// Reasons 3 to 7 of `[RCPT-2]`.
  fileprivate func checkAnchor(against trust: TrustAnchor) throws(ReceiptRejection) {
    switch trust {
    case .checkpoint(let digest):
      guard anchor.hash == digest else { throw .wrongCheckpoint }
    case .genesis(let genesis):
      guard anchor.chain == genesis.root else { throw .wrongChain }
      do {
        try genesis.check(attestations, of: anchor.hash)
      } catch {
        switch error {
        case .unknownValidator: throw .unknownAttester
        case .badSignature: throw .badAttestation
        }
      }
      guard genesis.isQuorum(attestations) else { throw .noQuorum }
    }
  }

  /// Whether the header is the anchor, or an older one in the anchor's history.
  fileprivate var headerStandsInHistory: Bool {
    guard let history else { return true }
    do {
      try history.path.verify(
        leafHash: MerkleTree.leafHash(header.hash.bytes), index: header.height.value, size: history.anchor.height.value,
        root: history.anchor.historyRoot)
      return true
    } catch {
      return false
    }
  }

  fileprivate var claimStandsInState: Bool {
    do {
      try stateProof.verify(
        keyHash: StateKey.claim(claimIdentifier).treeKey, value: StateEntry.claim(claim).encoded, root: header.stateRoot)
      return true
    } catch {
      return false
    }
  }

  fileprivate var recordStandsInBatch: Bool {
    do {
      try inclusion.verify(
        leafHash: MerkleTree.leafHash(record), index: UInt64(recordIndex), size: UInt64(claim.recordCount), root: claim.batchRoot)
      return true
    } catch {
      return false
    }
  }
}
