import Bytes

/// A state being changed: reads fall through to the state below, writes stay here until the block is applied.
struct StateOverlay {
  private let base: State
  private var written: [StateKey: StateEntry?] = [:]

  init(_ base: State) { self.base = base }

  /// The changes, by ascending key encoding; a value equal to the one below is not a change.
  var changes: [EntryChange] {
    written
      .compactMap { key, entry in base[key] == entry ? nil : (key.encoded, EntryChange(key: key, entry: entry)) }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }
      .map(\.1)
  }

  private func entry(_ key: StateKey) -> StateEntry? { written[key] ?? base[key] }

  var totals: Totals {
    get { if case .totals(let value) = entry(.totals) { value } else { base.totals } }
    set { written[.totals] = .totals(newValue) }
  }

  func account(_ identifier: AccountIdentifier) -> Account {
    if case .account(let value) = entry(.account(identifier)) { value } else { .empty }
  }

  mutating func set(_ account: Account, at identifier: AccountIdentifier) { written[.account(identifier)] = .account(account) }

  /// Takes out an account that has nothing and has never sent. `[LED-2]`
  mutating func removeAccount(_ identifier: AccountIdentifier) { written[.account(identifier)] = .some(nil) }

  func model(_ root: Digest) -> RegisteredModel? {
    if case .model(let value) = entry(.model(root)) { value } else { nil }
  }

  mutating func set(_ model: RegisteredModel, at root: Digest) { written[.model(root)] = .model(model) }

  func claim(_ identifier: Digest) -> Claim? {
    if case .claim(let value) = entry(.claim(identifier)) { value } else { nil }
  }

  mutating func set(_ claim: Claim, at identifier: Digest) { written[.claim(identifier)] = .claim(claim) }

  func requestClaim(_ digest: Digest) -> Digest? {
    if case .request(let claim) = entry(.request(digest)) { claim } else { nil }
  }

  func holdsRequest(_ digest: Digest) -> Bool { entry(.request(digest)) != nil }

  mutating func setRequest(_ digest: Digest, claim: Digest) { written[.request(digest)] = .request(claim: claim) }

  /// An entry of disputes.
  func dispute(_ key: StateKey) -> StateEntry? { entry(key) }

  /// Writes or removes an entry of disputes.
  mutating func setDispute(_ entry: StateEntry?, at key: StateKey) { written[key] = .some(entry) }

  func finalizing(_ height: DisputeTime) -> [Digest] {
    if case .finalizing(let value) = entry(.finalizing(height)) { value } else { [] }
  }

  mutating func setFinalizing(_ claims: [Digest], at height: DisputeTime) {
    written[.finalizing(height)] = .some(claims.isEmpty ? nil : .finalizing(claims))
  }

  func releasing(_ height: Height) -> [AccountIdentifier] {
    if case .releasing(let value) = entry(.releasing(height)) { value } else { [] }
  }

  mutating func setReleasing(_ accounts: [AccountIdentifier], at height: Height) {
    written[.releasing(height)] = .some(accounts.isEmpty ? nil : .releasing(accounts))
  }
}
