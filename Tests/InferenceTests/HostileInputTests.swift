import Bytes
import Cryptography
import Inference
import TestSupport
import Testing

@Suite("Hostile bytes are refused by name, and nothing traps")
struct HostileInputTests {
  private func context(_ record: Record) throws -> EvidenceContext {
    try #require(EvidenceContext(graph: TinyModel.model.graph, tensorsRoot: TinyModel.commitment.tensorsRoot, record: record))
  }

  @Test("Bundles [MODEL-1] [MODEL-4]")
  func bundles() throws {
    var generator = SeededGenerator.printed()
    let whole = generator.mutations(of: [TinyModel.bundle]) { (bytes: [UInt8]) throws(BundleRejection) in
      _ = try Model(ModelBytes(copying: bytes))
      return bytes
    }
    #expect(whole.isSound && whole.accepted > 100, "\(whole)")
    // Most of a bundle is weights: once more with the faults in the header, behind a length that is right.
    let weights = TinyModel.bundle.dropFirst(TinyModel.header.preamble.count)
    let header = generator.mutations(of: [TinyModel.header.encoded]) { (bytes: [UInt8]) throws(BundleRejection) in
      var writer = ByteWriter()
      writer.writeFixed(BundleHeader.magic)
      writer.writeCounted(bytes)
      writer.writeFixed([UInt8](repeating: 0, count: BundleHeader.padding(after: writer.bytes.count)))
      _ = try Model(ModelBytes(copying: writer.bytes + weights))
      return (try? BundleHeader(decoding: bytes))?.encoded ?? []
    }
    #expect(header.isSound && header.accepted > 100, "\(header)")
  }

  @Test("Graphs [GRAPH-1]")
  func graphs() {
    var generator = SeededGenerator.printed()
    var refusals: Set<String> = []
    let outcome = generator.mutations(of: [TinyModel.graph]) { description in
      do throws(GraphRejection) {
        let graph = try Graph(description)
        #expect(graph.layouts.count == description.segments.count)
      } catch {
        refusals.insert("\(error)".prefix { $0 != "(" }.description)
      }
    }
    #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
    #expect(refusals.count > 3, "\(refusals)")
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
    var proofs: [StepProof] = []
    for segment in graph.segments.indices {
      let leaf = graph.layouts[segment].leafCount(honest.trace.extent) - 1
      let rows = honest.trace.extent.rows(of: graph.layouts[segment].domain)
      let (row, chunk) = graph.layouts[segment].position(ofLeaf: leaf, rows: rows)
      let stream = honest.record.streamTokens
      let proof = prover.step(
        StepPosition(segment: segment, row: row, chunk: chunk), claimedSegment: honest.trace.segments[segment],
        token: stream[min(row, stream.count - 1)])
      proofs.append(try #require(proof))
    }
    let outcome = generator.mutations(of: proofs) { #expect((try? $0.verdict(in: context)) != .fraud) }
    #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
  }

  @Test("Token proofs and counterexamples: a mutated one never shows fraud in an honest record [REC-5] [REC-6]")
  func otherEvidence() throws {
    var generator = SeededGenerator.printed()
    let honest = try TinyRecord.honest("Hello, Probity!")
    let context = try context(honest.record)
    let prover = StepProver(
      model: TinyModel.model, trees: TinyModel.trees, own: honest.trace, claimedRoots: honest.trace.segments.map(\.root))
    let tokens = [try #require(prover.token(row: 0)), try #require(prover.token(row: 1))]
    let tokenOutcome = generator.mutations(of: tokens) { #expect((try? $0.verdict(in: context)) != .fraud) }
    #expect(tokenOutcome.isSound && tokenOutcome.accepted > 100, "\(tokenOutcome)")
    let counterexample = try #require(prover.counterexample(row: 0, column: 3, token: honest.record.outputTokens[0]))
    let outcome = generator.mutations(of: [counterexample]) { #expect((try? $0.verdict(in: context)) != .fraud) }
    #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
  }

  @Test("Records and batches [REC-2] [REC-7]")
  func records() throws {
    var generator = SeededGenerator.printed()
    let records = try ["Hello, Probity!", "one two"].map { try TinyRecord.honest($0).record }
    let outcome = generator.mutations(of: records)
    #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
    let batches = generator.mutations(of: [TestRecords.batch(records), TestRecords.batch([records[0]])]) { batch in
      #expect((1...Batch.recordLimit).contains(batch.records.count))
    }
    #expect(batches.isSound && batches.accepted > 100, "\(batches)")
  }
}
