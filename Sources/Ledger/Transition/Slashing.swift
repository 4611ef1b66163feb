import Bytes

extension Transition {
  /// The rank of the transaction that is being executed. `[CHAL-4]`
  var rank: Rank { Rank(height: height, index: transactionIndex) }

  /// Takes the bond of a pending claim: part of it becomes a prize, the rest is burnt. `[CHAL-4]`
  /// - Precondition: the claim is pending.
  mutating func slash(_ identifier: Digest, _ claim: Claim, for challenger: AccountIdentifier, rank: Rank) {
    var claim = claim
    let reward = claim.bond.fraction(parameters.rewardPermille, of: 1000)
    var provider = state.account(claim.provider)
    provider.locked = provider.locked.decreased(by: claim.bond)
    provider.stake = provider.stake.decreased(by: claim.bond)
    state.set(provider, at: claim.provider)
    burn(claim.bond.decreased(by: reward))
    claim.status = .slashed(at: height, challenger: challenger)
    state.set(claim, at: identifier)
    let due = clock.later(by: parameters.sealBlocks)
    state.setDispute(.prize(Prize(reward: reward, rank: rank, due: due)), at: .prize(identifier))
    var paying = state.paying(due)
    paying.insertAscending(identifier)
    state.setPaying(paying, at: due)
  }

  /// Gives the prize of a slashed claim to a challenger of lower rank. `[TX-7]`
  mutating func takeOver(_ identifier: Digest, _ claim: Claim, slashedAt height: Height, for challenger: AccountIdentifier, rank: Rank) {
    guard var prize = state.prize(identifier) else { return }
    var claim = claim
    claim.status = .slashed(at: height, challenger: challenger)
    state.set(claim, at: identifier)
    prize.rank = rank
    state.setDispute(.prize(prize), at: .prize(identifier))
  }

  /// Pays the prize of a claim to its challenger. `[TX-8]`
  mutating func pay(_ identifier: Digest) {
    guard let prize = state.prize(identifier), case .slashed(_, let challenger)? = state.claim(identifier)?.status else { return }
    credit(prize.reward, to: challenger)
    state.setDispute(nil, at: .prize(identifier))
  }

  /// Slashes the claim of a challenge that was not answered. `[TX-8]`
  mutating func expire(_ key: ChallengeKey) {
    guard
      let challenge = state.challenge(key), challenge.answer == .open, let claim = state.claim(key.claim), claim.status == .pending
    else { return }
    slash(key.claim, claim, for: challenge.challenger, rank: challenge.rank)
  }

  /// Takes units out of use.
  mutating func burn(_ amount: Amount) { state.totals.burnt = state.totals.burnt.increased(by: amount) }

  /// Adds units to a balance.
  mutating func credit(_ amount: Amount, to identifier: AccountIdentifier) {
    guard amount > .zero else { return }
    var account = state.account(identifier)
    account.balance = account.balance.increased(by: amount)
    state.set(account, at: identifier)
  }
}

extension StateOverlay {
  func prize(_ claim: Digest) -> Prize? {
    if case .prize(let value) = dispute(.prize(claim)) { value } else { nil }
  }

  func challenge(_ key: ChallengeKey) -> ChallengeEntry? {
    if case .challenge(let value) = dispute(.challenge(key)) { value } else { nil }
  }

  func opened(claim: Digest, record: UInt32) -> OpenedRecord? {
    if case .opened(let value) = dispute(.opened(claim: claim, record: record)) { value } else { nil }
  }

  func seal(_ key: SealKey) -> Seal? {
    if case .seal(let value) = dispute(.seal(key)) { value } else { nil }
  }

  var clockEntry: ClockEntry {
    if case .clock(let value) = dispute(.clock) { value } else { .unbroken }
  }

  func paying(_ clock: DisputeTime) -> [Digest] {
    if case .paying(let value) = dispute(.paying(clock)) { value } else { [] }
  }

  mutating func setPaying(_ claims: [Digest], at clock: DisputeTime) {
    setDispute(claims.isEmpty ? nil : .paying(claims), at: .paying(clock))
  }

  func expiring(_ clock: DisputeTime) -> [ChallengeKey] {
    if case .expiring(let value) = dispute(.expiring(clock)) { value } else { [] }
  }

  mutating func setExpiring(_ keys: [ChallengeKey], at clock: DisputeTime) {
    setDispute(keys.isEmpty ? nil : .expiring(keys), at: .expiring(clock))
  }

  func unsealing(_ clock: DisputeTime) -> [SealKey] {
    if case .unsealing(let value) = dispute(.unsealing(clock)) { value } else { [] }
  }

  mutating func setUnsealing(_ keys: [SealKey], at clock: DisputeTime) {
    setDispute(keys.isEmpty ? nil : .unsealing(keys), at: .unsealing(clock))
  }
}
