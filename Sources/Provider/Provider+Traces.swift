import Bytes
import Inference
import NodeInterface

extension Provider: TraceSource {
  public nonisolated func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest] {
    try await traces.trace(of: try await postedRecord(claim: claim, record: record)).segments.map(\.root)
  }

  public nonisolated func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest] {
    guard model.graph.segments.indices.contains(segment) else { throw .withheld }
    let trace = try await traces.trace(of: try await postedRecord(claim: claim, record: record))
    return trace.segments[segment].leafHashes
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
