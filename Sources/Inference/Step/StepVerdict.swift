import Bytes
import Merkle

/// Why evidence proves nothing at all. `[STEP-4]`
public enum EvidenceRejection: Error, Hashable, Sendable {
  /// An index names no leaf, row or column.
  case position
  /// There are more or fewer parts than the step reads.
  case partCount
  /// A part's size or proof does not verify.
  case part
}

/// What checking evidence shows. `[STEP-4]`
public enum EvidenceVerdict: Hashable, Sendable {
  /// The record lies.
  case fraud
  /// What the record claims here is right.
  case honest
}

/// What evidence is checked against: a model as the chain knows it and a record. `[STEP-4]`
public struct EvidenceContext: Sendable {
  /// The program.
  public let graph: Graph
  /// The root over the tensors' roots.
  public let tensorsRoot: Digest
  /// The record, its shape checked.
  public let record: Record
  /// The record's extent.
  public let extent: Extent

  /// Makes a context; nil if the output is that of another task, the record's lists are empty, its stream is longer than the context, or a
  /// token is outside the vocabulary.
  public init?(graph: Graph, tensorsRoot: Digest, record: Record) {
    guard
      record.task == graph.task, let extent = record.extent, graph.admits(extent),
      (record.promptTokens + record.outputTokens).allSatisfy({ Int($0) < graph.vocabulary })
    else { return nil }
    self.graph = graph
    self.tensorsRoot = tensorsRoot
    self.record = record
    self.extent = extent
  }

  func verifies(_ part: TreePart, holds read: LeafRange) -> Bool {
    let layout = graph.layouts[read.segment]
    return part.verifies(
      read.leaves, leafBytes: layout.leafBytes, leafCount: layout.leafCount(extent), index: read.segment, treeCount: graph.segments.count,
      rootOfRoots: record.traceRoot)
  }

  /// Whether a part shows the hash of the claimed leaf of a segment. `[STEP-4]`
  func verifies(_ part: LeafPart, claims leaf: Int, of segment: Int) -> Bool {
    part.verifies(
      leaf: leaf, leafCount: graph.layouts[segment].leafCount(extent), index: segment, treeCount: graph.segments.count,
      rootOfRoots: record.traceRoot)
  }

  func verifies(_ part: TreePart, holds read: TensorRange) -> Bool {
    let shape = graph.tensors[read.tensor]
    return part.verifies(
      read.leaves, leafBytes: shape.leafBytes, leafCount: shape.leafCount, index: read.tensor, treeCount: graph.tensors.count,
      rootOfRoots: tensorsRoot)
  }

  /// Whether every leaf of a tensor part is well formed. `[MODEL-4]`
  func isWellFormed(_ part: TreePart, of read: TensorRange) -> Bool {
    let shape = graph.tensors[read.tensor]
    return part.leaves.withUnsafeBytes { buffer in
      read.leaves.indices.allSatisfy { leaf in
        let start = (leaf - read.leaves.lowerBound) * shape.leafBytes
        return shape.isWellFormed(UnsafeRawBufferPointer(rebasing: buffer[start..<start + shape.leafBytes]))
      }
    }
  }
}

extension StepProof {
  /// Re-executes the step and compares. `[STEP-4]`
  public func verdict(in context: EvidenceContext) throws(EvidenceRejection) -> EvidenceVerdict {
    let graph = context.graph
    guard graph.contains(position, in: context.extent) else { throw .position }
    let leafReads = graph.reads(of: position, in: context.extent)
    guard reads.count == leafReads.count else { throw .partCount }
    let layout = graph.layouts[position.segment]
    let leaf = layout.leafIndex(row: position.row, chunk: position.chunk, rows: context.extent.rows(of: layout.domain))
    guard context.verifies(claimed, claims: leaf, of: position.segment) else { throw .part }
    for (part, read) in zip(reads, leafReads) { guard context.verifies(part, holds: read) else { throw .part } }

    let token = context.record.streamToken(ofRow: position.row)
    var block = 0
    if case .argmax = graph.segments[position.segment] { block = StepComputation.winningBlock(maximaRow: reads[0].leaves) }
    let tensorReads = graph.tensorReads(of: position, token: token, block: block)
    guard tensors.count == tensorReads.count else { throw .partCount }
    for (part, read) in zip(tensors, tensorReads) { guard context.verifies(part, holds: read) else { throw .part } }
    for (part, read) in zip(tensors, tensorReads) where !context.isWellFormed(part, of: read) { return .fraud }

    let computation = StepComputation(
      graph: graph, position: position, token: token, input: context.record.request.tensor ?? [], reads: reads.map(\.leaves),
      tensors: tensors.map(\.leaves))
    guard let computed = computation.leaf() else { return .fraud }
    return MerkleTree.leafHash(computed) == claimed.leafHash ? .honest : .fraud
  }
}
