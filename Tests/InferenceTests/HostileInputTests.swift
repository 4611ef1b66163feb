import Bytes
import Cryptography
import Inference
import TestSupport
import Testing

/// Mutations of valid bytes: each is refused or gives a value that encodes to the same bytes; nothing traps.
private func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
  var mutated = bytes
  switch Int.random(in: 0..<4, using: &generator) {
  case 0: mutated.removeLast(Int.random(in: 1...mutated.count, using: &generator))
  case 1: mutated += generator.bytes(Int.random(in: 1...16, using: &generator))
  case 2:
    let start = Int.random(in: 0..<mutated.count, using: &generator)
    for index in start..<min(mutated.count, start + 4) { mutated[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &generator) ?? 0 }
  default:
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      mutated[Int.random(in: 0..<mutated.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    }
  }
  return mutated
}

@Suite("Hostile bytes are refused by name, and nothing traps")
struct HostileInputTests {
  static let mutations = 10_000

  private func context(_ record: Record) throws -> EvidenceContext {
    try #require(EvidenceContext(graph: TinyModel.model.graph, tensorsRoot: TinyModel.commitment.tensorsRoot, record: record))
  }

  @Test("Bundles [MODEL-1] [MODEL-4]")
  func bundles() throws {
    var generator = SeededGenerator.printed()
    let bundle = TinyModel.bundle
    // Most of a bundle is weights; aim at the header as often.
    let headerBytes = TinyModel.header.preamble.count
    for round in 0..<Self.mutations {
      var mutated = bundle
      if round.isMultiple(of: 2) {
        mutated = mutate(bundle, using: &generator)
      } else {
        mutated[Int.random(in: 0..<headerBytes, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      do throws(BundleRejection) { _ = try Model(ModelBytes(copying: mutated)) } catch { _ = error }
    }
  }

  @Test("A bundle is refused for the reason that is true [MODEL-1] [MODEL-4]")
  func bundleRejections() throws {
    func refused(_ bytes: [UInt8]) -> BundleRejection? {
      do throws(BundleRejection) {
        _ = try Model(ModelBytes(copying: bytes))
        return nil
      } catch { return error }
    }
    func header(_ change: (inout BundleHeader) -> Void) -> [UInt8] {
      var header = TinyModel.header
      change(&header)
      return header.preamble + TinyModel.bundle.dropFirst(TinyModel.header.preamble.count)
    }
    let bundle = TinyModel.bundle
    let start = TinyModel.header.preamble.count
    func replacing(_ offset: Int, _ byte: UInt8) -> [UInt8] {
      var bytes = bundle
      bytes[offset] = byte
      return bytes
    }
    #expect(refused(bundle) == nil)
    #expect(refused([]) == .notABundle)
    #expect(refused(replacing(0, 0)) == .notABundle)
    #expect(refused(Array(bundle.dropLast())) == .size)
    #expect(refused(bundle + [0]) == .size)
    #expect(refused(replacing(11, 255)) == .header(.countAboveLimit))
    #expect(refused(header { $0.graph.context = 0 }) == .graph(.parameters))
    #expect(refused(replacing(start, 0x80)) == .malformedLeaf(tensor: 0, leaf: 0))
    #expect(
      refused(
        header {
          $0.graph.stopTokens = [10, 300]
          $0.graph.vocabulary = 320
        }) == .graph(.tensorReference(segment: 0)))
    let padding = BundleHeader.padding(after: 12 + TinyModel.header.encoded.count)
    if padding > 0 { #expect(refused(replacing(start - 1, 1)) == .padding) }
  }

  @Test("Step proofs: a mutated one never shows fraud in an honest record [STEP-4]")
  func stepProofs() throws {
    var generator = SeededGenerator.printed()
    let honest = try TinyRecord.honest("Hello, Probity!")
    let context = try context(honest.record)
    let prover = StepProver(
      model: TinyModel.model, trees: TinyModel.trees, own: honest.trace, claimedRoots: honest.trace.segments.map(\.root))
    let graph = TinyModel.model.graph
    var proofs: [[UInt8]] = []
    for segment in graph.segments.indices {
      let leaf = graph.layouts[segment].leafCount(honest.trace.extent) - 1
      let rows = honest.trace.extent.rows(of: graph.layouts[segment].domain)
      let (row, chunk) = graph.layouts[segment].position(ofLeaf: leaf, rows: rows)
      let content = try #require(honest.trace.leaves(LeafRange(segment: segment, leaves: leaf..<leaf + 1)))
      let stream = honest.record.streamTokens
      let proof = prover.step(
        StepPosition(segment: segment, row: row, chunk: chunk), claimedLeaf: content, claimedSegment: honest.trace.segments[segment],
        token: stream[min(row, stream.count - 1)])
      proofs.append(try #require(proof).encoded)
    }
    for round in 0..<Self.mutations {
      let mutated = mutate(proofs[round % proofs.count], using: &generator)
      guard let proof = try? StepProof(decoding: mutated) else { continue }
      #expect(proof.encoded == mutated)
      #expect((try? proof.verdict(in: context)) != .fraud)
    }
  }

  @Test("Token proofs, counterexamples and records [REC-2] [REC-5] [REC-6]")
  func otherEvidence() throws {
    var generator = SeededGenerator.printed()
    let honest = try TinyRecord.honest("Hello, Probity!")
    let context = try context(honest.record)
    let prover = StepProver(
      model: TinyModel.model, trees: TinyModel.trees, own: honest.trace, claimedRoots: honest.trace.segments.map(\.root))
    let token = try #require(prover.token(row: 0)).encoded
    let counterexample = try #require(prover.counterexample(row: 0, column: 3, token: honest.record.outputTokens[0])).encoded
    let record = honest.record.encoded
    for _ in 0..<Self.mutations {
      if let proof = try? TokenProof(decoding: mutate(token, using: &generator)) {
        #expect((try? proof.verdict(in: context)) != .fraud)
      }
      if let proof = try? Counterexample(decoding: mutate(counterexample, using: &generator)) {
        #expect((try? proof.verdict(in: context)) != .fraud)
      }
      let bytes = mutate(record, using: &generator)
      if let decoded = try? Record(decoding: bytes) { #expect(decoded.encoded == bytes) }
    }
  }
}
