import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import NodeInterface
import Provider
import Synchronization
import TestSupport
import Testing
import Watchtower

@Suite("A provider shows the traces of its claims")
struct ProviderTraceTests {
  @Test("Roots, hashes and leaves lead to the record's trace root [TRACE-1] [TRACE-2]")
  func traces() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider { $0.cachedTraces = 1 }
    var records: [Record] = []
    for salt in 0..<2 {
      let (request, signature) = try ProviderNetwork.request("one two", salt: UInt8(salt), maxNewTokens: 5 - salt)
      records.append(try await provider.answer(request, signature: signature).record)
    }
    let claim = try #require(try await provider.post())
    let graph = TinyModel.model.graph
    for (index, record) in records.enumerated() {
      let extent = try #require(record.extent)
      let roots = try await provider.segmentRoots(claim: claim, record: index)
      #expect(Trace.rootTree(roots, graph: graph, extent: extent).root == record.traceRoot)
      for segment in [0, 2, 4, graph.firstOutputSegment, graph.lastSegment] {
        let hashes = try await provider.leafHashes(claim: claim, record: index, segment: segment)
        #expect(StoredTree(leafHashes: hashes).root == roots[segment])
        #expect(hashes.count == graph.layouts[segment].leafCount(extent))
      }
    }
  }

  @Test("What does not exist is withheld")
  func withheld() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider()
    let (request, signature) = try ProviderNetwork.request("one two", maxNewTokens: 2)
    _ = try await provider.answer(request, signature: signature)
    let claim = try #require(try await provider.post())
    await #expect(throws: TraceFailure.withheld) { try await provider.segmentRoots(claim: .zero, record: 0) }
    await #expect(throws: TraceFailure.withheld) { try await provider.segmentRoots(claim: claim, record: 1) }
    await #expect(throws: TraceFailure.withheld) { try await provider.segmentRoots(claim: claim, record: -1) }
    await #expect(throws: TraceFailure.withheld) { try await provider.leafHashes(claim: claim, record: 0, segment: 17) }
    await #expect(throws: TraceFailure.withheld) { try await provider.leafHashes(claim: claim, record: 0, segment: -1) }
  }
}

@Suite("Each way to cheat is caught by a watchtower that reads the provider's own trace")
struct ProviderTamperingTests {
  private func settled(_ tampering: Tampering) async throws -> (status: ClaimStatus, report: Watchtower.Report?) {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider(tampering: tampering)
    let (request, signature) = try ProviderNetwork.request("one two", maxNewTokens: 12)
    let answer = try await provider.answer(request, signature: signature)
    try answer.record.checkedShape(for: TinyModel.model.graph)
    let claim = try #require(try await provider.post())
    let reports = Mutex<[Watchtower.Report]>([])
    let wallet = Wallet(key: TestChain.key("challenger"), node: network.node, genesis: network.genesis)
    let watchtower = Watchtower(
      node: network.node, wallet: wallet, models: [WatchedModel(TinyModel.model)], traces: { _ in provider }, mode: .challenge,
      workers: .one,
      logger: ProviderNetwork.logger, onReport: { report in reports.withLock { $0.append(report) } })
    try await watchtower.reviewPending()
    return (try await network.node.claim(claim).claim.status, reports.withLock { $0.first })
  }

  private func isSlashed(_ status: ClaimStatus) -> Bool {
    if case .slashed(_, TestChain.account("challenger")) = status { true } else { false }
  }

  @Test("The honest are left alone")
  func honest() async throws {
    let (status, report) = try await settled(.honest)
    #expect(!isSlashed(status))
    #expect(report?.result == .honest)
  }

  @Test("A flipped bit", arguments: Array(TinyModel.model.graph.segments.indices))
  func flippedBit(segment: Int) async throws {
    let place = Tampering.LeafBit(segment: segment, row: 9, chunk: 3, bit: 1001)
    let (status, report) = try await settled(.flipBit(place))
    #expect(isSlashed(status), "\(String(describing: report))")
  }

  @Test("Another text beside the tokens")
  func swappedText() async throws { #expect(isSlashed(try await settled(.swapText(Array("forty-two".utf8))).status)) }

  @Test("Another answer, tokens and all")
  func swappedAnswer() async throws { #expect(isSlashed(try await settled(.swapAnswer(Array("yes".utf8))).status)) }

  @Test("A cheaper model")
  func substitutedModel() async throws {
    let coarse = try TinyModel.model.coarsened()
    #expect(isSlashed(try await settled(.substituteModel(coarse)).status))
  }
}
