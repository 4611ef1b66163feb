import Bytes
import Cryptography
import Ledger
import Merkle
import TestSupport
import Testing

@Suite("Blocks")
struct BlockTests {
  let chain: TestChain
  let good: AcceptedBlock

  init() throws {
    chain = TestChain()
    let proposal = try chain.proposal([
      chain.transaction(.bond(Amount(5)), from: "alice"), chain.registration(from: "bob"),
    ])
    good = proposal.sealed(stateRoot: chain.stateRoot(after: proposal.changes), by: chain.validators[0], random: NoRandomBytes())
  }

  /// The block with other parts, its roots and attestations made to fit unless they are given.
  func block(
    header change: (Header) -> Header = { $0 }, transactions: [[UInt8]]? = nil, blobs: [[UInt8]]? = nil, attesters: [PrivateKey]? = nil,
    attestations: [Attestation]? = nil, fitsRoots: Bool = true
  ) -> UnverifiedBlock {
    let old = good.block.unverified
    let transactions = transactions ?? old.transactions
    let blobs = blobs ?? old.blobs
    let fitted = old.header.with(
      transactionRoot: fitsRoots ? UnverifiedBlock.transactionRoot(transactions) : nil,
      blobRoot: fitsRoots ? UnverifiedBlock.blobRoot(blobs.map { Digest.hash($0) }) : nil)
    let header = change(fitted)
    let made = (attesters ?? [chain.validators[0]]).map { Attestation(header: header.hash, by: $0, random: NoRandomBytes()) }
    return UnverifiedBlock(header: header, transactions: transactions, blobs: blobs, attestations: attestations ?? made)
  }

  func rejection(_ block: UnverifiedBlock) -> BlockRejection? {
    do {
      let verified = try VerifiedBlock(block, genesis: chain.genesis)
      let executed = try BlockExecutor.execute(verified, on: chain.tip, tokenizers: TestTokenizers())
      _ = try executed.accepted(stateRoot: chain.stateRoot(after: executed.changes))
      return nil
    } catch let error as BlockRejection {
      return error
    } catch ExecutionError.rejected(let rejection) {
      return rejection
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  @Test("A good block is accepted; its encoding is the only one [BLOCK-1] [BLOCK-3] [BLOCK-4]")
  func accepted() throws {
    let block = block()
    #expect(block == good.block.unverified)
    #expect(rejection(block) == nil)
    let decoded = try UnverifiedBlock(decoding: block.encoded)
    #expect(decoded == block)
    #expect(decoded.encoded == block.encoded)
    #expect(throws: DecodingRejection.trailingBytes) { try UnverifiedBlock(decoding: block.encoded + [0]) }
  }

  @Test("What needs no parent is refused by the first line that applies [BLOCK-6]")
  func stateless() throws {
    let stranger = TestChain.key("stranger")
    #expect(rejection(block(header: { $0.with(chain: .zero) })) == .wrongChain)
    #expect(rejection(block(header: { $0.with(proposer: TestChain.account("stranger")) })) == .unknownProposer)
    #expect(rejection(block(attesters: [stranger])) == .unknownAttester)
    let foreign = Attestation(header: .zero, by: chain.validators[0], random: NoRandomBytes())
    #expect(rejection(block(attestations: [foreign])) == .badAttestation)
    #expect(rejection(block(attesters: [])) == .proposerSilent)
    #expect(rejection(block(attesters: [chain.validators[1]])) == .proposerSilent)
    #expect(rejection(block(transactions: [], fitsRoots: false)) == .transactionRoot)
    #expect(rejection(block(blobs: [], fitsRoots: false)) == .blobRoot)
    #expect(rejection(block(transactions: [[0]], blobs: [])) == .badTransaction(index: 0, .malformed))
    let elsewhere = chain.transaction(.bond(Amount(1)), from: "alice", chain: .zero).transaction.encoded
    #expect(rejection(block(transactions: [elsewhere], blobs: [])) == .badTransaction(index: 0, .wrongChain))
    #expect(rejection(block(blobs: [])) == .blobs)
    #expect(rejection(block(blobs: good.block.unverified.blobs + [[1]])) == .blobs)
  }

  @Test("A block keeps room for fraud proofs and has at most so many of each kind [BLOCK-5] [LIM-2]")
  func size() throws {
    let bonds = (0..<897).map { chain.transaction(.bond(Amount(1)), from: "alice", nonce: UInt64($0)) }
    #expect(rejection(block(transactions: bonds.map(\.transaction.encoded), blobs: [])) == .size)
    let fits = try chain.proposal(bonds)
    #expect(fits.transactions.count == LedgerLimits.ordinaryTransactionsPerBlock)
    #expect(fits.leftOut.map(\.reason) == [.full])

    let proof = FraudProof(
      claim: .zero, recordIndex: 0, record: [], inclusion: InclusionProof(path: []), kind: .step,
      evidence: [UInt8](repeating: 0, count: 100_000))
    let proofs = (0..<100).map { chain.transaction(.fraudProof(proof), from: "challenger", nonce: UInt64($0)) }
    #expect(rejection(block(transactions: proofs.map(\.transaction.encoded), blobs: [])) == .size)
    let both = try chain.proposal(bonds + proofs)
    #expect(both.transactions.count == LedgerLimits.ordinaryTransactionsPerBlock + 83)
    #expect(both.outcomes.last == .refused(.proofUnknownClaim))

    let blob = [UInt8](repeating: 7, count: 3 << 20)
    let postings = (0..<2).map { index in
      let blob = blob + [UInt8(index)]
      let payload = PostClaim(modelRoot: .zero, batchRoot: .zero, recordCount: 1, blob: Digest.hash(blob))
      return chain.transaction(.postClaim(payload), from: "provider", blob: blob, nonce: UInt64(index))
    }
    #expect(try chain.proposal(postings).leftOut.map(\.reason) == [.full])
    #expect(
      rejection(block(transactions: postings.map(\.transaction.encoded), blobs: postings.compactMap(\.blob))) == .size)

    let shared = PostClaim(modelRoot: .zero, batchRoot: .zero, recordCount: 1, blob: Digest.hash(blob))
    let sharing = (0..<2).map { chain.transaction(.postClaim(shared), from: "provider", blob: blob, nonce: UInt64($0)) }
    #expect(try chain.proposal(sharing).leftOut.map(\.reason) == [.full])
    #expect(rejection(block(transactions: sharing.map(\.transaction.encoded), blobs: [blob])) == .size)
  }

  @Test("What does not follow the parent is refused [BLOCK-6]")
  func stateful() throws {
    #expect(rejection(block(header: { $0.with(height: Height(2)) })) == .height)
    #expect(rejection(block(header: { $0.with(parent: .zero) })) == .parent)
    #expect(rejection(block(header: { $0.with(time: 1000) })) == .time)
    #expect(rejection(block(header: { $0.with(historyRoot: .zero) })) == .historyRoot)
    #expect(rejection(block(header: { $0.with(stateRoot: .zero) })) == .stateRoot)
    let twice = [chain.transaction(.bond(Amount(1)), from: "alice"), chain.transaction(.bond(Amount(2)), from: "alice")]
    #expect(rejection(block(transactions: twice.map(\.transaction.encoded), blobs: [])) == .inadmissible(index: 1, .nonceUsed))
    let poor = [chain.transaction(.bond(Amount(1)), from: "nobody")]
    #expect(rejection(block(transactions: poor.map(\.transaction.encoded), blobs: [])) == .inadmissible(index: 0, .balanceBelowFee))
    #expect(try chain.proposal(twice).leftOut.map(\.reason) == [.inadmissible(.nonceUsed)])
  }

  @Test("A block is later than its parent by at most an hour; the first may come long after the genesis [BLOCK-6] [BLOCK-9]")
  func time() throws {
    #expect(rejection(block(header: { $0.with(time: 1 << 48 - 1) })) == nil)
    #expect(rejection(block(header: { $0.with(time: 1 << 48) })) == .time)
    #expect(rejection(block(header: { $0.with(time: .max) })) == .time)
    #expect(chain.tip.nextTime(clock: .max) == 1 << 48 - 1)
    var grown = chain
    try grown.add()
    let parent = grown.tip.header.time
    func childRejection(at time: UInt64) throws -> BlockRejection? {
      let proposal = try grown.proposal([])
      let sealed = proposal.sealed(stateRoot: grown.stateRoot(after: proposal.changes), by: grown.validators[0]).block.unverified
      let header = sealed.header.with(time: time)
      let block = UnverifiedBlock(
        header: header, transactions: [], blobs: [],
        attestations: [Attestation(header: header.hash, by: grown.validators[0], random: NoRandomBytes())])
      do {
        _ = try BlockExecutor.execute(VerifiedBlock(block, genesis: grown.genesis), on: grown.tip, tokenizers: grown.tokenizers)
        return nil
      } catch ExecutionError.rejected(let rejection) {
        return rejection
      }
    }
    #expect(try childRejection(at: parent) == .time)
    #expect(try childRejection(at: parent + 1) == nil)
    #expect(try childRejection(at: parent + 3_600_000) == nil)
    #expect(try childRejection(at: parent + 3_600_001) == .time)
    #expect(try childRejection(at: .max) == .time)
    #expect(grown.tip.nextTime(clock: 0) == parent + 1)
    #expect(grown.tip.nextTime(clock: parent + 60_000) == parent + 60_000)
    #expect(grown.tip.nextTime(clock: .max) == parent + 3_600_000)
  }

  @Test("The genesis header is known to anyone; history grows by header hashes [BLOCK-2] [BLOCK-3]")
  func history() throws {
    var chain = TestChain()
    let genesis = chain.genesis.header
    #expect(genesis.height == .genesis)
    #expect(genesis.parent == .zero)
    #expect(genesis.proposer == .none)
    #expect(genesis.historyRoot == MerkleTree.emptyRoot)
    try chain.addEmpty(4)
    let headers = [genesis] + chain.blocks.map(\.block.header)
    for (index, header) in headers.enumerated().dropFirst() {
      #expect(header.parent == headers[index - 1].hash)
      let leaves = headers[..<index].map { MerkleTree.leafHash($0.hash.bytes) }
      #expect(header.historyRoot == MerkleTree.root(ofLeafHashes: leaves))
    }
    let tip = ChainTip(genesis: chain.genesis, header: chain.tip.header, state: chain.tip.state, history: chain.tip.history)
    #expect(tip?.nextHistoryRoot == chain.tip.nextHistoryRoot)
    #expect(ChainTip(genesis: chain.genesis, header: headers[3], state: chain.tip.state, history: chain.tip.history) == nil)
  }

  @Test("More than two thirds of the validators make a header final [BLOCK-8]")
  func quorum() {
    for (validators, needed) in [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (7, 5)] {
      let chain = TestChain(validatorCount: validators)
      for count in 0...validators {
        let attestations = chain.validators[..<count].map { Attestation(header: .zero, by: $0, random: NoRandomBytes()) }
        #expect(chain.genesis.isQuorum(attestations) == (count >= needed))
      }
    }
    let one = Attestation(header: .zero, by: chain.validators[0], random: NoRandomBytes())
    #expect(!chain.genesis.isQuorum([one, one, one]))
  }

  @Test("Attestations are by validators of the genesis, and verify [BLOCK-6]")
  func attestationChecks() {
    func rejection(_ attestations: [Attestation]) -> AttestationRejection? {
      do throws(AttestationRejection) {
        try chain.genesis.check(attestations, of: good.block.hash)
        return nil
      } catch { return error }
    }
    let own = chain.validators.map { Attestation(header: good.block.hash, by: $0, random: NoRandomBytes()) }
    #expect(rejection(own) == nil)
    #expect(rejection(own + [Attestation(header: good.block.hash, by: TestChain.key("stranger"))]) == .unknownValidator)
    #expect(rejection([Attestation(header: .zero, by: chain.validators[0])]) == .badSignature)
  }

  @Test("Attestations ascend strictly [BLOCK-4]")
  func attestationOrder() throws {
    let pair = chain.validators[..<2].map { Attestation(header: .zero, by: $0, random: NoRandomBytes()) }
    #expect(try UnverifiedBlock(decoding: block(attestations: pair).encoded).attestations == pair)
    #expect(throws: DecodingRejection.unordered) { try UnverifiedBlock(decoding: block(attestations: pair.reversed()).encoded) }
    #expect(throws: DecodingRejection.unordered) { try UnverifiedBlock(decoding: block(attestations: [pair[0], pair[0]]).encoded) }
  }

  @Test("No reader traps on a damaged block, and none accepts another block [ENC-2] [BLOCK-6]")
  func mutations() {
    var generator = SeededGenerator.printed()
    let valid = good.block.unverified
    let outcome = generator.mutations(of: [valid]) { block in
      if block != valid { #expect(rejection(block) != nil) }
    }
    #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
    let headers = generator.mutations(of: [valid.header])
    #expect(headers.isSound && headers.accepted > 100, "\(headers)")
  }

  @Test("Codes are those of the specification [BLOCK-6]")
  func codes() {
    let rejections: [BlockRejection] = [
      .malformed, .wrongChain, .unknownProposer, .unknownAttester, .badAttestation, .proposerSilent, .transactionRoot, .blobRoot,
      .badTransaction(index: 0, .malformed), .blobs, .size, .height, .parent, .time, .historyRoot, .inadmissible(index: 0, .nonceUsed),
      .tokenizers(index: 0), .stateRoot,
    ]
    #expect(rejections.map(\.code) == Array(1...16) + [16, 17])
  }
}

extension Header {
  /// The header with other fields.
  func with(
    chain: Digest? = nil, height: Height? = nil, time: UInt64? = nil, parent: Digest? = nil, transactionRoot: Digest? = nil,
    blobRoot: Digest? = nil, stateRoot: Digest? = nil, historyRoot: Digest? = nil, proposer: AccountIdentifier? = nil
  ) -> Header {
    Header(
      chain: chain ?? self.chain, height: height ?? self.height, time: time ?? self.time, parent: parent ?? self.parent,
      transactionRoot: transactionRoot ?? self.transactionRoot, blobRoot: blobRoot ?? self.blobRoot,
      stateRoot: stateRoot ?? self.stateRoot, historyRoot: historyRoot ?? self.historyRoot, proposer: proposer ?? self.proposer)
  }
}
