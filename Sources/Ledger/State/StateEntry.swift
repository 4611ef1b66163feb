import Bytes

/// The units of the network as a whole. `[LED-2]`
public struct Totals: Hashable, Sendable {
  /// All units that the genesis made.
  public let supply: Amount
  /// The units that slashing took out of use.
  public internal(set) var burnt: Amount

  /// Makes totals.
  public init(supply: Amount, burnt: Amount) {
    self.supply = supply
    self.burnt = burnt
  }
}

/// The value of one entry of the state; its kind is that of its key. `[LED-2]`
public enum StateEntry: Hashable, Sendable {
  /// At `StateKey.totals`.
  case totals(Totals)
  /// At `StateKey.account`.
  case account(Account)
  /// At `StateKey.model`.
  case model(RegisteredModel)
  /// At `StateKey.claim`.
  case claim(Claim)
  /// At `StateKey.request`: the id of the claim that holds the request.
  case request(claim: Digest)
  /// At `StateKey.finalizing`: claim ids, strictly ascending, at least one.
  case finalizing([Digest])
  /// At `StateKey.releasing`: accounts, strictly ascending, at least one.
  case releasing([AccountIdentifier])
  /// At `StateKey.clock`.
  case clock(ClockEntry)
  /// At `StateKey.opened`.
  case opened(OpenedRecord)
  /// At `StateKey.challenge`.
  case challenge(ChallengeEntry)
  /// At `StateKey.expiring`: challenges, strictly ascending, at least one.
  case expiring([ChallengeKey])
  /// At `StateKey.seal`.
  case seal(Seal)
  /// At `StateKey.unsealing`: seals, strictly ascending, at least one.
  case unsealing([SealKey])
  /// At `StateKey.prize`.
  case prize(Prize)
  /// At `StateKey.paying`: claim ids, strictly ascending, at least one.
  case paying([Digest])
  /// At `StateKey.punished`: when.
  case punished(at: Height)

  /// The canonical encoding.
  public var encoded: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .totals(let totals):
      totals.supply.encode(to: &writer)
      totals.burnt.encode(to: &writer)
    case .account(let account): account.encode(to: &writer)
    case .model(let model): model.encode(to: &writer)
    case .claim(let claim): claim.encode(to: &writer)
    case .request(let claim): writer.write(claim)
    case .finalizing(let claims): writer.writeList(claims) { $0.write($1) }
    case .releasing(let accounts): writer.writeList(accounts) { $1.encode(to: &$0) }
    case .clock(let clock): clock.encode(to: &writer)
    case .opened(let record): record.encode(to: &writer)
    case .challenge(let challenge): challenge.encode(to: &writer)
    case .expiring(let challenges): writer.writeList(challenges) { $1.encode(to: &$0) }
    case .seal(let seal): seal.encode(to: &writer)
    case .unsealing(let seals): writer.writeList(seals) { $1.encode(to: &$0) }
    case .prize(let prize): prize.encode(to: &writer)
    case .paying(let claims): writer.writeList(claims) { $0.write($1) }
    case .punished(let height): height.encode(to: &writer)
    }
    return writer.bytes
  }

  /// Decodes the value that stands at `key`.
  public init(decoding bytes: [UInt8], at key: StateKey) throws(DecodingRejection) {
    var reader = ByteReader(bytes)
    switch key {
    case .totals:
      let totals = Totals(supply: try Amount(from: &reader), burnt: try Amount(from: &reader))
      guard totals.supply.units < 1 << 63, totals.burnt <= totals.supply else { throw .outOfRange }
      self = .totals(totals)
    case .account: self = .account(try Account(from: &reader))
    case .model: self = .model(try RegisteredModel(from: &reader))
    case .claim: self = .claim(try Claim(from: &reader))
    case .request: self = .request(claim: try reader.readDigest())
    case .finalizing:
      self = .finalizing(try Self.set(&reader, atMost: LedgerLimits.entriesPerClock, Digest.init(from:)))
    case .releasing:
      self = .releasing(try Self.set(&reader, atMost: LedgerLimits.accountsPerHeight, AccountIdentifier.init(from:)))
    case .clock: self = .clock(try ClockEntry(from: &reader))
    case .opened: self = .opened(try OpenedRecord(from: &reader))
    case .challenge: self = .challenge(try ChallengeEntry(from: &reader))
    case .expiring: self = .expiring(try Self.set(&reader, atMost: LedgerLimits.entriesPerClock, ChallengeKey.init(from:)))
    case .seal: self = .seal(try Seal(from: &reader))
    case .unsealing: self = .unsealing(try Self.set(&reader, atMost: LedgerLimits.entriesPerClock, SealKey.init(from:)))
    case .prize: self = .prize(try Prize(from: &reader))
    case .paying: self = .paying(try Self.set(&reader, atMost: LedgerLimits.entriesPerClock, Digest.init(from:)))
    case .punished: self = .punished(at: try Height(from: &reader))
    }
    try reader.finish()
  }

  private static func set<Element: Comparable>(
    _ reader: inout ByteReader, atMost limit: Int, _ body: (inout ByteReader) throws(DecodingRejection) -> Element
  ) throws(DecodingRejection) -> [Element] {
    let elements = try reader.readList(atMost: limit, body)
    guard !elements.isEmpty else { throw .outOfRange }
    try elements.checkAscending()
    return elements
  }
}

extension Array where Element: Comparable {
  /// Refuses elements that do not ascend strictly. `[ENC-2]`
  func checkAscending() throws(DecodingRejection) {
    for (earlier, later) in zip(self, dropFirst()) {
      guard earlier < later else { throw .unordered }
    }
  }

  /// Adds an element in its place unless it is there already.
  mutating func insertAscending(_ element: Element) {
    let index = firstIndex { $0 >= element } ?? endIndex
    guard index == endIndex || self[index] != element else { return }
    insert(element, at: index)
  }
}
