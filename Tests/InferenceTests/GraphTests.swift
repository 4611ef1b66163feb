import Bytes
import Inference
import TestSupport
import Testing

private struct GraphVectors: Decodable {
  struct Case: Decodable {
    let name: String
    let graph: HexBytes
    let valid: Bool
  }
  let cases: [Case]
}

@Suite("Graphs")
struct GraphTests {
  @Test(
    "Graphs are valid or not as the reference finds them [GRAPH-1] [GRAPH-2] [GRAPH-3] [GRAPH-4] [GRAPH-9] [LIM-1] [MODEL-2] [STEP-6]",
    arguments: ["graphs", "encoder-graphs", "tensor-graphs"])
  func vectors(file: String) throws {
    for vector in try Vectors.load(file, as: GraphVectors.self).cases {
      let description = try? GraphDescription(decoding: vector.graph.bytes)
      let graph = description.flatMap { try? Graph($0) }
      #expect((graph != nil) == vector.valid, "\(vector.name)")
      if let description { #expect(description.encoded == vector.graph.bytes, "\(vector.name)") }
    }
  }

  @Test("Each reason to refuse a graph is given for what causes it [GRAPH-4]")
  func rejections() {
    typealias Change = (inout GraphDescription) -> Void
    func segment(_ index: Int, _ segment: Segment) -> Change { { $0.segments[index] = segment } }
    let norm = Norm(gain: 2, epsilon: 171_798, shift: 26)
    let cases: [(GraphRejection, Change)] = [
      (.parameters, { $0.vocabulary = 100 }),
      (.parameters, { $0.context = 0 }),
      (.parameters, { $0.stopTokens = [256] }),
      (.order, { $0.segments.removeLast() }),
      (.order, { $0.segments.insert(.embedding(.init(table: 0, delta: 9)), at: 1) }),
      (.segmentReference(segment: 16), segment(16, .argmax(.init(maxima: 14)))),
      (
        .segmentReference(segment: 5), segment(5, .residual(.init(source: 5, map: .init(weights: 6), residual: 0, chunk: 32)))
      ),
      (
        .tensorReference(segment: 6),
        segment(
          6, .gate(.init(source: 5, norm: norm, map: .init(weights: 8), activation: .silu(up: .init(weights: 4)), chunk: 32, shift: 18)))
      ),
      (.sourceMismatch(segment: 5), segment(5, .residual(.init(source: 0, map: .init(weights: 6), residual: 0, chunk: 32)))),
      (.chunk(segment: 5), segment(5, .residual(.init(source: 4, map: .init(weights: 6), residual: 0, chunk: 48)))),
      (
        .shift(segment: 6),
        segment(
          6, .gate(.init(source: 5, norm: norm, map: .init(weights: 8), activation: .silu(up: .init(weights: 9)), chunk: 32, shift: 33)))
      ),
      (.shift(segment: 0), segment(0, .embedding(.init(table: 0, delta: 63)))),
    ]
    for (expected, change) in cases {
      var description = TinyModel.graph
      change(&description)
      #expect(throws: expected) { try Graph(description) }
    }
  }

  @Test("A graph whose steps cost too much is refused [LIM-1]")
  func costly() {
    var description = TinyModel.graph
    description.context = 16_384
    description.tensors[1] = .rotation(positions: 16_384, width: 32)
    #expect(throws: GraphRejection.stepTooCostly(segment: 4)) { try Graph(description) }
  }
}
