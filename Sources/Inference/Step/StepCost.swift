/// What checking a step costs, counted before any work is done. `[STEP-6]`
public struct StepCost: Hashable, Sendable {
  /// Bytes of leaves and proofs.
  public let bytes: Int
  /// Multiply-adds.
  public let multiplyAdds: Int

  /// The most bytes that a step may cost. `[LIM-1]`
  public static let byteLimit = 1 << 20
  /// The most multiply-adds that a step may cost. `[LIM-1]`
  public static let multiplyAddLimit = 1 << 22

  /// Whether both are within the limits. `[LIM-1]`
  public var isWithinLimits: Bool { bytes <= StepCost.byteLimit && multiplyAdds <= StepCost.multiplyAddLimit }
}

extension Graph {
  /// The cost of a step. `[STEP-6]`
  /// - Precondition: the graph contains the position.
  public func cost(of position: StepPosition, in extent: Extent) -> StepCost {
    let partBytes = 4096
    var bytes = 1024 + partBytes
    var multiplyAdds = 0
    for read in reads(of: position, in: extent) { bytes += read.leaves.count * layouts[read.segment].leafBytes + partBytes }
    for read in tensorReads(of: position, token: 0, block: 0) {
      bytes += read.leaves.count * tensors[read.tensor].leafBytes + partBytes
      if case .linear(_, let inputs, _) = tensors[read.tensor] { multiplyAdds += TensorShape.blockChannels * inputs * read.leaves.count }
    }
    if case .attention(let fields) = segments[position.segment] {
      multiplyAdds +=
        2 * fields.headsPerGroup * fields.width * fields.visibleRows(ofRow: position.row, streamRows: extent.streamRows)
    }
    if case .int8(let segment) = segments[position.segment] {
      multiplyAdds = segment.multiplyAdds(shape: shapes[position.segment], shapes: shapes, tensors: tensors)
    }
    return StepCost(bytes: bytes, multiplyAdds: multiplyAdds)
  }

  /// The cost of the most costly step of a tensor graph's segment: one whose window reaches over the most rows. `[STEP-8]`
  func worstInt8Cost(ofSegment segment: Int) -> StepCost {
    guard case .int8(let fields) = segments[segment] else { return StepCost(bytes: 0, multiplyAdds: 0) }
    let last = shapes[segment].rows - 1
    // Windows that start in the padding reach over ever more rows, those after it over ever fewer.
    let inside = min(last, fields.firstRowBelowPadding)
    func readRows(_ row: Int) -> Int { fields.rows(of: row, shapes: shapes).reduce(0) { $0 + $1.count } }
    let row = inside > 0 && readRows(inside - 1) > readRows(inside) ? inside - 1 : inside
    return cost(of: StepPosition(segment: segment, row: row, chunk: 0), in: .tensor)
  }

  /// The cost of the segment's most costly step in the longest stream. `[GRAPH-9]`
  func worstStepCost(ofSegment segment: Int) -> StepCost {
    let extent = Extent(promptCount: context, outputCount: 1)
    let row = extent.rows(of: layouts[segment].domain) - 1
    return cost(of: StepPosition(segment: segment, row: row, chunk: costliestChunk(ofSegment: segment)), in: extent)
  }

  /// Chunks of a residual lie over more or fewer leaves of the base, by how far into a leaf they start; all other segments' cost alike.
  private func costliestChunk(ofSegment segment: Int) -> Int {
    guard case .residual(let fields) = segments[segment], fields.norm == nil else { return 0 }
    let base = layouts[fields.residual].width
    // Both widths are multiples of 16, so the starts repeat after at most a 16th of the base's width.
    let chunks = 0..<min(layouts[segment].chunks, base / TensorShape.blockChannels)
    return chunks.max { $0 * fields.chunk % base < $1 * fields.chunk % base } ?? 0
  }
}
