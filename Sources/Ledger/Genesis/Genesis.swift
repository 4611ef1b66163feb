import Bytes
import Cryptography
import Merkle

extension HashTag {
  /// The genesis root, which names the chain. `[GEN-2]`
  static let genesis = HashTag("probity/genesis")
}

/// One account at the start of a network. `[GEN-1]`
public struct GenesisAccount: Hashable, Sendable {
  /// Whose.
  public let key: PublicKey
  /// What it can spend.
  public let balance: Amount
  /// What it has bonded.
  public let stake: Amount

  /// Makes an account.
  public init(key: PublicKey, balance: Amount, stake: Amount) {
    self.key = key
    self.balance = balance
    self.stake = stake
  }
}

/// A network: all that its first block says. A value obeys every rule of `[GEN-1]`.
public struct Genesis: Hashable, Sendable {
  /// The network's name, UTF-8 of 1..64 bytes.
  public let name: [UInt8]
  /// When the network starts, in milliseconds since 1970.
  public let time: UInt64
  /// The numbers that the network fixes.
  public let parameters: Parameters
  /// Who attests blocks, strictly ascending.
  public let validators: [PublicKey]
  /// Who owns what, strictly ascending by key.
  public let accounts: [GenesisAccount]
  /// The genesis root: the chain's name in every transaction and header. `[GEN-2]`
  public let root: Digest
  /// The sum of all balances and stakes.
  public let supply: Amount

  /// Makes a genesis, or throws the reason why the parts are none.
  public init(
    name: [UInt8], time: UInt64, parameters: Parameters, validators: [PublicKey], accounts: [GenesisAccount]
  ) throws(DecodingRejection) {
    guard (1...LedgerLimits.networkNameBytes).contains(name.count), (1...LedgerLimits.validators).contains(validators.count) else {
      throw .outOfRange
    }
    guard time <= LedgerLimits.genesisTime else { throw .outOfRange }
    guard String(validating: name, as: UTF8.self) != nil else { throw .invalidText }
    guard accounts.count <= LedgerLimits.genesisAccounts else { throw .countAboveLimit }
    try validators.checkAscending()
    try accounts.map(\.key).checkAscending()
    var supply = Amount.zero
    for account in accounts {
      guard let owned = account.balance.adding(account.stake), owned > .zero else { throw .outOfRange }
      guard let sum = supply.adding(owned), sum.units < 1 << 63 else { throw .outOfRange }
      supply = sum
    }
    self.name = name
    self.time = time
    self.parameters = parameters
    self.validators = validators
    self.accounts = accounts
    self.supply = supply
    var writer = ByteWriter()
    Genesis.encode(name, time, parameters, validators, accounts, to: &writer)
    root = Digest.hash(tag: .genesis, writer.bytes)
  }

  /// The state before the first block. `[GEN-2]`
  public var state: State {
    var state = State(totals: Totals(supply: supply, burnt: .zero))
    for account in accounts {
      state.accounts[AccountIdentifier(account.key)] = Account(nonce: 0, balance: account.balance, stake: account.stake)
    }
    return state
  }

  /// The root of the state before the first block. `[BLOCK-2]`
  public var stateRoot: Digest {
    let tree = StateTree(reader: StateTreeMemory(), version: nil)
    do {
      return try tree.updated(by: state.entries.treeChanges, version: 0).root
    } catch {
      preconditionFailure("an update of an empty tree reads no node")
    }
  }

  /// The genesis block's header. `[BLOCK-2]`
  public var header: Header {
    Header(
      chain: root, height: .genesis, time: time, parent: .zero, transactionRoot: MerkleTree.emptyRoot, blobRoot: MerkleTree.emptyRoot,
      stateRoot: stateRoot, historyRoot: MerkleTree.emptyRoot, proposer: .none)
  }

  /// The validator with this identifier, or nil.
  public func validator(_ identifier: AccountIdentifier) -> PublicKey? {
    validators.first { AccountIdentifier($0) == identifier }
  }
}

extension Genesis: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    let name = try reader.readText(atMost: LedgerLimits.networkNameBytes)
    let time = try reader.read(UInt64.self)
    let parameters = try Parameters(from: &reader)
    let validators = try reader.readList(atMost: LedgerLimits.validators) { (reader: inout ByteReader) throws(DecodingRejection) in
      try PublicKey(from: &reader)
    }
    let accounts = try reader.readList(atMost: LedgerLimits.genesisAccounts) { (reader: inout ByteReader) throws(DecodingRejection) in
      GenesisAccount(key: try PublicKey(from: &reader), balance: try Amount(from: &reader), stake: try Amount(from: &reader))
    }
    try self.init(name: name, time: time, parameters: parameters, validators: validators, accounts: accounts)
  }

  public func encode(to writer: inout ByteWriter) { Genesis.encode(name, time, parameters, validators, accounts, to: &writer) }

  private static func encode(
    _ name: [UInt8], _ time: UInt64, _ parameters: Parameters, _ validators: [PublicKey], _ accounts: [GenesisAccount],
    to writer: inout ByteWriter
  ) {
    writer.writeCounted(name)
    writer.write(time)
    parameters.encode(to: &writer)
    writer.writeList(validators) { $1.encode(to: &$0) }
    writer.writeList(accounts) { writer, account in
      account.key.encode(to: &writer)
      account.balance.encode(to: &writer)
      account.stake.encode(to: &writer)
    }
  }
}
