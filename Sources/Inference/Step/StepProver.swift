import Bytes
import Merkle

/// Makes evidence against a claimed trace from one's own replay. `[STEP-3]`
///
/// Up to the first differing leaf both traces agree, so the replay's leaves are the claimed ones wherever the step reads.
public struct StepProver: Sendable {
  private let model: Model
  private let trees: ModelTrees
  private let own: Trace
  private let claimedRoots: any ClaimedTree

  /// Makes a prover.
  /// - Parameters:
  ///   - own: the replay, with the leaves kept that the proof needs.
  ///   - claimedRoots: the claimed roots of all segments, in graph order.
  public init(model: Model, trees: ModelTrees, own: Trace, claimedRoots: [Digest]) {
    precondition(claimedRoots.count == own.graph.segments.count)
    self.init(
      model: model, trees: trees, own: own, claimedTrace: Trace.rootTree(claimedRoots, graph: own.graph, extent: own.extent))
  }

  /// Makes a prover against a claimed trace tree that is known at least along the way to its first segment that differs.
  /// - Parameter own: the replay, with the leaves kept that the proof needs.
  public init(model: Model, trees: ModelTrees, own: Trace, claimedTrace: any ClaimedTree) {
    self.model = model
    self.trees = trees
    self.own = own
    claimedRoots = claimedTrace
  }

  /// The trace root that the claimed roots lead to, or nil if too little of them is known.
  public var claimedTraceRoot: Digest? { claimedRoots.claimedRoot }

  /// The segments whose leaves a replay has to keep for a step proof.
  public static func neededSegments(for position: StepPosition, graph: Graph, extent: Extent) -> Set<Int> {
    Set(graph.reads(of: position, in: extent).map(\.segment))
  }

  /// The proof that a claimed leaf is not what its step gives; nil if the replay kept too little.
  /// - Parameters:
  ///   - claimedSegment: the claimed tree of the segment.
  ///   - token: the stream's token of the row, which an embedding reads.
  public func step(_ position: StepPosition, claimedSegment: any ClaimedTree, token: UInt32) -> StepProof? {
    let graph = own.graph
    let layout = graph.layouts[position.segment]
    let index = layout.leafIndex(row: position.row, chunk: position.chunk, rows: own.extent.rows(of: layout.domain))
    guard let claimed = leafPart(index, of: position.segment, tree: claimedSegment) else { return nil }
    var reads: [TreePart] = []
    for read in graph.reads(of: position, in: own.extent) {
      guard let part = ownPart(read) else { return nil }
      reads.append(part)
    }
    var block = 0
    if case .argmax = graph.segments[position.segment] { block = StepComputation.winningBlock(maximaRow: reads[0].leaves) }
    let tensors = graph.tensorReads(of: position, token: token, block: block).map { trees.part($0, of: model) }
    return StepProof(position: position, claimed: claimed, reads: reads, tensors: tensors)
  }

  /// The proof that the argmax leaf of a row is another token than the record's; nil for a row that the trace does not have.
  public func token(row: Int) -> TokenProof? {
    let segment = own.graph.lastSegment
    return leafPart(row, of: segment, tree: own.segments[segment]).map { TokenProof(row: row, leaf: $0) }
  }

  /// The proof that a column beats the record's token in a row; nil if the maxima's source was not kept.
  public func counterexample(row: Int, column: Int, token: UInt32) -> Counterexample? {
    guard let maxima = own.graph.maxima else { return nil }
    let read = Counterexample.streamRead(ofRow: row, maxima: maxima, graph: own.graph, extent: own.extent)
    guard let stream = ownPart(read) else { return nil }
    let tensors = Counterexample.tensorReads(column: column, token: token, maxima: maxima, graph: own.graph).map {
      trees.part($0, of: model)
    }
    return Counterexample(row: row, column: column, stream: stream, tensors: tensors)
  }

  private func ownPart(_ read: LeafRange) -> TreePart? {
    guard let content = own.leaves(read) else { return nil }
    return part(read, content: content, tree: own.segments[read.segment])
  }

  private func part(_ read: LeafRange, content: [UInt8], tree: StoredTree) -> TreePart? {
    guard
      let range = tree.rangeProof(UInt64(read.leaves.lowerBound)..<UInt64(read.leaves.upperBound)),
      let place = claimedRoots.claimedProof(of: UInt64(read.segment)..<UInt64(read.segment) + 1)
    else { return nil }
    return TreePart(root: tree.root, place: place, leaves: content, range: range)
  }

  private func leafPart(_ leaf: Int, of segment: Int, tree: any ClaimedTree) -> LeafPart? {
    let (leaf, segment) = (UInt64(leaf), UInt64(segment))
    guard
      let leafHash = tree.claimedHash(ofLeaf: leaf), let range = tree.claimedProof(of: leaf..<leaf + 1), let root = tree.claimedRoot,
      let place = claimedRoots.claimedProof(of: segment..<segment + 1)
    else { return nil }
    return LeafPart(root: root, place: place, leafHash: leafHash, range: range)
  }
}
