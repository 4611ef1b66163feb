import Bytes
import Ledger

/// An account, as JSON: `GET /v1/accounts/{key}`. An account that no rule has written is shown with zeros.
public struct AccountView: Hashable, Sendable, Codable {
  /// The account's public key.
  public let key: Digest
  /// The nonce of the account's next transaction on the chain.
  public let nonce: UInt64
  /// The nonce that follows on the transactions that wait in the pool; what a client that sends several should use.
  public let nextNonce: UInt64
  /// What the account can spend.
  public let balance: DecimalAmount
  /// What the account has bonded.
  public let stake: DecimalAmount
  /// The part of the stake that pending claims lock.
  public let locked: DecimalAmount
  /// The sum on its way back to the balance.
  public let unbonding: DecimalAmount
  /// The height of the block after which this held.
  public let height: UInt64

  /// Makes a view.
  public init(key: Digest, account: Account, nextNonce: UInt64, height: Height) {
    self.key = key
    nonce = account.nonce
    self.nextNonce = nextNonce
    balance = DecimalAmount(account.balance)
    stake = DecimalAmount(account.stake)
    locked = DecimalAmount(account.locked)
    unbonding = DecimalAmount(account.unbondingTotal)
    self.height = height.value
  }
}
