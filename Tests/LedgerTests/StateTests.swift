import Bytes
import Cryptography
import Ledger
import TestSupport
import Testing

@Suite("State")
struct StateTests {
  /// A chain whose state holds entries of every kind.
  func variedChain() throws -> TestChain {
    var chain = TestChain()
    try chain.add([chain.registration()])
    try chain.add([
      chain.posting([TestRecords.record(client: TestChain.key("alice"))]), chain.transaction(.unbond(Amount(5)), from: "provider-2"),
    ])
    return chain
  }

  func pairs(_ state: State) -> [(key: [UInt8], value: [UInt8])] {
    state.entries.map { (key: $0.key.encoded, value: $0.entry?.encoded ?? []) }
  }

  @Test("A state is rebuilt from its pairs, in any order [LED-2]")
  func rebuilt() throws {
    let state = try variedChain().tip.state
    let pairs = pairs(state)
    #expect(Set(pairs.map { $0.key[0] }) == Set(0...6))
    #expect(try State(pairs: pairs) == state)
    #expect(try State(pairs: pairs.reversed()) == state)
    #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.key.lexicographicallyPrecedes($1.key) })
    for pair in pairs {
      let key = try StateKey(decoding: pair.key)
      #expect(key.encoded == pair.key)
      #expect(try StateEntry(decoding: pair.value, at: key).encoded == pair.value)
    }
  }

  @Test("A state with entries of every kind of dispute is rebuilt from its pairs [LED-2] [CHAL-3] [CLOCK-1]")
  func rebuiltDisputes() throws {
    var lying = try TinyRecord.honest("one two")
    lying.record.answer = []
    var dispute = try DisputedClaim([lying])
    let provider = TestChain.account("provider")
    let broken = Promise(chain: dispute.chain.genesis.root, provider: provider, request: .zero, record: .zero, latest: .genesis)
    try dispute.chain.add(
      (0..<128).map { dispute.chain.transaction(.seal(Digest.hash([UInt8($0)])), from: "alice", nonce: UInt64($0 + 1)) } + [
        dispute.ask(dispute.first()),
        dispute.chain.transaction(.misconduct(.unkept(SignedPromise(broken, by: TestChain.key("provider")))), from: "bob"),
      ])
    try dispute.add(dispute.reveal(dispute.first()))
    let proof = FraudProof(claim: dispute.claim, batch: dispute.batch, index: 0, kind: .binding, evidence: [1])
    #expect(try dispute.add(dispute.chain.transaction(.fraudProof(proof), from: "challenger")) == .accepted)
    let state = dispute.chain.tip.state
    let pairs = pairs(state)
    #expect(Set(pairs.map { $0.key[0] }).union([5, 6]) == Set(0...15))
    #expect(try State(pairs: pairs.reversed()) == state)
    #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.key.lexicographicallyPrecedes($1.key) })
    for pair in pairs {
      let key = try StateKey(decoding: pair.key)
      #expect(key.encoded == pair.key)
      #expect(try StateEntry(decoding: pair.value, at: key).encoded == pair.value)
    }
    let lost = pairs.filter { $0.key[0] != 14 }
    #expect(throws: StateRejection.notConserved) { try State(pairs: lost) }
    #expect(throws: StateRejection.notConserved) { try State(pairs: pairs.filter { $0.key[0] != 9 }) }
    #expect(throws: StateRejection.notConserved) { try State(pairs: pairs.filter { $0.key[0] != 13 }) }
  }

  @Test("Pairs that are no state are refused [LED-2] [LED-4]")
  func notAState() throws {
    let state = try variedChain().tip.state
    let good = pairs(state)
    func rejection(_ change: (inout [(key: [UInt8], value: [UInt8])]) -> Void) -> StateRejection? {
      var pairs = good
      change(&pairs)
      do {
        _ = try State(pairs: pairs)
        return nil
      } catch {
        return error
      }
    }
    #expect(rejection { _ in } == nil)
    #expect(rejection { $0.append((key: [16], value: [])) } == .malformedKey)
    #expect(rejection { $0[1].value.append(0) } == .malformedValue(.account(state.accounts.keys.sorted()[0])))
    #expect(rejection { $0.append($0[0]) } == .repeatedKey(.totals))
    #expect(rejection { $0.append($0[1]) } == .repeatedKey(.account(state.accounts.keys.sorted()[0])))
    #expect(rejection { $0.removeFirst() } == .noTotals)
    #expect(rejection { $0.remove(at: 1) } == .notConserved)
    #expect(rejection { $0.removeLast() } == .notConserved)
  }

  @Test("Values outside their rules do not decode [LED-2] [LED-3]")
  func values() throws {
    let key = StateKey.account(.none)
    func account(_ numbers: [UInt64], unbonding: [(UInt64, UInt64)] = []) -> [UInt8] {
      var writer = ByteWriter()
      for number in numbers { writer.write(number) }
      writer.writeList(unbonding) { writer, pair in
        writer.write(pair.0)
        writer.write(pair.1)
      }
      return writer.bytes
    }
    #expect(throws: Never.self) { try StateEntry(decoding: account([0, 1, 2, 2], unbonding: [(3, 1), (3, 2), (4, 1)]), at: key) }
    #expect(throws: DecodingRejection.outOfRange) { try StateEntry(decoding: account([0, 1, 2, 3]), at: key) }
    #expect(throws: DecodingRejection.outOfRange) { try StateEntry(decoding: account([0, 0, 0, 0]), at: key) }
    #expect(throws: DecodingRejection.outOfRange) { try StateEntry(decoding: account([0, .max, 1, 0]), at: key) }
    #expect(throws: DecodingRejection.outOfRange) { try StateEntry(decoding: account([0, 1, 2, 0], unbonding: [(3, 0)]), at: key) }
    #expect(throws: DecodingRejection.unordered) { try StateEntry(decoding: account([0, 1, 2, 0], unbonding: [(3, 1), (2, 1)]), at: key) }
    let many = (0..<33).map { (UInt64($0), UInt64(1)) }
    #expect(throws: DecodingRejection.countAboveLimit) { try StateEntry(decoding: account([0, 1, 2, 0], unbonding: many), at: key) }
    #expect(throws: DecodingRejection.outOfRange) { try StateEntry(decoding: [0, 0, 0, 0], at: .finalizing(.genesis)) }
    #expect(throws: DecodingRejection.outOfRange) { try StateEntry(decoding: [0, 0, 0, 0], at: .releasing(.genesis)) }
    let twice = [2, 0, 0, 0] + Digest.zero.bytes + Digest.zero.bytes
    #expect(throws: DecodingRejection.unordered) { try StateEntry(decoding: twice, at: .finalizing(.genesis)) }
  }

  @Test("The root is that of the entries, and only changed entries are changes [LED-2] [BLOCK-3]")
  func roots() throws {
    let chain = try variedChain()
    #expect(chain.genesis.header.stateRoot == chain.genesis.stateRoot)
    let changes = chain.blocks[1].changes
    #expect(zip(changes, changes.dropFirst()).allSatisfy { $0.key.encoded.lexicographicallyPrecedes($1.key.encoded) })
    #expect(!changes.contains { $0.key == .totals || $0.key == .account(TestChain.account("alice")) })
    for change in chain.tip.state.entries {
      let (value, proof) = chain.stateProof(of: change.key)
      #expect(value == change.entry?.encoded)
      #expect(throws: Never.self) {
        try proof.verify(keyHash: change.key.treeKey, value: value, root: chain.tip.header.stateRoot)
      }
    }
  }

  @Test("Units are conserved over any sequence of transactions [LED-4]")
  func conservation() throws {
    var generator = SeededGenerator.printed()
    let names = ["alice", "bob", "provider", "provider-2", "challenger"]
    for _ in 0..<3 {
      var chain = TestChain()
      var salt: UInt8 = 0
      var claims: [(identifier: Digest, payload: FraudProof)] = []
      try chain.add([chain.registration()])
      var outcomes: Set<Outcome> = []
      for _ in 0..<40 {
        var nonces: [String: UInt64] = [:]
        var transactions: [TestTransaction] = []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
          let name = names.randomElement(using: &generator) ?? "alice"
          let nonce = nonces[name] ?? chain.account(name).nonce
          let amount = Amount([0, 1, 900, 5000, 999_900_000].randomElement(using: &generator) ?? 0)
          let fee = Amount(Bool.random(using: &generator) ? 100_000 : 300_000)
          func plain(_ payload: Payload) -> TestTransaction { chain.transaction(payload, from: name, nonce: nonce, fee: fee) }
          switch Int.random(in: 0..<6, using: &generator) {
          case 0: transactions.append(plain(.bond(amount)))
          case 1: transactions.append(plain(.unbond(amount)))
          case 2, 3:
            salt &+= 1
            var record = TestRecords.record(prompt: "a", salt: salt, client: TestChain.key("alice"), provider: name, maxNewTokens: 1)
            if Bool.random(using: &generator) { record.answer.append(0x21) }
            let batch = TestRecords.batch([record])
            let claim = Claim.identifier(provider: TestChain.account(name), nonce: nonce)
            claims.append((claim, FraudProof(claim: claim, batch: batch, index: 0, kind: .binding, evidence: [1])))
            transactions.append(
              chain.transaction(.postClaim(PostClaim(batch)), from: name, blob: batch.encoded, nonce: nonce, fee: fee))
          case 4:
            if let claim = Bool.random(using: &generator) ? claims.last : claims.randomElement(using: &generator) {
              transactions.append(plain(.fraudProof(claim.payload)))
            }
          default:
            let to = TestChain.key(names.randomElement(using: &generator) ?? "bob").publicKey
            transactions.append(plain(.transfer(Transfer(to: to, amount: amount))))
          }
          if transactions.last?.transaction.body.nonce == nonce, transactions.last?.transaction.body.sender == TestChain.key(name).publicKey
          {
            nonces[name] = nonce + 1
          }
        }
        let proposal = try chain.proposal(transactions)
        let block = proposal.sealed(stateRoot: chain.stateRoot(after: proposal.changes), by: chain.validators[0], random: NoRandomBytes())
        let received = try VerifiedBlock(UnverifiedBlock(decoding: block.block.unverified.encoded), genesis: chain.genesis)
        let executed = try BlockExecutor.execute(received, on: chain.tip, tokenizers: chain.tokenizers)
        #expect(executed.changes == block.changes)
        outcomes.formUnion(executed.outcomes)
        try chain.accept(executed)
        #expect(try State(pairs: pairs(chain.tip.state)) == chain.tip.state)
      }
      #expect(outcomes.contains(.accepted))
      try chain.addEmpty(Int(TestChain.unbondingBlocks) + 5)
      #expect(chain.tip.state.finalizing.isEmpty)
      #expect(chain.tip.state.releasing.isEmpty)
      #expect(chain.tip.state.accounts.values.allSatisfy { $0.locked == .zero && $0.unbonding.isEmpty })
    }
  }
}
