import Bytes
import Cryptography
import Inference
import Ledger
import TestSupport
import Testing

@Suite("Transactions")
struct TransactionTests {
  let chain = TestChain()

  @Test("Every payload has one encoding [LED-5]")
  func encodings() throws {
    let record = TestRecords.record(client: TestChain.key("alice"))
    let batch = TestRecords.batch([record])
    let proof = FraudProof(claim: .zero, batch: batch, index: 0, kind: .binding, evidence: [2])
    let transactions = [
      chain.transaction(.transfer(Transfer(to: TestChain.key("bob").publicKey, amount: Amount(7))), from: "alice"),
      chain.transaction(.bond(Amount(1)), from: "alice"), chain.transaction(.unbond(Amount(.max)), from: "bob"), chain.registration(),
      chain.posting([record]), chain.transaction(.fraudProof(proof), from: "challenger"),
    ]
    for transaction in transactions.map(\.transaction) {
      let decoded = try Transaction(decoding: transaction.encoded)
      #expect(decoded == transaction)
      #expect(decoded.encoded == transaction.encoded)
      let verified = try VerifiedTransaction(decoding: transaction.encoded, chain: chain.genesis.root)
      #expect(verified.identifier == transaction.body.identifier)
    }
  }

  @Test("The identifier does not cover the signature [SIG-3] [LED-5]")
  func identifier() {
    let body = chain.transaction(.bond(Amount(1)), from: "alice").transaction.body
    let signed = body.signed(by: TestChain.key("alice"))
    let again = body.signed(by: TestChain.key("alice"))
    #expect(signed.signature != again.signature)
    #expect(signed.body.identifier == again.body.identifier)
  }

  @Test("What needs no state is refused at once [TX-1]")
  func stateless() throws {
    let good = chain.transaction(.bond(Amount(1)), from: "alice").transaction
    let root = chain.genesis.root
    #expect(throws: Inadmissible.malformed) { try VerifiedTransaction(decoding: good.encoded + [0], chain: root) }
    #expect(throws: Inadmissible.malformed) {
      try VerifiedTransaction(decoding: [UInt8](repeating: 0, count: LedgerLimits.transactionBytes + 1), chain: root)
    }
    #expect(throws: Inadmissible.wrongChain) { try VerifiedTransaction(decoding: good.encoded, chain: .zero) }
    var bytes = good.encoded
    bytes[bytes.count - 1] ^= 1
    #expect(throws: Inadmissible.badSignature) { try VerifiedTransaction(decoding: bytes, chain: root) }
  }

  @Test("What the account or the blob does not allow may not stand in a block [TX-1] [LED-6] [LED-7]")
  func admission() throws {
    func check(_ transaction: TestTransaction, blobBytes: Int? = nil, nonce: UInt64 = 0, balance: UInt64 = 1 << 62) throws(Inadmissible) {
      let verified = try VerifiedTransaction(decoding: transaction.transaction.encoded, chain: chain.genesis.root)
      let account = Account(nonce: nonce, balance: Amount(balance), stake: .zero)
      try verified.checkAdmissible(blobBytes: blobBytes, account: account, parameters: chain.genesis.parameters)
    }
    let registration = chain.registration()
    let bond = chain.transaction(.bond(Amount(1)), from: "alice")
    try check(bond)
    #expect(throws: Inadmissible.blobMissing) { try check(registration) }
    #expect(throws: Inadmissible.blobSize) { try check(registration, blobBytes: 0) }
    #expect(throws: Inadmissible.blobSize) { try check(registration, blobBytes: LedgerLimits.tokenizerBytes + 1) }
    #expect(throws: Inadmissible.nonceUsed) { try check(bond, nonce: 1) }
    #expect(throws: Inadmissible.nonceAhead) { try check(chain.transaction(.bond(Amount(1)), from: "alice", nonce: 1)) }
    #expect(throws: Inadmissible.nonceAhead) {
      try check(chain.transaction(.bond(Amount(1)), from: "alice", nonce: .max), nonce: .max)
    }
    let size = UInt64(bond.transaction.encoded.count)
    #expect(bond.transaction.body.fee == Amount(10 + size))
    let cheap = chain.transaction(.bond(Amount(1)), from: "alice", fee: Amount(9 + size))
    #expect(throws: Inadmissible.feeTooLow) { try check(cheap) }
    #expect(throws: Inadmissible.balanceBelowFee) { try check(bond, balance: 9 + size) }
    let candidate = try chain.candidate(registration)
    #expect(throws: Inadmissible.blobMissing) { try Candidate(candidate.transaction, blob: [1]) }
    #expect(throws: Inadmissible.blobMissing) { try Candidate(candidate.transaction, blob: nil) }
  }

  @Test("The fee counts the transaction, its blob and its evidence [LED-7]")
  func fees() {
    let parameters = chain.genesis.parameters
    #expect(parameters.requiredFee(transactionBytes: 100, blobBytes: 50, evidenceBytes: 20) == Amount(10 + 100 + 100 + 60))
  }

  @Test("No reader traps on a damaged transaction [ENC-2]")
  func mutations() {
    var generator = SeededGenerator.printed()
    let record = TestRecords.record(client: TestChain.key("alice"))
    let proof = FraudProof(claim: .zero, batch: TestRecords.batch([record]), index: 0, kind: .binding, evidence: [2])
    let seeds = [
      chain.transaction(.transfer(Transfer(to: TestChain.key("bob").publicKey, amount: Amount(7))), from: "alice"), chain.registration(),
      chain.posting([record]), chain.transaction(.fraudProof(proof), from: "challenger"),
    ].map(\.transaction.encoded)
    for seed in seeds {
      let outcome = generator.mutations(of: [seed]) { (bytes: [UInt8]) throws(DecodingRejection) in
        let decoded = try Transaction(decoding: bytes)
        if bytes != seed {
          #expect(throws: Inadmissible.self) { try VerifiedTransaction(decoding: bytes, chain: chain.genesis.root) }
        }
        return decoded.encoded
      }
      #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
    }
    let proofs = generator.mutations(of: [proof])
    #expect(proofs.isSound && proofs.accepted > 100, "\(proofs)")
  }

  @Test("Codes are those of the specification [TX-1] [TX-2]")
  func codes() {
    #expect(Inadmissible.allCases.map(\.rawValue) == Array(1...9))
    let refusals: [UInt16] =
      [101, 102, 103, 201, 202, 211, 212, 213, 301, 302, 303] + Array(401...410) + Array(501...509) + [601] + Array(701...708)
      + Array(711...714) + [721, 722, 801, 802, 803]
    #expect(Refusal.allCases.map(\.rawValue) == refusals)
    for refusal in Refusal.allCases { #expect(Outcome(code: refusal.rawValue) == .refused(refusal)) }
    #expect(Outcome(code: 0) == .accepted)
    #expect(Outcome(code: 1) == nil)
    #expect(Outcome.accepted.code == 0)
  }
}
