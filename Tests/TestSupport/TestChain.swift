import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import Text

/// The test model's tokenizer, and no other.
public struct TestTokenizers: TokenizerSource {
  private let isPresent: Bool

  /// Makes a source; an absent one lacks even the test model's.
  public init(isPresent: Bool = true) { self.isPresent = isPresent }

  public func tokenizer(_ digest: Digest) -> Tokenizer? {
    isPresent && digest == TinyModel.commitment.tokenizerDigest ? TinyModel.model.tokenizer : nil
  }
}

/// A signed transaction with the blob that it names.
public struct TestTransaction: Sendable {
  /// The transaction.
  public let transaction: Transaction
  /// The blob.
  public let blob: [UInt8]?

  /// Makes one.
  public init(_ transaction: Transaction, blob: [UInt8]? = nil) {
    self.transaction = transaction
    self.blob = blob
  }
}

/// A chain in memory, whose keys are the development keys. Every block goes the whole way: proposed, encoded, decoded, verified, executed.
public struct TestChain: Sendable {
  /// The network.
  public let genesis: Genesis
  /// The last block, with the state.
  public private(set) var tip: ChainTip
  /// All blocks, the first at index 0 with height 1.
  public private(set) var blocks: [AcceptedBlock] = []
  /// The state tree's nodes.
  public private(set) var nodes = StateTreeMemory()
  /// The validators' keys.
  public let validators: [PrivateKey]
  /// Where tokenizers come from.
  public var tokenizers: any TokenizerSource = TestTokenizers()

  /// The challenge window of test chains, in blocks.
  public static let windowBlocks: UInt64 = 3
  /// The bond of a claim on test chains.
  public static let claimBond = Amount(20_000_001)
  /// From unbond to payment on test chains, in blocks.
  public static let unbondingBlocks: UInt64 = 48

  /// Starts a chain on which the named accounts have 10^9 units each, and the providers 2 * 10^8 staked.
  /// - Parameter funded: the names of more accounts.
  public init(
    validatorCount: Int = 3, validatorStake: Amount = .zero, blockBytes: UInt64 = 1 << 22, fanOutBits: UInt64 = 4, funded: [String] = []
  ) {
    // As many rounds as [GEN-1] counts for the fan-out, each of 2 + 1 blocks, 2 for a seal, and 7 to spare.
    let disputeBlocks = ((12 + fanOutBits - 1) / fanOutBits + (30 + fanOutBits - 1) / fanOutBits) * 3 + 9
    let validators = (0..<validatorCount).map { TestChain.key("validator-\($0)") }.sorted { $0.publicKey < $1.publicKey }
    let stakes = validatorStake > .zero ? validators.map { GenesisAccount(key: $0.publicKey, balance: .zero, stake: validatorStake) } : []
    let accounts =
      stakes
      + (["alice", "bob", "provider", "provider-2", "challenger"] + funded).map { name in
        GenesisAccount(
          key: TestChain.key(name).publicKey, balance: Amount(1_000_000_000), stake: Amount(name.hasPrefix("provider") ? 200_000_000 : 0))
      }
    guard
      let parameters = Parameters(
        windowBlocks: TestChain.windowBlocks, unbondingBlocks: max(TestChain.unbondingBlocks, disputeBlocks + 6),
        claimBond: TestChain.claimBond,
        rewardPermille: 500, baseFee: Amount(10),
        byteFee: Amount(1), blobByteFee: Amount(2), evidenceByteFee: Amount(3), blockIntervalMilliseconds: 50, blockBytes: blockBytes,
        disputeBlocks: disputeBlocks, revealBlocks: 2, moveBlocks: 1, sealBlocks: 2, stretchBlocks: 2, fanOutBits: fanOutBits,
        challengeBond: Amount(3001),
        penalty: Amount(1_000_001)),
      let genesis = try? Genesis(
        name: Array("test".utf8), time: 1000, parameters: parameters, validators: validators.map(\.publicKey),
        accounts: accounts.sorted { $0.key < $1.key })
    else { fatalError("the test genesis obeys the rules") }
    self.validators = validators
    self.genesis = genesis
    tip = ChainTip(genesis: genesis)
    nodes.apply(TestChain.update(of: StateTree(reader: nodes, version: nil), by: tip.state.entries, version: 0))
  }

  /// The development key of a name.
  public static func key(_ name: String) -> PrivateKey {
    guard let key = DevelopmentKey.key(named: name) else { fatalError("a name has a key") }
    return key
  }

  /// The account of a name.
  public static func account(_ name: String) -> AccountIdentifier { AccountIdentifier(key(name).publicKey) }

  /// The account's entry.
  public func account(_ name: String) -> Account { tip.state.account(TestChain.account(name)) }

  /// A transaction signed by the named account, with its next nonce and the required fee unless others are given.
  public func transaction(
    _ payload: Payload, from name: String, blob: [UInt8]? = nil, nonce: UInt64? = nil, fee: Amount? = nil, chain: Digest? = nil
  ) -> TestTransaction {
    func body(fee: Amount) -> TransactionBody {
      TransactionBody(
        chain: chain ?? genesis.root, sender: TestChain.key(name).publicKey, nonce: nonce ?? account(name).nonce, fee: fee, payload: payload
      )
    }
    let required = body(fee: .zero).requiredFee(blobBytes: blob?.count ?? 0, parameters: genesis.parameters)
    return TestTransaction(body(fee: fee ?? required).signed(by: TestChain.key(name), random: NoRandomBytes()), blob: blob)
  }

  /// The registration of the test model.
  public func registration(from name: String = "alice") -> TestTransaction {
    transaction(
      .registerModel(
        RegisterModel(TinyModel.model, commitment: TinyModel.commitment, name: Array("probity-test".utf8))),
      from: name, blob: TinyModel.header.tokenizer.encoded)
  }

  /// The posting of records.
  public func posting(_ records: [Record], from name: String = "provider") -> TestTransaction {
    let batch = TestRecords.batch(records)
    return transaction(.postClaim(PostClaim(batch)), from: name, blob: batch.encoded)
  }

  /// What the transaction is as a candidate.
  public func candidate(_ transaction: TestTransaction) throws(Inadmissible) -> Candidate {
    try Candidate(
      VerifiedTransaction(decoding: transaction.transaction.encoded, chain: genesis.root), blob: transaction.blob)
  }

  /// The block that a validator proposes on the tip.
  public func proposal(_ transactions: [TestTransaction], time: UInt64? = nil) throws(Inadmissible) -> BlockProposal {
    var candidates: [Candidate] = []
    for transaction in transactions { candidates.append(try candidate(transaction)) }
    return BlockBuilder.propose(
      candidates, on: tip, time: time ?? tip.header.time + 50, proposer: AccountIdentifier(validators[0].publicKey),
      tokenizers: tokenizers)
  }

  /// The root of the state after changes on the tip.
  public func stateRoot(after changes: [EntryChange]) -> Digest { update(by: changes).root }

  /// Adds a block of transactions, and checks the state afterwards.
  /// - Returns: what became of each transaction.
  @discardableResult
  public mutating func add(_ transactions: [TestTransaction] = []) throws -> [Outcome] {
    let proposal = try proposal(transactions)
    if let (_, reason) = proposal.leftOut.first { throw TestChainError.leftOut(reason) }
    let own = proposal.sealed(stateRoot: stateRoot(after: proposal.changes), by: validators[0], random: NoRandomBytes())
    let received = try VerifiedBlock(UnverifiedBlock(decoding: own.block.unverified.encoded), genesis: genesis)
    let executed = try BlockExecutor.execute(received, on: tip, tokenizers: tokenizers)
    guard executed.changes == own.changes, executed.outcomes == own.outcomes else { throw TestChainError.disagreement }
    try accept(executed)
    return own.outcomes
  }

  /// Adds a block of the transactions that find room and may stand in it, in their order, and checks the state afterwards.
  /// - Returns: those transactions, with what became of each.
  @discardableResult
  public mutating func addWhatFits(_ transactions: [TestTransaction]) throws -> [(transaction: Transaction, outcome: Outcome)] {
    let proposal = try proposal(transactions)
    let left = Set(proposal.leftOut.map(\.identifier))
    let taken = transactions.filter { !left.contains($0.transaction.body.identifier) }
    return Array(zip(taken.map(\.transaction), try add(taken)))
  }

  /// Makes an executed block the tip, and checks the state afterwards.
  public mutating func accept(_ executed: ExecutedBlock) throws {
    let update = update(by: executed.changes)
    let accepted = try executed.accepted(stateRoot: update.root)
    nodes.apply(update)
    tip.advance(by: accepted)
    blocks.append(accepted)
    try tip.state.checkInvariants()
  }

  /// Adds empty blocks.
  public mutating func addEmpty(_ count: Int) throws {
    for _ in 0..<count { try add() }
  }

  /// The proof of an entry in the state of a height, of the tip if none is given.
  public func stateProof(of key: StateKey, at height: Height? = nil) -> (value: [UInt8]?, proof: StateProof) {
    let tree = StateTree(reader: nodes, version: (height ?? tip.header.height).value)
    guard let proof = try? tree.proof(of: key.treeKey) else { fatalError("the state tree holds every version") }
    return proof
  }

  private func update(by changes: [EntryChange]) -> StateTreeUpdate {
    TestChain.update(
      of: StateTree(reader: nodes, version: tip.header.height.value), by: changes, version: tip.nextHeight.value)
  }

  private static func update(of tree: StateTree<StateTreeMemory>, by changes: [EntryChange], version: UInt64) -> StateTreeUpdate {
    guard let update = try? tree.updated(by: changes.treeChanges, version: version) else { fatalError("the state tree is whole") }
    return update
  }
}

/// What went wrong with a block that a test meant to be right.
public enum TestChainError: Error {
  /// A candidate was left out.
  case leftOut(LeftOut)
  /// The proposer and a validator executed differently.
  case disagreement
}

extension FraudProof {
  /// A fraud proof against one record of a batch.
  public init(claim: Digest, batch: Batch, index: Int, kind: EvidenceKind, evidence: [UInt8]) {
    guard let inclusion = batch.tree.inclusionProof(index: UInt64(index)) else { fatalError("the batch holds the record") }
    self.init(
      claim: claim, recordIndex: UInt32(index), record: batch.records[index].encoded, inclusion: inclusion, kind: kind, evidence: evidence)
  }
}
