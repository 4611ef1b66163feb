import Bytes
import Challenge
import Cryptography
import Inference
import Ledger
import NodeInterface
import Provider
import Store
import TestSupport
import Testing

@Suite("A provider answers, keeps and posts")
struct ProviderAnswerTests {
  @Test("An answer is honest, streamed, kept under its request, and posted [REC-1] [REC-2] [REC-7]")
  func answer() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider()
    let (request, signature) = try ProviderNetwork.request("one two")
    let running = try await provider.start(request, signature: signature)
    var streamed: [UInt8] = []
    for await piece in running.pieces { streamed += piece }
    let answer = try await running.value()
    #expect(streamed == answer.record.answer)
    #expect(answer.place == nil)
    guard case .honest = try RecordReview.open(answer.record, model: TinyModel.model, trees: TinyModel.trees, workers: .one) else {
      Issue.record("the record is not honest")
      return
    }
    #expect(try await provider.answer(request, signature: signature).record == answer.record, "one request has one record")
    #expect(await provider.queuedRecords == 1)

    let claim = try #require(try await provider.post())
    #expect(await provider.queuedRecords == 0)
    #expect(try await provider.post() == nil)
    #expect(try await provider.answer(toRequest: request.digest)?.place == ClaimPlace(claim: claim, record: 0))
    let view = try await network.node.claim(claim)
    #expect(view.claim.recordCount == 1)
    #expect(try Inference.Batch(decoding: try await network.node.blob(view.claim.blob)).records == [answer.record])
  }

  @Test("Records fill claims, and the loop posts them")
  func batches() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider { configuration in
      configuration.recordsPerClaim = 2
      configuration.claimDelay = .milliseconds(50)
      configuration.pollInterval = .milliseconds(10)
    }
    for salt in 0..<3 {
      let (request, signature) = try ProviderNetwork.request("hi", salt: UInt8(salt), maxNewTokens: 2)
      _ = try await provider.answer(request, signature: signature)
    }
    let loop = Task { await provider.run() }
    defer { loop.cancel() }
    for _ in 0..<500 where await provider.queuedRecords > 0 { try await Task.sleep(for: .milliseconds(20)) }
    let claims = try await network.node.claims(ClaimQuery()).items
    #expect(claims.map(\.claim.recordCount).sorted() == [1, 2])
  }

  @Test("What cannot be answered is refused")
  func refusals() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider { $0.requestPlaces = 1 }
    func refusal(_ request: Request, _ signature: Signature) async -> AnswerRejection? {
      do {
        _ = try await provider.answer(request, signature: signature)
        return nil
      } catch {
        if case .rejected(let rejection) = error { return rejection }
        return nil
      }
    }
    func startRefusal(_ request: Request, _ signature: Signature) async -> AnswerRejection? {
      do {
        _ = try await provider.start(request, signature: signature)
        return nil
      } catch {
        if case .rejected(let rejection) = error { return rejection }
        return nil
      }
    }
    let (request, signature) = try ProviderNetwork.request("one two")
    var other = request
    other.modelRoot = .zero
    #expect(await refusal(other, signature) == .otherModel)
    let (elsewhere, elsewhereSigned) = try ProviderNetwork.request("one two", to: "provider-2")
    #expect(await refusal(elsewhere, elsewhereSigned) == .otherProvider)
    other = request
    other.salt = TinyModel.commitment.tensorsRoot
    #expect(await refusal(other, signature) == .signature)
    let (many, manySigned) = try ProviderNetwork.request("one two", maxNewTokens: 33)
    #expect(await refusal(many, manySigned) == .tooManyTokens(limit: 32))
    let (long, longSigned) = try ProviderNetwork.request(String(repeating: "a", count: 65))
    #expect(await refusal(long, longSigned) == .promptTooLong(tokens: 65, limit: 64))
    var broken = request
    broken.prompt = [0xff]
    #expect(await refusal(broken, TestChain.key("alice").sign(broken.digest)) == .prompt(.notUTF8))

    // The one place is soon taken when many ask at once; one that runs already is named as such.
    var refusals: Set<AnswerRejection> = []
    for salt in 1...200 where !refusals.contains(.busy) {
      let (next, nextSigned) = try ProviderNetwork.request("three", salt: UInt8(salt), maxNewTokens: 32)
      if let rejection = await startRefusal(next, nextSigned) { refusals.insert(rejection) }
    }
    #expect(refusals.contains(.busy))
    #expect(refusals.isSubset(of: [.busy, .running]))
    #expect(!"\(AnswerRejection.answerTooLong)".isEmpty)
  }
}

@Suite("A provider that is killed loses nothing and posts nothing twice")
struct ProviderRestartTests {
  @Test("Answers that wait are posted by the next process")
  func queue() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let store = MemoryStore()
    var records: [Record] = []
    do {
      let provider = try network.provider(store: store)
      for salt in 0..<2 {
        let (request, signature) = try ProviderNetwork.request("hi", salt: UInt8(salt), maxNewTokens: 2)
        records.append(try await provider.answer(request, signature: signature).record)
      }
    }
    let provider = try network.provider(store: store)
    #expect(await provider.queuedRecords == 2)
    let claim = try #require(try await provider.post())
    let view = try await network.node.claim(claim)
    #expect(try Inference.Batch(decoding: try await network.node.blob(view.claim.blob)).records == records)
    #expect(
      try await network.provider(store: store).answer(toRequest: records[1].request.digest)?.place == ClaimPlace(claim: claim, record: 1))
  }

  @Test("A claim whose answer was lost is found on the chain")
  func lostAnswer() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let store = MemoryStore()
    do {
      let provider = try network.provider(store: store, node: UnreliableNode(node: network.node, loses: .answer))
      let (request, signature) = try ProviderNetwork.request("hi", maxNewTokens: 2)
      _ = try await provider.answer(request, signature: signature)
      await #expect(throws: PostingFailure.node(.unavailable("lost"))) { try await provider.post() }
    }
    let provider = try network.provider(store: store)
    let claim = try #require(try await provider.post())
    #expect(try await network.node.claims(ClaimQuery()).items.map(\.id) == [claim])
    #expect(await provider.queuedRecords == 0)
  }

  @Test("A claim whose nonce another transaction took is signed anew")
  func takenNonce() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let store = MemoryStore()
    let (request, signature) = try ProviderNetwork.request("hi", maxNewTokens: 2)
    do {
      let provider = try network.provider(store: store, node: UnreliableNode(node: network.node, loses: .submission))
      _ = try await provider.answer(request, signature: signature)
      await #expect(throws: PostingFailure.node(.unavailable("lost"))) { try await provider.post() }
    }
    let wallet = Wallet(key: TestChain.key("provider"), node: network.node, genesis: network.genesis)
    try await wallet.send(.bond(Amount(1)))
    let provider = try network.provider(store: store)
    await #expect(throws: PostingFailure.superseded(.nonceUsed)) { try await provider.post() }
    #expect(try await provider.post() != nil)
  }
}

@Suite("A provider says why it cannot post")
struct ProviderPostingFailureTests {
  private func failure(_ provider: Provider) async -> PostingFailure? {
    do {
      _ = try await provider.post()
      return nil
    } catch { return error }
  }

  @Test("An unregistered model, too little stake, too small a balance")
  func preconditions() async throws {
    let empty = try await ProviderNetwork(registersModel: false)
    defer { empty.stop() }
    var provider = try empty.provider()
    let (early, earlySigned) = try ProviderNetwork.request("hi", maxNewTokens: 2)
    _ = try await provider.answer(early, signature: earlySigned)
    #expect(await failure(provider) == .modelNotRegistered(root: TinyModel.commitment.modelRoot))

    let network = try await ProviderNetwork()
    defer { network.stop() }
    provider = try network.provider("bob")
    let (request, signature) = try ProviderNetwork.request("hi", to: "bob", maxNewTokens: 2)
    _ = try await provider.answer(request, signature: signature)
    #expect(await failure(provider) == .stakeTooLow(free: .zero, bond: TestChain.claimBond))

    let wallet = Wallet(key: TestChain.key("bob"), node: network.node, genesis: network.genesis)
    let balance = try await network.node.account(wallet.account).balance.amount.units
    try await wallet.send(.bond(Amount(balance - 300)))
    let poor = await failure(provider)
    guard case .balanceTooLow = poor else {
      Issue.record("the balance covers the fee: \(String(describing: poor))")
      return
    }
    #expect(await provider.queuedRecords == 1)
  }

  @Test("A request that another claim of the key holds is set aside, the rest is posted")
  func repeated() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let (first, second) = (try network.provider(), try network.provider(store: MemoryStore()))
    let (request, signature) = try ProviderNetwork.request("hi", maxNewTokens: 2)
    _ = try await first.answer(request, signature: signature)
    _ = try await first.post()
    _ = try await second.answer(request, signature: signature)
    let (fresh, freshSigned) = try ProviderNetwork.request("hi", salt: 1, maxNewTokens: 2)
    _ = try await second.answer(fresh, signature: freshSigned)
    #expect(await failure(second) == .refused(code: Refusal.claimRequestRepeated.rawValue))
    #expect(await second.queuedRecords == 1)
    let claim = try #require(try await second.post())
    #expect(try await second.answer(toRequest: fresh.digest)?.place == ClaimPlace(claim: claim, record: 0))
    #expect(try await second.answer(toRequest: request.digest) == nil)
  }
}
