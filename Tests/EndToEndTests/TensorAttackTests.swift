import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import NodeInterface
import TestSupport
import Testing
import Watchtower

@Suite("What an attacker makes up of a tensor model is slashed, refused or flagged")
struct TensorAttackTests {
  private let model = TinyTensorModel.model

  private func attacker() async throws -> Attacker {
    let network = try await ProviderNetwork(registersModel: false)
    let registration = try TinyTensorModel.registration(on: TestChain(validatorCount: 1))
    _ = try await network.node.submit(Submission(transaction: registration.transaction.encoded, blob: registration.blob), wait: .included)
    return Attacker(network: network, model: model)
  }

  private func fate(_ record: Record, showing source: (any TraceSource)?) async throws -> Attacker.Fate {
    let attacker = try await attacker()
    defer { attacker.network.stop() }
    return try await attacker.fate(of: record, showing: source)
  }

  private func expectSlashed(_ fate: Attacker.Fate, _ reason: String, _ location: SourceLocation = #_sourceLocation) {
    guard case .slashed(let given) = fate, given.contains(reason) else {
      Issue.record("slashed for \(reason) was expected: \(fate)", sourceLocation: location)
      return
    }
  }

  private func expectFlagged(_ fate: Attacker.Fate, _ location: SourceLocation = #_sourceLocation) {
    guard case .flagged = fate else {
      Issue.record("flagged was expected: \(fate)", sourceLocation: location)
      return
    }
  }

  private func expectRefused(
    _ refusal: Refusal, _ location: SourceLocation = #_sourceLocation, _ change: (inout Record) -> Void
  ) async throws {
    let attacker = try await attacker()
    defer { attacker.network.stop() }
    var record = try TinyTensorModel.honest().record
    change(&record)
    record.requestSignature = TinyRecord.client.sign(record.request.digest, auxiliary: .zero)
    await #expect(throws: WalletFailure.refused(refusal), sourceLocation: location) { try await attacker.post([record]) }
  }

  @Test("An honest claim goes unnoticed")
  func honest() async throws {
    let honest = try TinyTensorModel.honest()
    guard case .unnoticed = try await fate(honest.record, showing: ShownTrace(trace: honest.trace)) else {
      Issue.record("an honest claim was noticed")
      return
    }
  }

  @Test("The smallest lie in any segment [STEP-4] [STEP-7]", arguments: TinyTensorModel.model.graph.segments.indices)
  func flippedBit(segment: Int) async throws {
    let leaf = model.graph.layouts[segment].leafCount(.tensor) - 1
    let cheat = try TinyTensorModel.honest().flipping(bit: 0, ofLeaf: leaf, inSegment: segment)
    expectSlashed(try await fate(cheat.record, showing: ShownTrace(trace: cheat.trace)), "segment \(segment) ")
  }

  @Test("The trace of another input, and of another output [GRAPH-23] [REC-5]")
  func anotherRun() async throws {
    let other = try TinyTensorModel.honest(1)
    var cheat = try TinyTensorModel.honest()
    cheat.record.output = other.record.output
    expectSlashed(try await fate(cheat.record, showing: ShownTrace(trace: cheat.trace)), "the values are not")
    cheat.record.traceRoot = other.record.traceRoot
    expectSlashed(try await fate(cheat.record, showing: ShownTrace(trace: other.trace)), "segment 0 (input)")
  }

  @Test("The trace that is shown is another than the one that was committed, or none is [TRACE-2]")
  func anotherTrace() async throws {
    let honest = try TinyTensorModel.honest()
    let cheat = honest.flipping(bit: 0, ofLeaf: 1, inSegment: 3)
    expectFlagged(try await fate(cheat.record, showing: ShownTrace(trace: honest.trace)))
    expectFlagged(try await fate(cheat.record, showing: nil))
  }

  @Test("A leaf is appended, and the size says so or not [TRACE-2]", arguments: [true, false])
  func appendedLeaf(isCounted: Bool) async throws {
    var cheat = try TinyTensorModel.honest()
    var roots = cheat.trace.segments.map(\.root)
    roots[2] = StoredTree(leafHashes: cheat.trace.segments[2].leafHashes + [MerkleTree.leafHash([1])]).root
    let leaves = roots.enumerated().map { index, root in
      let count = model.graph.layouts[index].leafCount(.tensor) + (index == 2 && isCounted ? 1 : 0)
      return MerkleTree.leafHash(TreePart.rootLeaf(index: index, leafCount: count, root: root))
    }
    cheat.record.traceRoot = StoredTree(leafHashes: leaves).root
    expectFlagged(try await fate(cheat.record, showing: ShownTrace(trace: cheat.trace)))
  }

  @Test("Records of another shape [REC-3]")
  func shapes() async throws {
    try await expectRefused(.claimRecordShape) { $0.executorVersion = Digest.hash([1]) }
    try await expectRefused(.claimRecordShape) { $0.promptTokens = [1] }
    try await expectRefused(.claimRecordShape) { $0.output = .values([UInt8](repeating: 0, count: 11)) }
    try await expectRefused(.claimRecordShape) { $0.output = .generation(GenerationOutput(tokens: [1], answer: [33], stop: .length)) }
    try await expectRefused(.claimRecordShape) { $0.request.tensor?.append(0) }
    try await expectRefused(.claimRecordShape) { $0.request.maxNewTokens = 2 }
  }

  @Test("A request is claimed twice in one batch [TX-6]")
  func repeatedRequest() async throws {
    let attacker = try await attacker()
    defer { attacker.network.stop() }
    let record = try TinyTensorModel.honest().record
    await #expect(throws: WalletFailure.refused(.claimRequestRepeated)) { try await attacker.post([record, record]) }
  }
}
