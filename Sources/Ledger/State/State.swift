import Bytes

/// Why stored pairs are not a state.
public enum StateRejection: Error, Hashable, Sendable {
  /// A key is not a canonical encoding.
  case malformedKey
  /// A value is not a canonical encoding of the kind that its key names.
  case malformedValue(StateKey)
  /// A key stands twice.
  case repeatedKey(StateKey)
  /// There are no totals.
  case noTotals
  /// The amounts do not add up. `[LED-4]`
  case notConserved
}

/// Everything that the ledger holds, in memory. A value: who executes a block does so on an overlay and applies the changes. `[LED-2]`
///
/// The maps are for look-ups; whoever hashes or lists them sorts first.
public struct State: Hashable, Sendable {
  /// Supply and burnt units.
  public internal(set) var totals: Totals
  /// Every account that has been written.
  public internal(set) var accounts: [AccountIdentifier: Account] = [:]
  /// Every registered model, by model root.
  public internal(set) var models: [Digest: RegisteredModel] = [:]
  /// Every claim, by id.
  public internal(set) var claims: [Digest: Claim] = [:]
  /// The claim of every request that a claim holds, by request digest.
  public internal(set) var requests: [Digest: Digest] = [:]
  /// The claims to finalize, by deadline.
  public internal(set) var finalizing: [Height: [Digest]] = [:]
  /// The accounts to pay out, by release height.
  public internal(set) var releasing: [Height: [AccountIdentifier]] = [:]
  /// Everything about disputes, by key.
  public internal(set) var disputes = Disputes()

  init(totals: Totals) { self.totals = totals }

  /// Rebuilds a state from stored pairs of encoded keys and values, in any order.
  public init(pairs: some Sequence<(key: [UInt8], value: [UInt8])>) throws(StateRejection) {
    self.init(totals: Totals(supply: .zero, burnt: .zero))
    var hasTotals = false
    for pair in pairs {
      guard let key = try? StateKey(decoding: pair.key) else { throw .malformedKey }
      guard let entry = try? StateEntry(decoding: pair.value, at: key) else { throw .malformedValue(key) }
      let isRepeated = key == .totals ? hasTotals : self[key] != nil
      guard !isRepeated else { throw .repeatedKey(key) }
      if key == .totals { hasTotals = true }
      set(entry, at: key)
    }
    guard hasTotals else { throw .noTotals }
    guard invariantViolation == nil else { throw .notConserved }
  }

  /// The entry at `key`, or nil.
  public subscript(key: StateKey) -> StateEntry? {
    switch key {
    case .totals: .totals(totals)
    case .account(let account): accounts[account].map(StateEntry.account)
    case .model(let root): models[root].map(StateEntry.model)
    case .claim(let identifier): claims[identifier].map(StateEntry.claim)
    case .request(let digest): requests[digest].map { .request(claim: $0) }
    case .finalizing(let height): finalizing[height].map(StateEntry.finalizing)
    case .releasing(let height): releasing[height].map(StateEntry.releasing)
    case .clock, .opened, .challenge, .expiring, .seal, .unsealing, .prize, .paying, .punished: disputes[key]
    }
  }

  /// The account, or the empty one.
  public func account(_ identifier: AccountIdentifier) -> Account { accounts[identifier] ?? .empty }

  /// Applies the changes of an executed block.
  public mutating func apply(_ changes: [EntryChange]) {
    for change in changes { set(change.entry, at: change.key) }
  }

  /// Every entry, by ascending key encoding.
  public var entries: [EntryChange] {
    var keys: [StateKey] = [.totals]
    keys += accounts.keys.sorted().map(StateKey.account)
    keys += models.keys.sorted().map(StateKey.model)
    keys += claims.keys.sorted().map(StateKey.claim)
    keys += requests.keys.sorted().map(StateKey.request)
    keys += finalizing.keys.sortedByEncoding().map(StateKey.finalizing)
    keys += releasing.keys.sortedByEncoding().map(StateKey.releasing)
    keys += disputes.keys
    return keys.map { EntryChange(key: $0, entry: self[$0]) }
  }

  private mutating func set(_ entry: StateEntry?, at key: StateKey) {
    switch (key, entry) {
    case (.totals, .totals(let value)): totals = value
    case (.account(let account), .account(let value)): accounts[account] = value
    case (.model(let root), .model(let value)): models[root] = value
    case (.claim(let identifier), .claim(let value)): claims[identifier] = value
    case (.request(let digest), .request(let value)): requests[digest] = value
    case (.finalizing(let height), .finalizing(let value)): finalizing[height] = value
    case (.releasing(let height), .releasing(let value)): releasing[height] = value
    case (.account(let account), nil): accounts[account] = nil
    case (.finalizing(let height), nil): finalizing[height] = nil
    case (.releasing(let height), nil): releasing[height] = nil
    case (.clock, _), (.opened, _), (.challenge, _), (.expiring, _), (.seal, _), (.unsealing, _), (.prize, _), (.paying, _), (.punished, _):
      disputes[key] = entry
    default: preconditionFailure("an entry is of the kind that its key names, and only lists of heights and empty accounts are removed")
    }
  }
}

extension Sequence<Height> {
  /// By the order of the little-endian encodings, which is not that of the numbers.
  func sortedByEncoding() -> [Height] { sorted { $0.value.byteSwapped < $1.value.byteSwapped } }
}
