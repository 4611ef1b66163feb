import Bytes

/// Why a trace could not be read. `[TRACE-1]`
public enum TraceFailure: Error, Hashable, Sendable {
  /// The provider answers, and says that it does not give this part: the claim, record, segment or leaf is not there, or it refuses.
  case withheld
  /// The provider does not answer in time, is busy, or there is no provider at the address.
  case unreachable
  /// The answer is not what it should be: a wrong length, a wrong encoding, more bytes than a limit.
  case malformed
}

/// Where the traces of a provider's claims are read from, in process and over the network alike.
///
/// Nothing that it returns is trusted: a caller compares hashes with the record's trace root, which stands on the chain. An implementation
/// checks lengths only, so that a hostile provider cannot make the caller hold unbounded bytes.
public protocol TraceSource: Sendable {
  /// The roots of all segments of a record's trace, in graph order. `[TRACE-2]`
  func segmentRoots(claim: Digest, record: Int) async throws(TraceFailure) -> [Digest]

  /// The leaf hashes of one segment, in leaf order. `[TRACE-1]`
  func leafHashes(claim: Digest, record: Int, segment: Int) async throws(TraceFailure) -> [Digest]
}
