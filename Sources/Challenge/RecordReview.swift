import Bytes
import Inference
import Merkle

/// One record held against one's own replay of it. `[TRACE-3]` `[REC-4]` `[REC-5]`
///
/// Everything here is pure: what the review needs from the provider it asks for, and the answers are checked against the record's commitment.
public struct RecordReview: Sendable {
  /// The record.
  public let record: Record
  /// The extent of its trace.
  public let extent: Extent
  private let model: Model
  private let trees: ModelTrees
  private let own: Trace
  private let workers: Workers

  /// What can be said without the provider.
  public enum Opening: Sendable {
    /// The record follows from its request.
    case honest
    /// The record lies, and this shows it.
    case fraud(Evidence)
    /// The trace is another one; the review goes on with the provider's segment roots.
    case differs(RecordReview)
  }

  /// Replays a record, which takes as long as one prefill.
  /// - Parameters:
  ///   - record: its shape was checked when it was posted.
  ///   - trees: those of the model.
  public static func open(_ record: Record, model: Model, trees: ModelTrees, workers: Workers) throws(RunRejection) -> Opening {
    for binding in Binding.allCases where !binding.holds(for: record, graph: model.graph, tokenizer: model.tokenizer) {
      return .fraud(.binding(binding))
    }
    let own = try model.replay(record, workers: workers)
    guard own.root == record.traceRoot else {
      return .differs(
        RecordReview(record: record, extent: own.extent, model: model, trees: trees, own: own, workers: workers))
    }
    let prover = StepProver(model: model, trees: trees, own: own, claimedRoots: own.segments.map(\.root))
    for (row, hash) in own.segments[model.graph.lastSegment].leafHashes.enumerated() {
      guard record.outputLeaf(ofRow: row).map({ MerkleTree.leafHash($0) }) != hash else { continue }
      if let proof = prover.token(row: row) { return .fraud(.token(proof)) }
    }
    return .honest
  }

  /// The first segment whose claimed root differs from the replay's, or nil if the roots are not those that the record commits to.
  public func firstDifferingSegment(claimedRoots: [Digest]) -> Int? {
    guard claimedRoots.count == model.graph.segments.count else { return nil }
    guard Trace.rootTree(claimedRoots, graph: model.graph, extent: extent).root == record.traceRoot else { return nil }
    return model.graph.segments.indices.first { own.segments[$0].root != claimedRoots[$0] }
  }

  /// The first leaf of a segment whose claimed hash differs from the replay's, or nil if the hashes do not have the claimed root.
  public func firstDifferingLeaf(segment: Int, claimedRoots: [Digest], claimedHashes: [Digest]) -> Int? {
    guard claimedRoots.indices.contains(segment), own.segments.indices.contains(segment) else { return nil }
    guard claimedHashes.count == model.graph.layouts[segment].leafCount(extent) else { return nil }
    guard StoredTree(leafHashes: claimedHashes).root == claimedRoots[segment] else { return nil }
    return claimedHashes.indices.first { own.segments[segment].leafHashes[$0] != claimedHashes[$0] }
  }

  /// The proof that a claimed leaf does not follow; nil if the segment has no such leaf. It replays the record once more.
  public func stepProof(
    segment: Int, leaf: Int, claimedRoots: [Digest], claimedHashes: [Digest]
  ) throws(RunRejection) -> StepProof? {
    guard model.graph.segments.indices.contains(segment), claimedHashes.indices.contains(leaf) else { return nil }
    let (position, kept) = try replay(segment: segment, leaf: leaf)
    let prover = StepProver(model: model, trees: trees, own: kept, claimedRoots: claimedRoots)
    return prover.step(
      position, claimedSegment: StoredTree(leafHashes: claimedHashes), token: record.streamToken(ofRow: position.row))
  }

  /// The descent to the first leaf that differs, by questions that the ledger makes the provider answer. `[CHAL-2]`
  public func descent(record index: UInt32, fanOut: FanOut) -> Descent { Descent(record: index, own: own, fanOut: fanOut) }

  /// The proof that a leaf which a descent has reached does not follow. It replays the record once more.
  public func stepProof(_ disputed: DisputedLeaf) throws(RunRejection) -> StepProof? {
    guard model.graph.segments.indices.contains(disputed.segment) else { return nil }
    let (position, kept) = try replay(segment: disputed.segment, leaf: disputed.leaf)
    let prover = StepProver(model: model, trees: trees, own: kept, claimedTrace: disputed.trace)
    return prover.step(position, claimedSegment: disputed.tree, token: record.streamToken(ofRow: position.row))
  }

  /// The place of a leaf, and a replay that keeps what its step reads.
  private func replay(segment: Int, leaf: Int) throws(RunRejection) -> (StepPosition, Trace) {
    let layout = model.graph.layouts[segment]
    let (row, chunk) = layout.position(ofLeaf: leaf, rows: extent.rows(of: layout.domain))
    let position = StepPosition(segment: segment, row: row, chunk: chunk)
    let needed = StepProver.neededSegments(for: position, graph: model.graph, extent: extent)
    let kept = try model.replay(record, workers: workers, keeping: needed)
    return (position, kept)
  }
}
