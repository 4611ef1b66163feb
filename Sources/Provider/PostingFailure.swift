import Bytes
import Ledger
import NodeInterface
import Store

/// Why records could not be posted now. They stay in the queue, unless the case says otherwise.
public enum PostingFailure: Error, Hashable, Sendable {
  /// The node does not take the claim, or does not answer.
  case node(NodeError)
  /// What was to be done could not be written down.
  case store(StoreFailure)
  /// The chain does not know the model.
  case modelNotRegistered(root: Digest)
  /// The stake that no other claim locks does not cover the bond.
  case stakeTooLow(free: Amount, bond: Amount)
  /// The balance does not cover the fee.
  case balanceTooLow(balance: Amount, fee: Amount)
  /// The claim waits in the node's pool; it will be looked for again.
  case waiting
  /// The claim cannot stand in a block any more; it is signed anew the next time.
  case superseded(Inadmissible)
  /// The chain refused the claim. Records that it can never take are set aside. `[TX-6]`
  case refused(code: UInt16)
}

extension PostingFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .node(let error): "\(error)"
    case .store(let failure): "\(failure)"
    case .modelNotRegistered(let root): "the model \(root) is not registered; register it with `probity tx register-model`"
    case .stakeTooLow(let free, let bond):
      "a claim locks \(bond) units, but only \(free) units of the stake are free; add some with `probity tx bond`"
    case .balanceTooLow(let balance, let fee): "the fee is \(fee) units, the balance only \(balance)"
    case .waiting: "the claim waits in the node's pool"
    case .superseded(let reason): "the claim is signed anew, because \(reason)"
    case .refused(let code): "the chain refused the claim: \(Outcome(code: code).map { "\($0)" } ?? "code \(code)")"
    }
  }
}
