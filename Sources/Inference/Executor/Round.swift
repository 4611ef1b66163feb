/// Consecutive segments of which none reads another: workers do them without waiting for each other in between.
struct Round {
  let segments: Range<Int>
  /// For each segment, which of its chunks each worker takes where rows are too few to be split.
  private let parts: [[Range<Int>]]

  /// The chunks of a segment of the round for one worker.
  func chunks(of segment: Int, for worker: Int) -> Range<Int> { parts[segment - segments.lowerBound][worker] }

  /// The rounds of a graph's stream segments, in order.
  static func all(of graph: Graph, workers: Int) -> [Round] {
    var rounds: [Round] = []
    var start = 0
    for index in 1...max(1, graph.firstOutputSegment) {
      let isLast = index == graph.firstOutputSegment
      if isLast || graph.segments[index].sources.contains(where: { $0 >= start }) {
        rounds.append(Round(graph, start..<index, workers: workers))
        start = index
      }
    }
    return rounds
  }

  /// Gives chunk after chunk, those of the costliest segment first, to the worker with the least to do.
  private init(_ graph: Graph, _ segments: Range<Int>, workers: Int) {
    let costs = segments.map { graph.chunkCost(of: $0) }
    var load = [Int](repeating: 0, count: workers)
    var parts = [[Range<Int>]](repeating: [], count: segments.count)
    for offset in costs.indices.sorted(by: { (costs[$1], $0) < (costs[$0], $1) }) {
      var counts = [Int](repeating: 0, count: workers)
      for _ in 0..<graph.layouts[segments.lowerBound + offset].chunks {
        var least = 0
        for worker in 1..<max(1, workers) where load[worker] < load[least] { least = worker }
        load[least] += costs[offset]
        counts[least] += 1
      }
      var start = 0
      for count in counts {
        parts[offset].append(start..<start + count)
        start += count
      }
    }
    self.segments = segments
    self.parts = parts
  }
}

extension Graph {
  /// What a row of one chunk of a segment costs: the weights that it reads, or its columns.
  fileprivate func chunkCost(of segment: Int) -> Int {
    let width = layouts[segment].width
    let inputs = segments[segment].maps.reduce(0) { total, map in
      guard case .linear(_, let inputs, _) = tensors[map.weights] else { return total }
      return total + inputs
    }
    return width * max(1, inputs)
  }
}
