import Bytes
import Cryptography
import Inference
import Ledger
import LightVerification
import Merkle
import TestSupport
import Testing

/// The word of the provider of a receipt's claim, or of another, changed where a test says so.
private func promise(
  _ fixture: ReceiptFixture, by name: String = "provider", record: Digest? = nil, latest: UInt64 = 2, request: Digest? = nil,
  chain: Digest? = nil, signer: String? = nil
) -> SignedPromise {
  let own = fixture.batch.records[fixture.index]
  return SignedPromise(
    Promise(
      chain: chain ?? fixture.chain.genesis.root, provider: TestChain.account(name), request: request ?? own.request.digest,
      record: record ?? MerkleTree.leafHash(own.encoded), latest: Height(latest)),
    by: TestChain.key(signer ?? name), random: NoRandomBytes())
}

@Suite("Promises and receipts")
struct PromiseReviewTests {
  @Test("A promise is kept by the promised record in time, and each way to break it gives evidence that the ledger takes [PROM-1] [TX-13]")
  func verdicts() throws {
    var fixture = try ReceiptFixture()
    let receipt = try VerifiedReceipt(fixture.receipt(asOf: 2), against: .genesis(fixture.chain.genesis))
    #expect(try receipt.verdict(on: promise(fixture)) == .kept)
    #expect(try receipt.verdict(on: promise(fixture, latest: 3)).evidence == nil)

    let late = try receipt.verdict(on: promise(fixture, latest: 1))
    #expect(late == .late(.unkept(promise(fixture, latest: 1))))
    let other = try receipt.verdict(on: promise(fixture, record: .zero))
    guard case .otherRecord = other else {
      Issue.record("the record is another one")
      return
    }
    // One penalty for one request: each piece of evidence is shown to a chain of its own.
    for evidence in [late.evidence, other.evidence] {
      var chain = fixture.chain
      #expect(try chain.add([chain.transaction(.misconduct(try #require(evidence)), from: "alice")]) == [.accepted])
    }
    #expect(
      try fixture.chain.add([fixture.chain.transaction(.misconduct(.unkept(promise(fixture))), from: "alice")]) == [
        .refused(.misconductNone)
      ])
  }

  @Test("A promise of another chain, of a wrong signature, for another request or by another provider says nothing [PROM-1]")
  func rejections() throws {
    let fixture = try ReceiptFixture()
    let receipt = try VerifiedReceipt(fixture.receipt(asOf: 2), against: .genesis(fixture.chain.genesis))
    #expect(throws: PromiseRejection.chain) { try receipt.verdict(on: promise(fixture, chain: .zero)) }
    #expect(throws: PromiseRejection.signature) { try receipt.verdict(on: promise(fixture, signer: "bob")) }
    #expect(throws: PromiseRejection.request) { try receipt.verdict(on: promise(fixture, request: .zero)) }
    #expect(throws: PromiseRejection.request) { try receipt.verdict(on: promise(fixture, by: "provider-2")) }
  }

  @Test("A report says what became of the promise")
  func report() throws {
    let fixture = try ReceiptFixture()
    let receipt = try VerifiedReceipt(fixture.receipt(asOf: 2), against: .genesis(fixture.chain.genesis))
    #expect(!ReceiptReport(receipt).json.contains("promise"))
    for (signed, word) in [
      (promise(fixture), "kept"), (promise(fixture, latest: 1), "late"), (promise(fixture, record: .zero), "other record"),
    ] {
      let report = ReceiptReport(receipt, promise: try receipt.verdict(on: signed))
      #expect(report.json.hasSuffix(",\"promise\":\"\(word)\"}"))
      #expect(report.lines.last?.hasPrefix("PROMISE") == true)
    }
  }
}
