import Bytes
import Foundation
import NodeInterface

/// The traces of a provider over HTTP. Nothing that it says is believed; sizes and times are bounded.
public struct TraceClient: TraceSource {
  /// The most bytes of an answer of each kind.
  private enum Limit {
    /// The segments of a graph, 32 bytes each.
    static let roots = 32 << 12
    static let hashes = 64 << 20
  }

  /// The provider makes a trace again before it answers, and may be busy with others.
  private static let seconds: Double = 120
  /// A provider that answers byte by byte holds a watchtower up no longer than this.
  private static let longest: Double = 240

  private let transport: HTTPTransport

  /// Makes a client for the provider at `address` (http or https), or nil if that is no address.
  public init?(address: String) {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme ?? ""), url.host != nil else { return nil }
    transport = HTTPTransport(base: url)
  }

  public func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest] {
    try digests(try await get(ProviderRoute.trace.path(claim.hex, "\(record)"), limit: Limit.roots))
  }

  public func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest] {
    try digests(try await get(ProviderRoute.segment.path(claim.hex, "\(record)", "\(segment)"), limit: Limit.hashes))
  }

  private func get(_ path: String, limit: Int) async throws(TraceFailure) -> [UInt8] {
    let answer: HTTPTransport.Answer
    do throws(NodeError) {
      answer = try await transport.send("GET", path, limit: limit, seconds: TraceClient.seconds, longest: TraceClient.longest)
    } catch {
      if case .tooLarge = error { throw .malformed }
      throw .unreachable
    }
    switch answer.status {
    case 200: return answer.bytes
    case 400..<500 where answer.status != 429: throw .withheld
    default: throw .unreachable
    }
  }

  private func digests(_ bytes: [UInt8]) throws(TraceFailure) -> [Digest] {
    guard !bytes.isEmpty, bytes.count.isMultiple(of: Digest.byteCount) else { throw .malformed }
    return stride(from: 0, to: bytes.count, by: Digest.byteCount).compactMap { Digest(bytes[$0..<$0 + Digest.byteCount]) }
  }
}
