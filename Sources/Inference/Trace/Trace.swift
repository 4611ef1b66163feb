import Bytes
import Merkle

/// The trees over one inference. `[TRACE-1]` `[TRACE-2]`
public struct Trace: Sendable {
  /// The graph that the shape follows from.
  public let graph: Graph
  /// The counts that the shape follows from.
  public let extent: Extent
  /// One tree for each segment.
  public let segments: [StoredTree]
  /// The tree over the segments' roots.
  public let roots: StoredTree
  /// The leaves of segments that were kept, in leaf order, one after the other.
  public let leaves: [Int: [UInt8]]

  /// Builds the trees.
  /// - Precondition: there are as many hashes as the graph and the extent demand.
  public init(graph: Graph, extent: Extent, leafHashes: [[Digest]], leaves: [Int: [UInt8]]) {
    precondition(leafHashes.count == graph.segments.count)
    for (layout, hashes) in zip(graph.layouts, leafHashes) { precondition(hashes.count == layout.leafCount(extent)) }
    self.graph = graph
    self.extent = extent
    self.leaves = leaves
    segments = leafHashes.map { StoredTree(leafHashes: $0) }
    roots = Trace.rootTree(segments.map(\.root), graph: graph, extent: extent)
  }

  /// The root that a record commits to. `[TRACE-2]`
  public var root: Digest { roots.root }

  /// The tree over segment roots. `[TRACE-2]`
  public static func rootTree(_ segmentRoots: [Digest], graph: Graph, extent: Extent) -> StoredTree {
    StoredTree(
      leafHashes: segmentRoots.enumerated().map { index, root in
        MerkleTree.leafHash(TreePart.rootLeaf(index: index, leafCount: graph.layouts[index].leafCount(extent), root: root))
      })
  }

  /// The bytes of a range of leaves, or nil if the segment was not kept.
  public func leaves(_ range: LeafRange) -> [UInt8]? {
    let leafBytes = graph.layouts[range.segment].leafBytes
    guard let all = leaves[range.segment], range.leaves.upperBound * leafBytes <= all.count else { return nil }
    return Array(all[range.leaves.lowerBound * leafBytes..<range.leaves.upperBound * leafBytes])
  }
}
