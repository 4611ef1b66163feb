extension Transition {
  /// Moves units from the sender's balance to its stake. `[TX-4]`
  mutating func bond(_ amount: Amount, from identifier: AccountIdentifier) throws(Refusal) {
    var account = state.account(identifier)
    guard amount > .zero else { throw .bondZero }
    guard let balance = account.balance.subtracting(amount) else { throw .bondAboveBalance }
    // All checks are done; nothing below can fail.
    account.balance = balance
    account.stake = account.stake.increased(by: amount)
    state.set(account, at: identifier)
  }

  /// Takes units out of the sender's stake, to be paid when no claim that they could back is open any more. `[TX-4]`
  mutating func unbond(_ amount: Amount, from identifier: AccountIdentifier) throws(Refusal) {
    var account = state.account(identifier)
    guard amount > .zero else { throw .unbondZero }
    guard amount <= account.freeStake else { throw .unbondAboveFreeStake }
    guard account.unbonding.count < LedgerLimits.unbondingsPerAccount else { throw .unbondTooMany }
    // All checks are done; nothing below can fail.
    let release = height.later(by: parameters.unbondingBlocks)
    account.stake = account.stake.decreased(by: amount)
    account.unbonding.append(Unbonding(release: release, amount: amount))
    state.set(account, at: identifier)
    var releasing = state.releasing(release)
    releasing.insertAscending(identifier)
    state.setReleasing(releasing, at: release)
  }
}

extension Height {
  /// The height `blocks` later, of a block that exists.
  /// - Precondition: both are below 2^63, as any chain's are: a block a nanosecond would need 292 years.
  func later(by blocks: UInt64) -> Height {
    guard let height = adding(blocks) else { preconditionFailure("no chain has 2^63 blocks") }
    return height
  }
}
