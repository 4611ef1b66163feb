import Bytes
import Inference
import NodeInterface

extension Provider: TraceSource {
  /// The most bytes of leaves that one request gets.
  public static let leafBytesLimit = 1 << 20

  public nonisolated func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest] {
    try await traces.trace(of: try await postedRecord(claim: claim, record: record), keeping: nil).segments.map(\.root)
  }

  public nonisolated func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest] {
    guard model.graph.segments.indices.contains(segment) else { throw .withheld }
    let trace = try await traces.trace(of: try await postedRecord(claim: claim, record: record), keeping: nil)
    return trace.segments[segment].leafHashes
  }

  public nonisolated func leaf(claim: Digest, record: Int, segment: Int, index: Int) async throws(TraceFailure) -> [UInt8] {
    guard index >= 0, index < .max else { throw .withheld }
    return try await leaves(claim: claim, record: record, segment: segment, range: index..<index + 1)
  }

  /// The bytes of a range of a segment's leaves, one after the other; withheld if there is no such range or it has more than `leafBytesLimit` bytes.
  public nonisolated func leaves(claim: Digest, record: Int, segment: Int, range: Range<Int>) async throws(TraceFailure) -> [UInt8] {
    guard model.graph.segments.indices.contains(segment) else { throw .withheld }
    let record = try await postedRecord(claim: claim, record: record)
    let layout = model.graph.layouts[segment]
    guard
      let extent = record.extent, !range.isEmpty, range.lowerBound >= 0, range.upperBound <= layout.leafCount(extent),
      range.count <= Provider.leafBytesLimit / layout.leafBytes
    else { throw .withheld }
    let trace = try await traces.trace(of: record, keeping: segment)
    guard let leaves = trace.leaves(LeafRange(segment: segment, leaves: range)) else { throw .withheld }
    return leaves
  }

  /// A record of a claim that this provider posted.
  private func postedRecord(claim: Digest, record: Int) throws(TraceFailure) -> Record {
    guard let index = UInt32(exactly: record) else { throw .withheld }
    let found: Record?
    do {
      found = try journal.record(at: ClaimPlace(claim: claim, record: index))
    } catch {
      logger.error("a record could not be read", metadata: ["reason": "\(error)"])
      throw .unreachable
    }
    guard let found else { throw .withheld }
    return found
  }
}
