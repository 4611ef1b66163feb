import Bytes

/// The entries of the tags 7 to 15. `[LED-2]`
public struct Disputes: Hashable, Sendable {
  private var entries: [StateKey: StateEntry] = [:]

  /// Whether nothing is disputed, sealed or owed.
  public var isEmpty: Bool { entries.isEmpty }

  /// The entry at a key, or nil.
  /// - Precondition: on writing, the key is one of disputes and the entry of its kind.
  subscript(key: StateKey) -> StateEntry? {
    get { entries[key] }
    set { entries[key] = newValue }
  }

  /// The keys, by ascending encoding.
  public var keys: [StateKey] {
    entries.keys.map { ($0.encoded, $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
  }

  /// For how long the dispute clock has stood still. `[CLOCK-1]`
  public var clock: ClockEntry {
    if case .clock(let value) = entries[.clock] { value } else { .unbroken }
  }

  /// What is known of a record that a challenge has opened, or nil.
  public func opened(claim: Digest, record: UInt32) -> OpenedRecord? {
    if case .opened(let value) = entries[.opened(claim: claim, record: record)] { value } else { nil }
  }

  /// The challenge with a question to the provider of a claim, or nil. `[CHAL-3]`
  public func challenge(_ key: ChallengeKey) -> ChallengeEntry? {
    if case .challenge(let value) = entries[.challenge(key)] { value } else { nil }
  }

  /// An account's seal, or nil. `[TX-9]`
  public func seal(_ key: SealKey) -> Seal? {
    if case .seal(let value) = entries[.seal(key)] { value } else { nil }
  }

  /// What will be paid for a slashed claim, or nil. `[CHAL-4]`
  public func prize(_ claim: Digest) -> Prize? {
    if case .prize(let value) = entries[.prize(claim)] { value } else { nil }
  }

  /// All challenges, by ascending key.
  public var challenges: [(key: ChallengeKey, entry: ChallengeEntry)] {
    keys.compactMap { key in
      guard case .challenge(let name) = key, case .challenge(let entry) = entries[key] else { return nil }
      return (name, entry)
    }
  }

  /// All prizes, by ascending claim id.
  public var prizes: [(claim: Digest, prize: Prize)] {
    keys.compactMap { key in
      guard case .prize(let claim) = key, case .prize(let prize) = entries[key] else { return nil }
      return (claim, prize)
    }
  }
}

extension State {
  /// The clock of the block at a height on this state. `[CLOCK-1]`
  /// - Precondition: the height is that of a block after this state.
  public func disputeTime(at height: Height) -> DisputeTime { DisputeTime(height.value - disputes.clock.stood) }
}
