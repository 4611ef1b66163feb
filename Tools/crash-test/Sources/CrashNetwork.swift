import Bytes
import Cryptography
import Foundation
import Ledger

/// The network that is killed: blocks as fast as the rules allow, and an account for each sender.
struct CrashNetwork: Sendable {
  /// The name of the validator's development key.
  static let validator = "crash-validator"
  /// The name of the provider's development key.
  static let provider = "crash-provider"

  let genesis: Genesis
  /// The keys that send transfers and bonds.
  let senders: [PrivateKey]
  /// The key that posts claims.
  let provider: PrivateKey

  /// Makes a network with `count` senders.
  init(senders count: Int) throws {
    senders = try (0..<count).map { try CrashNetwork.key("crash-sender-\($0)") }
    provider = try CrashNetwork.key(CrashNetwork.provider)
    let accounts = (senders + [provider]).map {
      GenesisAccount(key: $0.publicKey, balance: Amount(1 << 50), stake: Amount(1 << 40))
    }
    guard
      let parameters = Parameters(
        windowBlocks: 16, unbondingBlocks: 64, claimBond: Amount(1 << 24), rewardPermille: 500, baseFee: Amount(10), byteFee: Amount(1),
        blobByteFee: Amount(1), evidenceByteFee: Amount(1), blockIntervalMilliseconds: 50, blockBytes: 1 << 22, disputeBlocks: 24,
        revealBlocks: 2, moveBlocks: 1, sealBlocks: 2, stretchBlocks: 2, fanOutBits: 8, challengeBond: Amount(4096), penalty: Amount(1000))
    else { throw Defect("the parameters obey the rules") }
    genesis = try Genesis(
      name: Array("crash-test".utf8), time: 1, parameters: parameters, validators: [CrashNetwork.key(CrashNetwork.validator).publicKey],
      accounts: accounts.sorted { $0.key < $1.key })
  }

  private static func key(_ name: String) throws -> PrivateKey {
    guard let key = DevelopmentKey.key(named: name) else { throw Defect("\(name) gives no key") }
    return key
  }
}

/// What the test found, or what kept it from finding anything.
struct Defect: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
