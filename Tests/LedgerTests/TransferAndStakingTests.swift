import Bytes
import Cryptography
import Ledger
import TestSupport
import Testing

@Suite("Transfers and stakes")
struct TransferAndStakingTests {
  func transfer(_ units: UInt64, to name: String) -> Payload {
    .transfer(Transfer(to: TestChain.key(name).publicKey, amount: Amount(units)))
  }

  @Test("A transfer moves units, and the fee goes to the proposer [TX-2] [TX-3] [TX-8]")
  func transferMoves() throws {
    var chain = TestChain()
    let transaction = chain.transaction(transfer(500, to: "newcomer"), from: "alice")
    let fee = transaction.transaction.body.fee
    #expect(try chain.add([transaction]) == [.accepted])
    #expect(chain.account("alice").balance == Amount(1_000_000_000 - 500 - fee.units))
    #expect(chain.account("alice").nonce == 1)
    #expect(chain.account("newcomer").balance == Amount(500))
    let proposer = AccountIdentifier(chain.validators[0].publicKey)
    #expect(chain.tip.state.account(proposer).balance == fee)
  }

  @Test("A refused transfer costs its fee and moves nothing else [TX-2] [TX-3]")
  func transferRefused() throws {
    for (payload, refusal) in [
      (transfer(0, to: "bob"), Refusal.transferZero), (transfer(1, to: "alice"), .transferToSelf),
      (transfer(1_000_000_000, to: "bob"), .transferAboveBalance),
    ] {
      var chain = TestChain()
      let transaction = chain.transaction(payload, from: "alice")
      #expect(try chain.add([transaction]) == [.refused(refusal)])
      #expect(chain.account("alice").balance.units == 1_000_000_000 - transaction.transaction.body.fee.units)
      #expect(chain.account("alice").nonce == 1)
      #expect(chain.account("bob").balance == Amount(1_000_000_000))
    }
  }

  @Test("A bond becomes stake; unbonding pays after its blocks [TX-4] [TX-8]")
  func staking() throws {
    var chain = TestChain()
    #expect(try chain.add([chain.transaction(.bond(Amount(300)), from: "alice")]) == [.accepted])
    #expect(chain.account("alice").stake == Amount(300))
    #expect(try chain.add([chain.transaction(.unbond(Amount(100)), from: "alice")]) == [.accepted])
    let before = chain.account("alice")
    #expect(before.stake == Amount(200))
    #expect(before.unbonding == [Unbonding(release: Height(2 + TestChain.unbondingBlocks), amount: Amount(100))])
    #expect(before.total == before.balance.adding(Amount(300)))
    #expect(chain.tip.state.releasing[Height(2 + TestChain.unbondingBlocks)] == [TestChain.account("alice")])
    try chain.addEmpty(Int(TestChain.unbondingBlocks) - 1)
    #expect(chain.account("alice") == before)
    try chain.addEmpty(1)
    #expect(chain.account("alice").balance == before.balance.adding(Amount(100)))
    #expect(chain.account("alice").unbonding.isEmpty)
    #expect(chain.tip.state.releasing.isEmpty)
  }

  @Test("Bonds and unbondings are refused by the table [TX-4]")
  func stakingRefused() throws {
    for (payload, refusal) in [
      (Payload.bond(.zero), Refusal.bondZero), (.bond(Amount(1_000_000_000)), .bondAboveBalance), (.unbond(.zero), .unbondZero),
      (.unbond(Amount(200_000_001)), .unbondAboveFreeStake),
    ] {
      var chain = TestChain()
      #expect(try chain.add([chain.transaction(payload, from: "provider")]) == [.refused(refusal)])
      #expect(chain.account("provider").stake == Amount(200_000_000))
    }
    var chain = TestChain()
    let nonces = 0..<UInt64(LedgerLimits.unbondingsPerAccount + 1)
    let outcomes = try chain.add(nonces.map { chain.transaction(.unbond(Amount(1)), from: "provider", nonce: $0) })
    #expect(outcomes.dropLast().allSatisfy { $0 == .accepted })
    #expect(outcomes.last == .refused(.unbondTooMany))
    try chain.addEmpty(Int(TestChain.unbondingBlocks))
    #expect(chain.account("provider").unbonding.isEmpty)
    #expect(try chain.add([chain.transaction(.unbond(Amount(1)), from: "provider")]) == [.accepted])
  }

  @Test("A stake that backs a claim cannot be unbonded before the claim is final [TX-4] [TX-6]")
  func lockedStake() throws {
    var chain = TestChain()
    try chain.add([chain.registration()])
    try chain.add([chain.posting([TestRecords.record(client: TestChain.key("alice"))])])
    #expect(chain.account("provider").locked == TestChain.claimBond)
    let free = chain.account("provider").freeStake
    #expect(free == Amount(200_000_000 - 20_000_001))
    let tooMuch = chain.transaction(.unbond(Amount(free.units + 1)), from: "provider")
    #expect(try chain.add([tooMuch]) == [.refused(.unbondAboveFreeStake)])
    try chain.addEmpty(Int(TestChain.windowBlocks))
    #expect(chain.account("provider").locked == .zero)
    #expect(try chain.add([chain.transaction(.unbond(Amount(200_000_000)), from: "provider")]) == [.accepted])
  }

  @Test("Amounts and heights say when they would leave their range [LED-1]")
  func amounts() {
    #expect(Amount(.max).adding(Amount(1)) == nil)
    #expect(Amount(1).subtracting(Amount(2)) == nil)
    #expect(Amount(.max).fraction(999, of: 1000) == Amount(18_428_297_329_635_842_063))
    #expect(Amount(1001).fraction(500, of: 1000) == Amount(500))
    #expect(Height(.max).adding(1) == nil)
    #expect(Height.genesis.previous == nil)
    #expect(Height(3).previous == Height(2))
  }
}
