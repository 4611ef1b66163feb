import Bytes

/// An amount on its way from an account's stake to its balance.
public struct Unbonding: Hashable, Sendable {
  /// The height of the block that pays it out.
  public let release: Height
  /// How much.
  public let amount: Amount

  /// Makes an unbonding.
  public init(release: Height, amount: Amount) {
    self.release = release
    self.amount = amount
  }
}

/// What the ledger holds for one public key. `[LED-2]`
public struct Account: Hashable, Sendable {
  /// The nonce that the account's next transaction must have.
  public internal(set) var nonce: UInt64
  /// What the account can spend.
  public internal(set) var balance: Amount
  /// What the account has bonded; `locked` is a part of it.
  public internal(set) var stake: Amount
  /// The bonds of the account's pending claims.
  public internal(set) var locked: Amount
  /// What is on its way back, by release height.
  public internal(set) var unbonding: [Unbonding]

  /// An account that no rule has written yet.
  public static let empty = Account(nonce: 0, balance: .zero, stake: .zero)

  /// Makes an account with nothing locked and nothing unbonding.
  public init(nonce: UInt64, balance: Amount, stake: Amount) {
    self.nonce = nonce
    self.balance = balance
    self.stake = stake
    locked = .zero
    unbonding = []
  }

  /// The stake that is not locked: it can back a claim or be unbonded.
  public var freeStake: Amount { Amount(stake.units - locked.units) }

  /// The sum of the unbonding amounts.
  public var unbondingTotal: Amount { unbonding.reduce(.zero) { $0.increased(by: $1.amount) } }

  /// The sum of all that the account owns.
  public var total: Amount { balance.increased(by: stake).increased(by: unbondingTotal) }
}

extension Amount {
  /// The sum of two amounts of one state, which conservation bounds. `[LED-8]`
  /// - Precondition: the sum fits.
  func increased(by other: Amount) -> Amount {
    guard let sum = adding(other) else { preconditionFailure("the amounts of a state add up to less than 2^63") }
    return sum
  }

  /// The difference of two amounts of which a guard has compared.
  /// - Precondition: `other` is not larger.
  func decreased(by other: Amount) -> Amount {
    guard let difference = subtracting(other) else { preconditionFailure("a guard compares before an amount is taken") }
    return difference
  }
}

extension Account: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    nonce = try reader.read()
    balance = try Amount(from: &reader)
    stake = try Amount(from: &reader)
    locked = try Amount(from: &reader)
    guard locked <= stake else { throw .outOfRange }
    unbonding = try reader.readList(atMost: LedgerLimits.unbondingsPerAccount) { (reader) throws(DecodingRejection) in
      let unbonding = Unbonding(release: try Height(from: &reader), amount: try Amount(from: &reader))
      guard unbonding.amount > .zero else { throw .outOfRange }
      return unbonding
    }
    for (earlier, later) in zip(unbonding, unbonding.dropFirst()) {
      guard earlier.release <= later.release else { throw .unordered }
    }
    var sum = try Self.sum(balance, stake)
    for unbonding in unbonding { sum = try Self.sum(sum, unbonding.amount) }
    guard self != .empty else { throw .outOfRange }
  }

  private static func sum(_ left: Amount, _ right: Amount) throws(DecodingRejection) -> Amount {
    guard let sum = left.adding(right), sum.units < 1 << 63 else { throw .outOfRange }
    return sum
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(nonce)
    balance.encode(to: &writer)
    stake.encode(to: &writer)
    locked.encode(to: &writer)
    writer.writeList(unbonding) { writer, unbonding in
      unbonding.release.encode(to: &writer)
      unbonding.amount.encode(to: &writer)
    }
  }
}
