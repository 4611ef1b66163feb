import Bytes
import Inference
import Tensors
import TestSupport
import Testing

@Suite("Graphs of tensors are checked before anything runs")
struct TensorGraphTests {
  let good = TinyTensorModel.model.graph.description

  private func rejection(_ change: (inout GraphDescription) -> Void) -> GraphRejection? {
    var graph = good
    change(&graph)
    do throws(GraphRejection) {
      _ = try Graph(graph)
      return nil
    } catch {
      return error
    }
  }

  private func convolution(_ segment: Int, _ change: (inout Int8Segment.Convolution) -> Void) -> GraphRejection? {
    rejection {
      guard case .int8(.convolution(var fields)) = $0.segments[segment] else { return }
      change(&fields)
      $0.segments[segment] = .int8(.convolution(fields))
    }
  }

  @Test("Each broken rule has its rejection [GRAPH-20] [GRAPH-21] [GRAPH-22]")
  func rejections() {
    #expect(rejection { _ in } == nil)
    #expect(rejection { $0.segments = [] } == .order)
    #expect(rejection { $0.segments[1] = $0.segments[0] } == .order)
    #expect(rejection { $0.segments.removeFirst() } == .order)
    #expect(rejection { $0.segments[4] = .argmax(.init(maxima: 3)) } == .order)
    #expect(rejection { $0.vocabulary = 64 } == .parameters)
    #expect(rejection { $0.tensors[0] = .vector(count: 4) } == .parameters)
    #expect(rejection { $0.segments.removeLast() } == .chunk(segment: 11))
    #expect(convolution(1) { $0.source = 1 } == .segmentReference(segment: 1))
    #expect(convolution(1) { $0.weights = 9 } == .tensorReference(segment: 1))
    #expect(convolution(1) { $0.weights = 3 } == .tensorReference(segment: 1))
    #expect(convolution(1) { $0.weights = 1 } == .sourceMismatch(segment: 1))
    #expect(convolution(1) { $0.chunk = 4 } == .chunk(segment: 1))
    #expect(convolution(1) { $0.chunk = 0 } == .chunk(segment: 1))
    #expect(convolution(1) { $0.sweep.rows = 6 } == .sourceMismatch(segment: 1))
    #expect(convolution(1) { $0.sweep.window.top = 3 } == .sourceMismatch(segment: 1))
    #expect(convolution(1) { $0.sweep.window.strideY = 0 } == .sourceMismatch(segment: 1))
    #expect(
      convolution(1) {
        $0.range.low = 100
        $0.range.high = 99
      } == .shift(segment: 1))
    #expect(convolution(3) { $0.sum?.scale.shift = 63 } == .shift(segment: 3))
    #expect(convolution(3) { $0.addend = 0 } == .sourceMismatch(segment: 3))
    #expect(rejection { $0.segments[4] = .int8(.table(.init(source: 3, table: 0))) } == .tensorReference(segment: 4))
    #expect(rejection { $0.segments[7] = .int8(.concatenation(.init(sources: [5]))) } == .segmentReference(segment: 7))
    #expect(rejection { $0.segments[7] = .int8(.concatenation(.init(sources: [0, 5]))) } == .sourceMismatch(segment: 7))
  }

  /// Small graphs that would ask for much work or memory. `[STEP-8]`
  @Test func hugeStepsAreRefused() {
    func graph(_ window: Int8Window, rows: Int, columns: Int, channels: Int, outRows: Int, outColumns: Int) -> GraphDescription {
      let inputs = window.cells * channels
      return GraphDescription(
        tensors: [.convolution(channels: 8, inputs: min(32768, inputs))],
        int8Segments: [
          .input(.init(rows: rows, columns: columns, channels: channels)),
          .convolution(
            .init(
              source: 0, weights: 0, sweep: .init(window: window, rows: outRows, columns: outColumns), isDepthwise: false, inputZero: 0,
              range: Int8Range(zero: 0), chunk: 8)),
        ])
    }
    let wide = Int8Window(height: 2, width: 2, dilationX: 256)
    #expect(throws: GraphRejection.stepTooCostly(segment: 1)) {
      try Graph(graph(wide, rows: 2, columns: 16, channels: 8192, outRows: 1, outColumns: 1))
    }
    #expect(throws: GraphRejection.stepTooCostly(segment: 1)) {
      try Graph(graph(Int8Window(width: 3), rows: 1, columns: 1024, channels: 256, outRows: 1, outColumns: 1022))
    }
    #expect(throws: GraphRejection.sourceMismatch(segment: 0)) {
      try Graph(graph(Int8Window(), rows: 16384, columns: 16384, channels: 64, outRows: 1, outColumns: 1))
    }
  }

  @Test("A bundle with a number out of range is refused on load [MODEL-4] [MODEL-8]")
  func malformedLeaves() throws {
    let bytes = TinyTensorModel.vectors.bundle.bytes
    let block = Array(TinyTensorModel.model.leaves(0..<1, of: 0))
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: block) })
    let shifts = start + 16 * 14 + 64
    for (place, value) in [(start + 16 * 14 + 3, UInt8(0x7f)), (start + 16 * 14 + 32 + 3, 0x80), (shifts, 1), (shifts, 63)] {
      var changed = bytes
      changed[place] = value
      #expect(throws: BundleRejection.malformedLeaf(tensor: 0, leaf: 0)) { try Model(ModelBytes(copying: changed)) }
    }
  }

  @Test("No mutation of the bundle or the graph makes a machine stop")
  func mutations() {
    var generator = SeededGenerator.printed()
    let bundle = TinyTensorModel.vectors.bundle.bytes
    let graph = TinyTensorModel.vectors.graph.bytes
    for _ in 0..<2000 {
      _ = try? Model(ModelBytes(copying: generator.mutated(bundle)))
      guard let description = try? GraphDescription(decoding: generator.mutated(graph)) else { continue }
      #expect((try? GraphDescription(decoding: description.encoded)) == description)
      _ = try? Graph(description)
    }
  }
}
