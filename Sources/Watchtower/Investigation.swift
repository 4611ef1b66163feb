import Bytes
import Challenge
import Cryptography
import Dispatch
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

  enum Finding: Sendable {
    case honest
    case fraud(Evidence)
    /// The trace is wrong, and what would prove it is withheld. The place of the availability challenge is here.
    case unverified(String)
  }

  func finding() async -> Finding {
    let opening = await replaying { () throws(RunRejection) in
      try RecordReview.open(record, model: held.model, trees: held.trees, workers: workers)
    }
    switch opening {
    case .failure(let rejection): return .unverified("the record cannot be replayed: \(rejection)")
    case .success(.honest): return .honest
    case .success(.fraud(let evidence)): return .fraud(evidence)
    case .success(.differs(let review)):
      guard let source else { return .unverified("the trace differs, and no address is known for the provider's trace") }
      do { return try await pursue(review, source) } catch { return .unverified("the trace differs, and the provider's is \(error)") }
    }
  }

  private func pursue(_ review: RecordReview, _ source: any TraceSource) async throws(TraceFailure) -> Finding {
    let roots = try await source.segmentRoots(claim: claim, record: index)
    guard let segment = review.firstDifferingSegment(claimedRoots: roots) else { throw .malformed }
    let hashes = try await source.leafHashes(claim: claim, record: index, segment: segment)
    guard let leaf = review.firstDifferingLeaf(segment: segment, claimedRoots: roots, claimedHashes: hashes) else { throw .malformed }
    let bytes = try await source.leaf(claim: claim, record: index, segment: segment, index: leaf)
    let proof = await replaying { () throws(RunRejection) in
      try review.stepProof(segment: segment, leaf: leaf, claimedRoots: roots, claimedHashes: hashes, claimedLeaf: bytes)
    }
    switch proof {
    case .failure(let rejection): return .unverified("the record cannot be replayed: \(rejection)")
    case .success(nil): throw .malformed
    case .success(let proof?): return .fraud(.step(proof))
    }
  }

  /// Runs a replay off the threads of the concurrency runtime, which must not be held for seconds.
  private func replaying<Value: Sendable>(_ body: @escaping @Sendable () throws(RunRejection) -> Value) async -> Result<Value, RunRejection>
  {
    await withCheckedContinuation { continuation in
      DispatchQueue.global(qos: .userInitiated).async {
        do throws(RunRejection) { continuation.resume(returning: .success(try body())) } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
  }
}
