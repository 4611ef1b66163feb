import Bytes
import Inference
import Ledger
import Merkle

/// Why a promise says nothing about a receipt. `[PROM-1]`
public enum PromiseRejection: Error, Hashable, Sendable {
  /// The promise is not of the receipt's chain.
  case chain
  /// The signature is not the provider's.
  case signature
  /// The promise is for another request than the receipt, or by another provider.
  case request
}

/// What became of a promise. `[PROM-1]` `[TX-13]`
public enum PromiseVerdict: Hashable, Sendable {
  /// The promised record was posted in time.
  case kept
  /// It was posted after its height.
  case late(Misconduct)
  /// Another record was posted for the request.
  case otherRecord(Misconduct)

  /// What the provider is slashed with, or nil where the promise was kept.
  public var evidence: Misconduct? {
    switch self {
    case .kept: nil
    case .late(let evidence), .otherRecord(let evidence): evidence
    }
  }
}

extension VerifiedReceipt {
  /// What the receipt says about the promise that the client got with its answer.
  public func verdict(on signed: SignedPromise) throws(PromiseRejection) -> PromiseVerdict {
    let promise = signed.promise
    guard promise.chain == anchor.chain else { throw .chain }
    guard signed.isSigned else { throw .signature }
    guard promise.provider == claim.provider, promise.request == record.request.digest else { throw .request }
    guard promise.record == MerkleTree.leafHash(receipt.record) else {
      return .otherRecord(
        .claimed(
          signed, claim: claimIdentifier, recordIndex: receipt.recordIndex, record: receipt.record, inclusion: receipt.inclusion))
    }
    return claim.posted <= promise.latest ? .kept : .late(.unkept(signed))
  }
}

extension PromiseVerdict {
  /// A line for people.
  public var line: String {
    switch self {
    case .kept: "PROMISE   kept: this record was posted in time"
    case .late: "PROMISE   BROKEN: the record was posted after its height; report it with `probity tx report`"
    case .otherRecord: "PROMISE   BROKEN: another record than the promised one was posted; report it with `probity tx report`"
    }
  }

  /// The word for scripts.
  public var name: String {
    switch self {
    case .kept: "kept"
    case .late: "late"
    case .otherRecord: "other record"
    }
  }
}

extension PromiseRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .chain: "the promise is of another chain than the receipt"
    case .signature: "the promise is not signed by the provider that it names"
    case .request: "the promise is for another request than the receipt, or by another provider"
    }
  }
}
