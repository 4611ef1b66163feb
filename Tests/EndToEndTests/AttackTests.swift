import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import NodeInterface
import Provider
import TestSupport
import Testing
import Watchtower

@Suite("What an attacker makes up is slashed, refused or flagged")
struct AttackTests {
  private let model = TinyModel.model

  private func fate(_ record: Record, showing source: (any TraceSource)?) async throws -> Attacker.Fate {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    return try await Attacker(network: network).fate(of: record, showing: source)
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

  private func expectRefused(_ record: Record, _ refusal: Refusal, _ location: SourceLocation = #_sourceLocation) async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    await #expect(throws: WalletFailure.refused(refusal), sourceLocation: location) {
      try await Attacker(network: network).post([record])
    }
  }

  /// A record with other output tokens; its trace is that of an honest replay of them.
  private func claiming(_ tokens: [UInt32], _ change: (inout Record) -> Void = { _ in }) throws -> TinyRecord {
    var cheat = try Attacker.honest()
    cheat.record.outputTokens = tokens
    cheat.record.answer = try Binding.answer(to: tokens, graph: model.graph, tokenizer: model.tokenizer)
    change(&cheat.record)
    cheat.trace = try model.replay(
      promptTokens: cheat.record.promptTokens, outputTokens: tokens, keeping: Set(model.graph.segments.indices))
    cheat.record.traceRoot = cheat.trace.root
    return cheat
  }

  /// A trace in which the leaves of one segment are others; its trees are built over them.
  private func changing(_ cheat: TinyRecord, segment: Int, _ change: (inout [[UInt8]]) -> Void) -> TinyRecord {
    let leafBytes = model.graph.layouts[segment].leafBytes
    let bytes = cheat.trace.leaves[segment] ?? []
    var leaves = stride(from: 0, to: bytes.count, by: leafBytes).map { Array(bytes[$0..<$0 + leafBytes]) }
    change(&leaves)
    var hashes = cheat.trace.segments.map(\.leafHashes)
    hashes[segment] = leaves.map { MerkleTree.leafHash($0) }
    var kept = cheat.trace.leaves
    kept[segment] = leaves.flatMap { $0 }
    var changed = cheat
    changed.trace = Trace(graph: cheat.trace.graph, extent: cheat.trace.extent, leafHashes: hashes, leaves: kept)
    changed.record.traceRoot = changed.trace.root
    return changed
  }

  @Test("Two rows' leaves change places [TRACE-1] [STEP-4]", arguments: TinyModel.model.graph.segments.indices)
  func swappedLeaves(segment: Int) async throws {
    let cheat = changing(try Attacker.honest(), segment: segment) { leaves in
      guard let other = leaves.indices.dropFirst().first(where: { leaves[$0] != leaves[0] }) else { return }
      leaves.swapAt(0, other)
    }
    expectSlashed(try await fate(cheat.record, showing: ShownTrace(trace: cheat.trace)), "segment \(segment) ")
  }

  @Test("The trace that is shown is another than the one that was committed [TRACE-2]")
  func anotherTrace() async throws {
    let honest = try Attacker.honest()
    let cheat = honest.flipping(bit: 0, ofLeaf: 1, inSegment: 3)
    expectFlagged(try await fate(cheat.record, showing: ShownTrace(trace: honest.trace)))
    expectFlagged(try await fate(cheat.record, showing: ShownTrace(trace: cheat.flipping(bit: 9, ofLeaf: 2, inSegment: 5).trace)))
    expectFlagged(try await fate(cheat.record, showing: nil))
  }

  @Test("A leaf is appended, and the size says so or not [TRACE-2]", arguments: [true, false])
  func appendedLeaf(isCounted: Bool) async throws {
    var cheat = try Attacker.honest()
    var roots = cheat.trace.segments.map(\.root)
    roots[2] = StoredTree(leafHashes: cheat.trace.segments[2].leafHashes + [MerkleTree.leafHash([1])]).root
    let leaves = roots.enumerated().map { index, root in
      let count = model.graph.layouts[index].leafCount(cheat.trace.extent) + (index == 2 && isCounted ? 1 : 0)
      return MerkleTree.leafHash(TreePart.rootLeaf(index: index, leafCount: count, root: root))
    }
    cheat.record.traceRoot = StoredTree(leafHashes: leaves).root
    expectFlagged(try await fate(cheat.record, showing: ShownTrace(trace: cheat.trace)))
  }

  @Test("Rules of another executor version [REC-3]")
  func executorVersion() async throws {
    var cheat = try Attacker.honest().record
    cheat.executorVersion = Digest.hash([1])
    try await expectRefused(cheat, .claimRecordShape)
  }

  @Test("The answer is cut short, and says that its length was asked for [REC-4]")
  func cutShort() async throws {
    let tokens = try Attacker.honest().record.outputTokens
    let cheat = try claiming(Array(tokens.prefix(3))) { $0.stop = .length }
    expectSlashed(try await fate(cheat.record, showing: ShownTrace(trace: cheat.trace)), "stop rule")
  }

  @Test("The answer goes on after its stop token, or says that it ended by one [REC-4]")
  func stopToken() async throws {
    let tokens = try Attacker.honest().record.outputTokens
    let goesOn = try claiming(Array(tokens.prefix(2)) + [10] + Array(tokens.dropFirst(3)))
    expectSlashed(try await fate(goesOn.record, showing: nil), "stop rule")
    let ended = try claiming(tokens) { $0.stop = .stopToken }
    expectSlashed(try await fate(ended.record, showing: nil), "stop rule")
  }

  @Test("Another token than the best, with an honest trace, and with argmax leaves that agree [REC-5] [STEP-4]")
  func secondBest() async throws {
    var tokens = try Attacker.honest().record.outputTokens
    let last = try #require(tokens.last)
    tokens[tokens.count - 1] = [10, 157].contains(last ^ 1) ? last ^ 2 : last ^ 1
    let cheat = try claiming(tokens)
    expectSlashed(try await fate(cheat.record, showing: ShownTrace(trace: cheat.trace)), "is not the argmax")
    let agreeing = changing(cheat, segment: model.graph.lastSegment) { leaves in
      leaves[leaves.count - 1] = withUnsafeBytes(of: tokens[tokens.count - 1].littleEndian) { Array($0) }
    }
    expectSlashed(try await fate(agreeing.record, showing: ShownTrace(trace: agreeing.trace)), "does not follow")
  }

  @Test("The prompt's tokens are not its canonical encoding [REC-4] [TEXT-5]")
  func otherPromptTokens() async throws {
    for change: (inout [UInt32]) -> Void in [{ $0.removeLast() }, { $0.append(32) }, { $0.swapAt(0, 1) }] {
      var cheat = try Attacker.honest()
      change(&cheat.record.promptTokens)
      cheat.trace = try model.replay(promptTokens: cheat.record.promptTokens, outputTokens: cheat.record.outputTokens, keeping: [])
      cheat.record.traceRoot = cheat.trace.root
      expectSlashed(try await fate(cheat.record, showing: nil), "not the encoding")
    }
  }

  @Test("The answer's text has another Unicode normalisation than its tokens [REC-4] [TEXT-6]")
  func otherNormalisation() async throws {
    let composed = Array("caf\u{e9}".utf8)
    let cheat = try claiming(composed.map(UInt32.init)) { record in
      record.request = record.request.asking(for: composed.count)
      record.requestSignature = TinyRecord.client.sign(record.request.digest, auxiliary: .zero)
      record.answer = Array("cafe\u{301}".utf8)
    }
    #expect("caf\u{e9}" == "cafe\u{301}", "to Swift the two are equal")
    expectSlashed(try await fate(cheat.record, showing: nil), "not the decoding")
  }

  @Test("A request is claimed twice, in one batch or by another provider [TX-6]")
  func repeatedRequest() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let attacker = Attacker(network: network)
    let record = try Attacker.honest().record
    await #expect(throws: WalletFailure.refused(.claimRequestRepeated)) { try await attacker.post([record, record]) }
    _ = try await attacker.post([record])
    await #expect(throws: WalletFailure.refused(.claimRequestRepeated)) { try await attacker.post([record]) }
    await #expect(throws: WalletFailure.self) { try await attacker.post([record], as: "provider-2") }
  }

  @Test("One of two records cannot be judged, and the other lies [TX-7]")
  func besideUnverifiable() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let attacker = Attacker(network: network)
    let withheld = try Attacker.honest().flipping(bit: 0, ofLeaf: 0, inSegment: 1).record
    var lying = try Attacker.honest("three").record
    lying.answer += [33]
    let claim = try await attacker.post([withheld, lying])
    try await attacker.watchtower { _ in nil }.reviewPending()
    guard case .slashed = try await network.node.claim(claim).claim.status else {
      Issue.record("the claim was not slashed")
      return
    }
  }

  @Test("A provider that never answers keeps nobody else's fraud from being proved")
  func silence() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let attacker = Attacker(network: network)
    _ = try await attacker.post([try Attacker.honest().flipping(bit: 0, ofLeaf: 0, inSegment: 1).record])
    let cheat = try Attacker.honest("three").flipping(bit: 0, ofLeaf: 0, inSegment: 1)
    let other = try cheat.made(to: "provider-2")
    let claim = try await attacker.post([other.record], as: "provider-2")
    let silent = TestChain.account("provider")
    let watchtower = attacker.watchtower { provider -> (any TraceSource)? in
      if provider == silent { return SilentTrace() }
      return ShownTrace(trace: other.trace)
    }
    let watching = Task { await watchtower.run() }
    defer { watching.cancel() }
    for _ in 0..<200 {
      if case .slashed = try await network.node.claim(claim).claim.status { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the second claim is still not slashed after 10 seconds")
  }
}

extension Request {
  /// The same request for another number of tokens.
  fileprivate func asking(for count: Int) -> Request {
    Request(modelRoot: modelRoot, provider: provider, client: client, salt: salt, maxNewTokens: count, prompt: prompt) ?? self
  }
}

extension TinyRecord {
  /// The same cheat with the request made to another provider.
  fileprivate func made(to name: String) throws -> TinyRecord {
    var changed = self
    changed.record.request.provider = TestChain.key(name).publicKey
    changed.record.requestSignature = TinyRecord.client.sign(changed.record.request.digest, auxiliary: .zero)
    return changed
  }
}
