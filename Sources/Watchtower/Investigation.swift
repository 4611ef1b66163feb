import Bytes
import Challenge
import Cryptography
import Inference
import NodeInterface

/// The review of one record, with what it asks the provider for.
struct Investigation: Sendable {
  let claim: Digest
  let index: Int
  let record: Record
  let held: WatchedModel
  let source: (any TraceSource)?
  let workers: Workers
  let replays: ReplayQueue

  enum Finding: Sendable {
    case honest
    case fraud(Evidence)
    /// The trace is wrong, and what would prove it is withheld. The place of the availability challenge is here.
    case unverified(String)
  }

  /// What can be said without the provider, and what cannot.
  enum Opening: Sendable {
    case found(Finding)
    case differs(RecordReview)
  }

  /// Replays the record; asks nobody.
  func opening() async -> Opening {
    let opening = await replays.run { () throws(RunRejection) in
      try RecordReview.open(record, model: held.model, trees: held.trees, workers: workers)
    }
    switch opening {
    case .failure(let rejection): return .found(.unverified("the record cannot be replayed: \(rejection)"))
    case .success(.honest): return .found(.honest)
    case .success(.fraud(let evidence)): return .found(.fraud(evidence))
    case .success(.differs(let review)): return .differs(review)
    }
  }

  /// Asks the provider for the leaf that is wrong; as slow as the provider is.
  func pursuit(of review: RecordReview) async -> Finding {
    guard let source else { return .unverified("the trace differs, and no address is known for the provider's trace") }
    do { return try await pursue(review, source) } catch { return .unverified("the trace differs, and the provider's is \(error)") }
  }

  private func pursue(_ review: RecordReview, _ source: any TraceSource) async throws(TraceFailure) -> Finding {
    let roots = try await source.segmentRoots(claim: claim, record: index)
    guard let segment = review.firstDifferingSegment(claimedRoots: roots) else { throw .malformed }
    let hashes = try await source.leafHashes(claim: claim, record: index, segment: segment)
    guard let leaf = review.firstDifferingLeaf(segment: segment, claimedRoots: roots, claimedHashes: hashes) else { throw .malformed }
    let proof = await replays.run { () throws(RunRejection) in
      try review.stepProof(segment: segment, leaf: leaf, claimedRoots: roots, claimedHashes: hashes)
    }
    switch proof {
    case .failure(let rejection): return .unverified("the record cannot be replayed: \(rejection)")
    case .success(nil): throw .malformed
    case .success(let proof?): return .fraud(.step(proof))
    }
  }
}
