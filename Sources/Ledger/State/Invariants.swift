import Bytes

/// What is wrong with a state that no rule could have made.
public enum InvariantViolation: Error, Hashable, Sendable {
  /// Balances, stakes, unbonding and burnt amounts do not add up to the supply.
  case supply(counted: UInt64, expected: Amount)
  /// The sum of amounts has no `u64`.
  case overflow
  /// An account's locked amount is not the sum of the bonds of its pending claims.
  case locked(AccountIdentifier)
  /// A pending claim does not stand in the list of its deadline, or the list names a claim that is not there.
  case finalizing(Digest)
  /// An account with an unbonding amount does not stand in the list of its release height.
  case releasing(AccountIdentifier)
  /// A request names a claim that is not there.
  case request(Digest)
  /// A challenge that is not in the list of its expiry, or stands at no claim.
  case challenge(ChallengeKey)
  /// A prize that is not in the list of its payment, or whose claim is not slashed.
  case prize(Digest)
}

extension State {
  /// The first rule of `[LED-4]`, or of the lists of `[LED-2]`, that the state breaks; nil if it breaks none.
  public var invariantViolation: InvariantViolation? {
    var sum = totals.burnt.units
    for identifier in accounts.keys.sorted() {
      let account = account(identifier)
      for part in [account.balance, account.stake] + account.unbonding.map(\.amount) {
        let (next, overflow) = sum.addingReportingOverflow(part.units)
        guard !overflow else { return .overflow }
        sum = next
      }
    }
    for part in disputes.challenges.map(\.entry.bond) + disputes.prizes.map(\.prize.reward) {
      let (next, overflow) = sum.addingReportingOverflow(part.units)
      guard !overflow else { return .overflow }
      sum = next
    }
    guard sum == totals.supply.units else { return .supply(counted: sum, expected: totals.supply) }

    var bonds: [AccountIdentifier: Amount] = [:]
    for identifier in claims.keys.sorted() {
      guard let claim = claims[identifier], claim.status == .pending else { continue }
      guard finalizing[claim.deadline]?.contains(identifier) == true else { return .finalizing(identifier) }
      guard let total = bonds[claim.provider, default: .zero].adding(claim.bond) else { return .overflow }
      bonds[claim.provider] = total
    }
    for provider in bonds.keys.sorted() where accounts[provider] == nil { return .locked(provider) }
    for identifier in accounts.keys.sorted() {
      let account = account(identifier)
      guard account.locked == bonds[identifier, default: .zero], account.locked <= account.stake else { return .locked(identifier) }
      for unbonding in account.unbonding {
        guard releasing[unbonding.release]?.contains(identifier) == true else { return .releasing(identifier) }
      }
    }
    for height in finalizing.keys.sorted() {
      for identifier in finalizing[height] ?? [] where claims[identifier]?.deadline != height { return .finalizing(identifier) }
    }
    for digest in requests.keys.sorted() {
      guard let claim = requests[digest], claims[claim] != nil else { return .request(digest) }
    }
    return disputeViolation
  }

  private var disputeViolation: InvariantViolation? {
    for (key, entry) in disputes.challenges {
      guard let claim = claims[key.claim] else { return .challenge(key) }
      guard claim.status == .pending, entry.answer == .open else { continue }
      guard case .expiring(let keys)? = disputes[.expiring(entry.expires)], keys.contains(key), entry.expires < claim.deadline else {
        return .challenge(key)
      }
    }
    for (identifier, prize) in disputes.prizes {
      guard case .slashed? = claims[identifier]?.status, case .paying(let due)? = disputes[.paying(prize.due)], due.contains(identifier)
      else { return .prize(identifier) }
    }
    return nil
  }

  /// Throws the first violation: called after each block in tests, and by a node when it opens its store.
  public func checkInvariants() throws(InvariantViolation) {
    if let violation = invariantViolation { throw violation }
  }
}
