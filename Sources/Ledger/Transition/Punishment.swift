import Bytes
import Cryptography
import Inference
import Merkle

extension Transition {
  /// Punishes an account that broke its word. `[TX-13]`
  mutating func apply(_ misconduct: Misconduct, from reporter: AccountIdentifier) throws(Refusal) {
    let offender = misconduct.offender
    let key = StateKey.punished(offender, subject: misconduct.subject)
    guard misconduct.isSigned(chain: genesis.root) else { throw .misconductSignature }
    guard shows(misconduct) else { throw .misconductNone }
    guard state.dispute(key) == nil else { throw .misconductPunished }
    // All checks are done; nothing below can fail.
    let penalty = takePenalty(from: offender)
    let reward = penalty.fraction(parameters.rewardPermille, of: 1000)
    credit(reward, to: reporter)
    burn(penalty.decreased(by: reward))
    state.setDispute(.punished(at: height), at: key)
  }

  /// Whether signed evidence shows misconduct. `[TX-13]`
  private func shows(_ misconduct: Misconduct) -> Bool {
    switch misconduct {
    case .promises(let first, let second):
      return first.promise.request == second.promise.request && first.promise.record != second.promise.record
    case .claimed(let signed, let identifier, let index, let bytes, let inclusion):
      let promise = signed.promise
      guard
        let claim = state.claim(identifier), claim.provider == promise.provider,
        let record = Record.included(bytes, at: index, inclusion: inclusion, in: claim)
      else { return false }
      return record.request.digest == promise.request && MerkleTree.leafHash(bytes) != promise.record
    case .unkept(let signed):
      let promise = signed.promise
      guard height > promise.latest else { return false }
      guard let claim = state.requestClaim(promise.request).flatMap(state.claim) else { return true }
      return claim.provider != promise.provider || claim.posted > promise.latest
    case .headers(let first, _, let second, _, let validator):
      return first.height == second.height && first.hash != second.hash && genesis.validator(validator) != nil
    }
  }

  /// Takes the penalty from what no claim locks: the stake first, then the unbondings, the last first. `[TX-13]`
  /// - Returns: what was taken.
  private mutating func takePenalty(from identifier: AccountIdentifier) -> Amount {
    var account = state.account(identifier)
    guard account != .empty else { return .zero }
    var owed = parameters.penalty
    let fromStake = min(owed, account.freeStake)
    account.stake = account.stake.decreased(by: fromStake)
    owed = owed.decreased(by: fromStake)
    var kept: [Unbonding] = []
    for unbonding in account.unbonding.reversed() {
      let taken = min(owed, unbonding.amount)
      owed = owed.decreased(by: taken)
      let left = unbonding.amount.decreased(by: taken)
      if left > .zero { kept.append(Unbonding(release: unbonding.release, amount: left)) }
    }
    account.unbonding = kept.reversed()
    if account == .empty { state.removeAccount(identifier) } else { state.set(account, at: identifier) }
    return parameters.penalty.decreased(by: owed)
  }
}
