import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import TestSupport
import Testing

@Suite("Misconduct")
struct MisconductTests {
  let record: TinyRecord
  let dispute: DisputedClaim

  init() throws {
    record = try TinyRecord.honest("one two three")
    dispute = try DisputedClaim([record])
  }

  func promise(
    _ record: Digest, request: Digest? = nil, latest: UInt64 = 9, by name: String = "provider", as provider: String? = nil,
    chain: Digest? = nil
  ) -> SignedPromise {
    SignedPromise(
      Promise(
        chain: chain ?? dispute.chain.genesis.root, provider: TestChain.account(provider ?? name),
        request: request ?? self.record.record.request.digest, record: record, latest: Height(latest)), by: TestChain.key(name),
      random: NoRandomBytes())
  }

  var posted: Digest { MerkleTree.leafHash(record.record.encoded) }

  func outcome(_ misconduct: Misconduct, from name: String = "bob", blocks: Int = 0) throws -> Outcome? {
    var chain = dispute.chain
    try chain.addEmpty(blocks)
    return try chain.add([chain.transaction(.misconduct(misconduct), from: name)]).first
  }

  @Test("Two promises of different records for one request are punished once [TX-13] [PROM-1]")
  func twoPromises() throws {
    var chain = dispute.chain
    let before = chain.account("provider")
    let both = Misconduct.promises(promise(.zero), promise(posted))
    let bob = chain.account("bob").balance
    let transaction = chain.transaction(.misconduct(both), from: "bob")
    #expect(
      try chain.add([transaction, chain.transaction(.misconduct(both), from: "alice")]) == [.accepted, .refused(.misconductPunished)])
    #expect(chain.account("provider").stake == before.stake.subtracting(Amount(1_000_001)))
    #expect(chain.account("provider").locked == before.locked)
    #expect(chain.account("bob").balance.units == bob.units - transaction.transaction.body.fee.units + 500_000)
    #expect(chain.tip.state.totals.burnt == Amount(500_001))
    #expect(try outcome(.promises(promise(posted), promise(posted, latest: 11))) == .refused(.misconductNone))
    #expect(try outcome(.promises(promise(posted), promise(.zero, request: .zero))) == .refused(.misconductNone))
    #expect(try outcome(.promises(promise(posted), promise(.zero, by: "alice"))) == .refused(.misconductSignature))
    #expect(try outcome(.promises(promise(posted), promise(.zero, by: "alice", as: "provider"))) == .refused(.misconductSignature))
    #expect(try outcome(.promises(promise(posted), promise(.zero, chain: .zero))) == .refused(.misconductSignature))
  }

  @Test("A promise beside a claim of another record is misconduct; of the same, none [TX-13] [PROM-1]")
  func otherRecord() throws {
    let inclusion = try #require(dispute.batch.tree.inclusionProof(index: 0))
    func evidence(_ promise: SignedPromise, claim: Digest? = nil, index: UInt32 = 0) -> Misconduct {
      .claimed(promise, claim: claim ?? dispute.claim, recordIndex: index, record: record.record.encoded, inclusion: inclusion)
    }
    #expect(try outcome(evidence(promise(.zero))) == .accepted)
    #expect(try outcome(evidence(promise(posted))) == .refused(.misconductNone))
    #expect(try outcome(evidence(promise(.zero, request: .zero))) == .refused(.misconductNone))
    #expect(try outcome(evidence(promise(.zero), claim: .zero)) == .refused(.misconductNone))
    #expect(try outcome(evidence(promise(.zero), index: 1)) == .refused(.misconductNone))
    #expect(try outcome(evidence(promise(.zero, by: "provider-2"))) == .refused(.misconductNone))
  }

  @Test("A promise is broken after its last block, and by nothing that was posted in time [TX-13] [PROM-1]")
  func unkept() throws {
    let other = Digest.hash([7])
    #expect(try outcome(.unkept(promise(posted, request: other, latest: 3))) == .refused(.misconductNone))
    #expect(try outcome(.unkept(promise(posted, request: other, latest: 3)), blocks: 1) == .accepted)
    #expect(try outcome(.unkept(promise(posted, latest: 2)), blocks: 1) == .refused(.misconductNone))
    #expect(try outcome(.unkept(promise(posted, latest: 1)), blocks: 1) == .accepted)
    #expect(try outcome(.unkept(promise(posted, latest: 2, by: "provider-2")), blocks: 1) == .accepted)
  }

  @Test("The penalty reaches what is unbonding, the last first, and no more than there is [TX-13] [LED-4]")
  func penalty() throws {
    var chain = dispute.chain
    let amounts = [200_000, 300_000, 178_999_999, 100_000] as [UInt64]
    var nonce = chain.account("provider").nonce
    let transactions = amounts.map { amount in
      defer { nonce += 1 }
      return chain.transaction(.unbond(Amount(amount)), from: "provider", nonce: nonce)
    }
    #expect(try chain.add(transactions).allSatisfy { $0 == .accepted })
    #expect(chain.account("provider").freeStake == Amount(400_000))
    #expect(try chain.add([chain.transaction(.misconduct(.promises(promise(.zero), promise(posted))), from: "bob")]) == [.accepted])
    let account = chain.account("provider")
    #expect(account.freeStake == .zero)
    #expect(account.unbonding.map(\.amount) == [Amount(200_000), Amount(300_000), Amount(178_999_999 - 500_001)])
    #expect(
      try chain.add([chain.transaction(.misconduct(.unkept(promise(.zero, request: .zero, latest: 0, by: "nobody"))), from: "bob")]) == [
        .accepted
      ])
    #expect(chain.account("nobody") == .empty)
  }

  @Test("Two headers of one height by one validator are punished by the signatures alone [TX-13] [BLOCK-8]")
  func twoHeaders() throws {
    let chain = dispute.chain
    let header = chain.tip.header
    let other = header.with(stateRoot: .zero)
    let key = chain.validators[1]
    func evidence(_ first: Header, _ second: Header, by key: PrivateKey, as validator: PublicKey? = nil) -> Misconduct {
      .headers(
        first, Attestation(header: first.hash, by: key, random: NoRandomBytes()).signature, second,
        Attestation(header: second.hash, by: key, random: NoRandomBytes()).signature,
        validator: AccountIdentifier(validator ?? key.publicKey))
    }
    #expect(try outcome(evidence(header, other, by: key)) == .accepted)
    #expect(try outcome(evidence(header, header, by: key)) == .refused(.misconductNone))
    #expect(try outcome(evidence(header, header.with(height: Height(7)), by: key)) == .refused(.misconductNone))
    #expect(try outcome(evidence(header, other, by: TestChain.key("alice"))) == .refused(.misconductNone))
    #expect(try outcome(evidence(header, other, by: key, as: chain.validators[0].publicKey)) == .refused(.misconductSignature))
    #expect(try outcome(evidence(header, other.with(chain: .zero), by: key)) == .refused(.misconductSignature))
  }

  @Test("A validator that loses all its stake before it ever sent loses its entry [TX-13] [LED-2]")
  func emptiedAccount() throws {
    let validators = (0..<3).map { TestChain.key("validator-\($0)") }.sorted { $0.publicKey < $1.publicKey }
    var chain = TestChain(validatorStake: Amount(5))
    let key = validators[2]
    #expect(chain.tip.state.account(AccountIdentifier(key.publicKey)).stake == Amount(5))
    let header = chain.genesis.header
    let other = header.with(stateRoot: .zero)
    let evidence = Misconduct.headers(
      header, Attestation(header: header.hash, by: key).signature, other, Attestation(header: other.hash, by: key).signature,
      validator: AccountIdentifier(key.publicKey))
    #expect(try chain.add([chain.transaction(.misconduct(evidence), from: "bob")]) == [.accepted])
    #expect(chain.tip.state.accounts[AccountIdentifier(key.publicKey)] == nil)
    #expect(chain.tip.state.totals.burnt == Amount(3))
  }
}
