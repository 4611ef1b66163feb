import Bytes
import Cryptography
import Inference
import Ledger
import LightVerification
import Merkle
import TestSupport
import Testing

/// A chain with a claim of three records, and receipts for the second of them.
struct ReceiptFixture {
  var chain = TestChain(validatorCount: 4)
  let batch: Batch
  let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
  let index = 1

  init(lying: Bool = false) throws {
    var records = (0..<3).map { TestRecords.record(salt: $0, client: TestChain.key("alice")) }
    if lying { records[1].answer = [] }
    batch = TestRecords.batch(records)
    try chain.add([chain.registration()])
    guard try chain.add([chain.posting(records)]) == [.accepted] else { fatalError("the claim is accepted") }
  }

  /// The header of a height that has a block.
  func header(_ height: UInt64) -> Header { chain.blocks[Int(height) - 1].block.header }

  func attestations(of header: Header, count: Int = 3) -> [Attestation] {
    chain.validators[..<count].map { Attestation(header: header.hash, by: $0, random: NoRandomBytes()) }
  }

  /// The place of a header in the history of a later one.
  func history(of height: UInt64, in anchor: Header) throws -> ReceiptHistory {
    let headers = [chain.genesis.header] + chain.blocks.map(\.block.header)
    let tree = StoredTree(leafHashes: headers[..<Int(anchor.height.value)].map { MerkleTree.leafHash($0.hash.bytes) })
    return ReceiptHistory(anchor: anchor, path: try #require(tree.inclusionProof(index: height)))
  }

  /// A receipt as of a height, attested at that height or at a later one.
  func receipt(asOf height: UInt64, anchoredAt anchorHeight: UInt64? = nil, record: [UInt8]? = nil) throws -> Receipt {
    let key = StateKey.claim(claim)
    let (value, proof) = chain.stateProof(of: key, at: Height(height))
    let claimValue = try Claim(decoding: try #require(value))
    var history: ReceiptHistory?
    if let anchorHeight { history = try self.history(of: height, in: header(anchorHeight)) }
    return Receipt(
      record: record ?? batch.records[index].encoded, recordIndex: UInt32(index),
      inclusion: try #require(batch.tree.inclusionProof(index: UInt64(index))), claimIdentifier: claim, claim: claimValue,
      stateProof: proof, header: header(height), history: history, attestations: attestations(of: header(anchorHeight ?? height)))
  }
}

@Suite("Receipts")
struct ReceiptTests {
  func rejection(_ receipt: Receipt, against trust: TrustAnchor) -> ReceiptRejection? {
    do {
      _ = try VerifiedReceipt(file: receipt.encoded, against: trust)
      return nil
    } catch {
      return error
    }
  }

  @Test("A receipt says pending, final or slashed [RCPT-1] [RCPT-3]")
  func verdicts() throws {
    var fixture = try ReceiptFixture()
    let trust = TrustAnchor.genesis(fixture.chain.genesis)
    let pending = try VerifiedReceipt(fixture.receipt(asOf: 2), against: trust)
    #expect(pending.verdict == .pending(asOf: Height(2), deadline: Height(5)))
    try fixture.chain.addEmpty(5)
    let final = try VerifiedReceipt(fixture.receipt(asOf: 6), against: trust)
    #expect(final.verdict == .final(at: Height(6)))
    #expect(final.record == fixture.batch.records[1])
    #expect(final.claimIdentifier == fixture.claim)

    var liar = try ReceiptFixture(lying: true)
    let proof = FraudProof(claim: liar.claim, batch: liar.batch, index: 1, kind: .binding, evidence: [1])
    try liar.chain.add([liar.chain.transaction(.fraudProof(proof), from: "challenger")])
    let slashed = try VerifiedReceipt(liar.receipt(asOf: 3), against: .genesis(liar.chain.genesis))
    #expect(slashed.verdict == .slashed(at: Height(3), challenger: TestChain.account("challenger")))
  }

  @Test("A checkpoint needs no attestations, and reaches back by the history [RCPT-2]")
  func checkpoint() throws {
    var fixture = try ReceiptFixture()
    try fixture.chain.addEmpty(8)
    let direct = try fixture.receipt(asOf: 7).with(attestations: [])
    #expect(try VerifiedReceipt(direct, against: .checkpoint(direct.header.hash)).verdict == .final(at: Height(6)))
    for anchor in [8, 9, 10] as [UInt64] {
      let receipt = try fixture.receipt(asOf: 7, anchoredAt: anchor)
      let verified = try VerifiedReceipt(receipt, against: .checkpoint(fixture.header(anchor).hash))
      #expect(verified.anchor.height == Height(anchor))
      #expect(verified.header.height == Height(7))
      #expect(rejection(receipt, against: .genesis(fixture.chain.genesis)) == nil)
      #expect(rejection(receipt, against: .checkpoint(fixture.header(7).hash)) == .wrongCheckpoint)
    }
  }

  @Test("Each part of a receipt that is wrong is named [RCPT-2]")
  func rejections() throws {
    var fixture = try ReceiptFixture()
    try fixture.chain.addEmpty(8)
    let trust = TrustAnchor.genesis(fixture.chain.genesis)
    let good = try fixture.receipt(asOf: 7, anchoredAt: 9)
    #expect(rejection(good, against: trust) == nil)
    func check(_ receipt: Receipt, _ expected: ReceiptRejection) {
      #expect(rejection(receipt, against: trust) == expected)
    }
    #expect(throws: ReceiptRejection.malformed) { try VerifiedReceipt(file: good.encoded + [0], against: trust) }
    #expect(throws: ReceiptRejection.malformed) { try VerifiedReceipt(file: [], against: trust) }
    #expect(throws: ReceiptRejection.malformed) {
      try VerifiedReceipt(file: [UInt8](repeating: 0, count: LedgerLimits.receiptBytes + 1), against: trust)
    }
    let elsewhere = fixture.header(9).with(chain: .zero)
    let path = InclusionProof(path: [])
    check(good.with(history: ReceiptHistory(anchor: elsewhere, path: path)), .mixedChains)
    #expect(rejection(good, against: .genesis(TestChain(validatorCount: 1).genesis)) == .wrongChain)
    #expect(rejection(good, against: .checkpoint(good.header.hash)) == .wrongCheckpoint)
    let stranger = Attestation(header: good.anchor.hash, by: TestChain.key("stranger"), random: NoRandomBytes())
    check(good.with(attestations: [stranger]), .unknownAttester)
    check(good.with(attestations: fixture.attestations(of: good.header)), .badAttestation)
    check(good.with(attestations: fixture.attestations(of: good.anchor, count: 2)), .noQuorum)
    check(good.with(attestations: []), .noQuorum)
    check(good.with(history: try fixture.history(of: 6, in: fixture.header(9))), .history)
    let own = ReceiptHistory(anchor: good.header, path: path)
    check(good.with(history: own, attestations: fixture.attestations(of: good.header)), .history)
    check(good.with(claim: try fixture.receipt(asOf: 3).claim), .stateProof)
    check(good.with(claimIdentifier: .zero), .stateProof)
    check(good.with(recordIndex: 3), .recordIndex)
    check(good.with(recordIndex: 2), .inclusion)
    check(good.with(record: fixture.batch.records[0].encoded), .inclusion)
  }

  /// A receipt for content that no honest chain would hold, anchored by a checkpoint over a state of its own.
  func forged(_ content: [UInt8], claimModel: Digest? = nil) throws -> (Receipt, TrustAnchor) {
    let fixture = try ReceiptFixture()
    let good = try fixture.receipt(asOf: 2)
    let tree = StoredTree(leafHashes: [MerkleTree.leafHash(content)])
    let claim = Claim(
      provider: good.claim.provider, modelRoot: claimModel ?? good.claim.modelRoot, batchRoot: tree.root, recordCount: 1, blob: .zero,
      posted: Height(1), window: Height(2), deadline: Height(2), bond: Amount(1), status: .finalized(at: Height(2)))
    let change = EntryChange(key: .claim(fixture.claim), entry: .claim(claim))
    let update = try StateTree(reader: StateTreeMemory(), version: nil).updated(by: [change.treeChange], version: 1)
    let header = good.header.with(stateRoot: update.root)
    let receipt = Receipt(
      record: content, recordIndex: 0, inclusion: InclusionProof(path: []), claimIdentifier: fixture.claim, claim: claim,
      stateProof: StateProof(siblings: [], end: .present), header: header, history: nil, attestations: [])
    return (receipt, .checkpoint(header.hash))
  }

  @Test("The record itself is looked at, whatever the chain says [RCPT-2] [REC-3]")
  func records() throws {
    let record = TestRecords.record(client: TestChain.key("alice"))
    func check(_ content: [UInt8], claimModel: Digest? = nil, _ expected: ReceiptRejection?) throws {
      let (receipt, trust) = try forged(content, claimModel: claimModel)
      #expect(rejection(receipt, against: trust) == expected)
    }
    try check(record.encoded, nil)
    try check(record.encoded + [0], .record)
    try check(record.encoded, claimModel: .zero, .recordModel)
    var old = record
    old.executorVersion = .zero
    try check(old.encoded, .executorVersion)
    var unsigned = record
    unsigned.request.salt = Digest.hash([1])
    try check(unsigned.encoded, .requestSignature)
  }

  @Test("No damaged receipt verifies, and no reader traps [ENC-2] [RCPT-2]")
  func mutations() throws {
    var fixture = try ReceiptFixture()
    try fixture.chain.addEmpty(8)
    let trust = TrustAnchor.genesis(fixture.chain.genesis)
    let good = try fixture.receipt(asOf: 7, anchoredAt: 9).encoded
    var generator = SeededGenerator.printed()
    let verified = generator.mutations(of: [good]) { (bytes: [UInt8]) throws(ReceiptRejection) in
      _ = try VerifiedReceipt(file: bytes, against: trust)
      #expect(bytes == good)
      return bytes
    }
    #expect(verified.isSound, "\(verified)")
    let decoded = generator.mutations(of: [try Receipt(decoding: good)])
    #expect(decoded.isSound && decoded.accepted > 100, "\(decoded)")
    for offset in good.indices {
      var flipped = good
      flipped[offset] ^= 1 << UInt8(offset % 8)
      #expect(throws: ReceiptRejection.self, "offset \(offset)") { try VerifiedReceipt(file: flipped, against: trust) }
    }
  }

  @Test("Codes are those of the specification, each with a sentence [RCPT-2]")
  func codes() {
    #expect(ReceiptRejection.allCases.map(\.rawValue) == Array(1...15))
    #expect(Set(ReceiptRejection.allCases.map(\.description)).count == 15)
  }
}

extension Receipt {
  /// The receipt with other fields.
  func with(
    record: [UInt8]? = nil, recordIndex: UInt32? = nil, claimIdentifier: Digest? = nil, claim: Claim? = nil,
    history: ReceiptHistory? = nil, attestations: [Attestation]? = nil
  ) -> Receipt {
    Receipt(
      record: record ?? self.record, recordIndex: recordIndex ?? self.recordIndex, inclusion: inclusion,
      claimIdentifier: claimIdentifier ?? self.claimIdentifier, claim: claim ?? self.claim, stateProof: stateProof, header: header,
      history: history ?? self.history, attestations: attestations ?? self.attestations)
  }
}

extension Header {
  /// The header with other fields.
  func with(chain: Digest? = nil, stateRoot: Digest? = nil) -> Header {
    Header(
      chain: chain ?? self.chain, height: height, time: time, parent: parent, transactionRoot: transactionRoot, blobRoot: blobRoot,
      stateRoot: stateRoot ?? self.stateRoot, historyRoot: historyRoot, proposer: proposer)
  }
}
