import Bytes
import Cryptography
import Inference
import Ledger
import TestSupport
import Testing

@Suite("Models and claims")
struct ClaimTests {
  let record = TestRecords.record(client: TestChain.key("alice"))

  func registeredChain() throws -> TestChain {
    var chain = TestChain()
    #expect(try chain.add([chain.registration()]) == [.accepted])
    return chain
  }

  @Test("A model is registered once, under the root of its parts [TX-5] [MODEL-5]")
  func registration() throws {
    var chain = try registeredChain()
    let model = try #require(chain.tip.state.models[TinyModel.commitment.modelRoot])
    #expect(model.commitment == TinyModel.commitment)
    #expect(model.registrant == TestChain.account("alice"))
    #expect(model.height == Height(1))
    #expect(try chain.add([chain.registration(from: "bob")]) == [.refused(.modelRegistered)])
  }

  @Test("A graph or tokenizer that is none is refused [TX-5]")
  func registrationRefused() throws {
    func outcome(graph: [UInt8], tokenizer: [UInt8]) throws -> [Outcome] {
      var chain = TestChain()
      let payload = RegisterModel(name: [0x6d], graph: graph, tensorsRoot: .zero, tokenizer: Digest.hash(tokenizer))
      return try chain.add([chain.transaction(.registerModel(payload), from: "alice", blob: tokenizer)])
    }
    let tokenizer = TinyModel.header.tokenizer.encoded
    var invalid = TinyModel.graph
    invalid.vocabulary = 320
    #expect(try outcome(graph: TinyModel.graph.encoded + [0], tokenizer: tokenizer) == [.refused(.modelGraph)])
    #expect(try outcome(graph: invalid.encoded, tokenizer: tokenizer) == [.refused(.modelGraph)])
    #expect(try outcome(graph: TinyModel.graph.encoded, tokenizer: tokenizer + [0]) == [.refused(.modelTokenizer)])
  }

  @Test("A model is registered if its graph and tokenizer fit; what its leaves hold is not seen [TX-5] [MODEL-6]")
  func registrationVectors() throws {
    for vector in try ModelVectors.load() {
      var chain = TestChain()
      let tokenizer = vector.tokenizer.bytes
      let payload = RegisterModel(name: [0x6d], graph: vector.graph.bytes, tensorsRoot: .zero, tokenizer: Digest.hash(tokenizer))
      let outcome = try chain.add([chain.transaction(.registerModel(payload), from: "alice", blob: tokenizer)])
      #expect((outcome == [.accepted]) == vector.registers, "\(vector.name)")
    }
  }

  @Test("A claim locks its bond, takes its requests and becomes final after its window [TX-6] [TX-8] [LED-3]")
  func posting() throws {
    var chain = try registeredChain()
    let records = (0..<3).map { TestRecords.record(salt: $0, client: TestChain.key("alice")) }
    #expect(try chain.add([chain.posting(records)]) == [.accepted])
    let identifier = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
    let claim = try #require(chain.tip.state.claims[identifier])
    #expect(claim.status == .pending)
    #expect(claim.posted == Height(2))
    #expect(claim.deadline == Height(2 + TestChain.windowBlocks))
    #expect(claim.recordCount == 3)
    #expect(chain.tip.state.finalizing == [claim.deadline: [identifier]])
    for record in records { #expect(chain.tip.state.requests[record.request.digest] == identifier) }
    try chain.addEmpty(3)
    #expect(chain.tip.state.claims[identifier]?.status == .pending)
    #expect(chain.tip.header.height == claim.deadline)
    try chain.addEmpty(1)
    #expect(chain.tip.state.claims[identifier]?.status == .finalized(at: Height(6)))
    #expect(chain.account("provider").locked == .zero)
    #expect(chain.account("provider").stake == Amount(200_000_000))
    #expect(chain.tip.state.finalizing.isEmpty)
  }

  /// What posting a batch, of which the payload or the blob may lie, comes to.
  func outcome(
    _ batch: Batch, from name: String = "provider", blob: [UInt8]? = nil, change: (PostClaim) -> PostClaim = { $0 }
  ) throws -> Outcome? {
    var chain = try registeredChain()
    let blob = blob ?? batch.encoded
    let honest = PostClaim(batch)
    let payload = change(
      PostClaim(modelRoot: honest.modelRoot, batchRoot: honest.batchRoot, recordCount: honest.recordCount, blob: Digest.hash(blob)))
    return try chain.add([chain.transaction(.postClaim(payload), from: name, blob: blob)]).first
  }

  @Test("A claim is refused by the first line of the table that applies [TX-6] [REC-3] [REC-7]")
  func postingRefused() throws {
    let batch = TestRecords.batch([record])
    let unknownModel = try outcome(batch) { PostClaim(modelRoot: .zero, batchRoot: $0.batchRoot, recordCount: 1, blob: $0.blob) }
    #expect(unknownModel == .refused(.claimUnknownModel))
    #expect(try outcome(batch, from: "alice") == .refused(.claimStake))
    #expect(try outcome(batch, blob: batch.encoded + [0]) == .refused(.claimBlob))
    let count = try outcome(batch) { PostClaim(modelRoot: $0.modelRoot, batchRoot: $0.batchRoot, recordCount: 2, blob: $0.blob) }
    #expect(count == .refused(.claimRecordCount))
    let root = try outcome(batch) { PostClaim(modelRoot: $0.modelRoot, batchRoot: .zero, recordCount: 1, blob: $0.blob) }
    #expect(root == .refused(.claimBatchRoot))
    #expect(try outcome(TestRecords.batch([record, record])) == .refused(.claimRequestRepeated))
  }

  @Test("A record of another model, of a wrong shape or unsigned is refused [TX-6] [REC-3]")
  func recordsRefused() throws {
    func outcome(_ change: (inout Record) -> Void) throws -> Outcome? {
      var changed = TestRecords.record(salt: 9, client: TestChain.key("alice"))
      change(&changed)
      return try self.outcome(TestRecords.batch([record, changed]))
    }
    #expect(try outcome { $0.request.modelRoot = .zero } == .refused(.claimRecordModel))
    #expect(try outcome { $0.request.provider = TestChain.key("provider-2").publicKey } == .refused(.claimRecordProvider))
    #expect(try outcome { $0.executorVersion = .zero } == .refused(.claimRecordShape))
    #expect(try outcome { $0.outputTokens = [] } == .refused(.claimRecordShape))
    #expect(try outcome { $0.promptTokens[0] = 256 } == .refused(.claimRecordShape))
    #expect(try outcome { $0.promptTokens = [UInt32](repeating: 1, count: 65) } == .refused(.claimRecordShape))
    #expect(try outcome { $0.request.salt = .zero } == .refused(.claimRequestSignature))
    #expect(try outcome { $0.answer = [0x21] } == .accepted)
  }

  @Test("A provider cannot take the request that was made to another, also if it comes first [REC-1] [TX-6]")
  func takenRequest() throws {
    var chain = try registeredChain()
    let outcomes = try chain.add([chain.posting([record], from: "provider-2"), chain.posting([record])])
    #expect(outcomes == [.refused(.claimRecordProvider), .accepted])
    var renamed = record
    renamed.request.provider = TestChain.key("provider-2").publicKey
    #expect(try outcome(TestRecords.batch([renamed]), from: "provider-2") == .refused(.claimRequestSignature))
  }

  @Test("A request is claimed once [TX-6]")
  func repeatedRequest() throws {
    var chain = try registeredChain()
    #expect(try chain.add([chain.posting([record])]) == [.accepted])
    #expect(try chain.add([chain.posting([record])]) == [.refused(.claimRequestRepeated)])
    try chain.addEmpty(4)
    #expect(try chain.add([chain.posting([record])]) == [.refused(.claimRequestRepeated)])
  }

  @Test("A model, a claim on it and a fraud proof against that can stand in one block [BLOCK-7]")
  func oneBlock() throws {
    var chain = TestChain()
    chain.tokenizers = TestTokenizers(isPresent: false)
    var liar = record
    liar.answer = Array("no".utf8)
    let batch = TestRecords.batch([liar])
    let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
    let proof = FraudProof(claim: claim, batch: batch, index: 0, kind: .binding, evidence: [1])
    let outcomes = try chain.add([
      chain.registration(), chain.posting([liar]), chain.transaction(.fraudProof(proof), from: "challenger"),
    ])
    #expect(outcomes == [.accepted, .accepted, .accepted])
  }
}
