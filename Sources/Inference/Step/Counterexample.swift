import Bytes
import Tensors

/// Shows a column whose logit beats that of a token that the record gives. `[REC-6]`
public struct Counterexample: Hashable, Sendable {
  /// The generation row.
  public var row: Int
  /// The better column.
  public var column: Int
  /// The stream row that the logits are computed from.
  public var stream: TreePart
  /// The norm's parts, the block of the column, the block of the token.
  public var tensors: [TreePart]

  /// Makes a counterexample.
  public init(row: Int, column: Int, stream: TreePart, tensors: [TreePart]) {
    self.row = row
    self.column = column
    self.stream = stream
    self.tensors = tensors
  }

  /// The stream row that the proof shows.
  static func streamRead(ofRow row: Int, maxima: Segment.Maxima, graph: Graph, extent: Extent) -> LeafRange {
    let chunks = graph.layouts[maxima.source].chunks
    let start = extent.streamRow(ofOutputRow: row) * chunks
    return LeafRange(segment: maxima.source, leaves: start..<start + chunks)
  }

  /// The tensor leaves that the proof shows.
  static func tensorReads(column: Int, token: UInt32, maxima: Segment.Maxima, graph: Graph) -> [TensorRange] {
    let columns = [column, Int(token)]
    return graph.reads(of: maxima.norm)
      + columns.map { column in
        let block = column / TensorShape.blockChannels
        return TensorRange(tensor: maxima.weights, leaves: block..<block + 1)
      }
  }

  /// Computes both logits and compares. `[REC-6]`
  public func verdict(in context: EvidenceContext) throws(EvidenceRejection) -> EvidenceVerdict {
    let graph = context.graph
    guard
      let maxima = graph.maxima, (0..<context.extent.outputCount).contains(row), (0..<graph.vocabulary).contains(column)
    else { throw .position }
    let token = context.record.outputTokens[row]
    let reads = Counterexample.tensorReads(column: column, token: token, maxima: maxima, graph: graph)
    guard tensors.count == reads.count else { throw .partCount }
    let streamRead = Counterexample.streamRead(ofRow: row, maxima: maxima, graph: graph, extent: context.extent)
    guard context.verifies(stream, holds: streamRead) else { throw .part }
    for (part, read) in zip(tensors, reads) { guard context.verifies(part, holds: read) else { throw .part } }
    for (part, read) in zip(tensors, reads) where !context.isWellFormed(part, of: read) { return .fraud }

    var parts = TensorParts(tensors.map(\.leaves), of: graph)
    let row = parts.quantised(LeafValues.int32(stream.leaves), by: maxima.norm)
    let better = parts.channels(of: maxima.weights, row)[column % TensorShape.blockChannels]
    let claimed = parts.channels(of: maxima.weights, row)[Int(token) % TensorShape.blockChannels]
    return better > claimed || (better == claimed && column < Int(token)) ? .fraud : .honest
  }
}

extension Counterexample: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    row = Int(try reader.read(UInt32.self))
    column = Int(try reader.read(UInt32.self))
    stream = try TreePart(from: &reader)
    tensors = try reader.readList(atMost: 4) { (reader: inout ByteReader) throws(DecodingRejection) in try TreePart(from: &reader) }
  }

  public func encode(to writer: inout ByteWriter) {
    for index in [row, column] { writer.writeCount(index) }
    stream.encode(to: &writer)
    writer.writeList(tensors) { $1.encode(to: &$0) }
  }
}
