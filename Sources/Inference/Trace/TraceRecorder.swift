import Bytes
import Cryptography

/// Takes leaves as the executor makes them, in any order and from any worker, and keeps their hashes. `[TRACE-1]`
public final class TraceRecorder: @unchecked Sendable {
  private let graph: Graph
  /// Row-major for every segment: `[row][chunk]`.
  private let hashes: [RowBuffer<Digest>]
  /// The bytes of leaves for the segments that are kept, row-major.
  private let kept: [Int: RowBuffer<UInt8>]

  /// Makes room for the leaves of `extent`.
  /// - Parameter keeping: segments whose leaves are kept beside their hashes.
  public init(graph: Graph, extent: Extent, keeping: Set<Int> = []) {
    self.graph = graph
    hashes = graph.layouts.map { RowBuffer(count: $0.leafCount(extent)) }
    kept = Dictionary(
      uniqueKeysWithValues: keeping.filter(graph.layouts.indices.contains).map {
        ($0, RowBuffer(count: graph.layouts[$0].leafCount(extent) * graph.layouts[$0].leafBytes))
      })
  }

  /// Records one leaf: the content after the exponent, and the exponent of a packed leaf.
  func record(segment: Int, row: Int, chunk: Int, exponent: UInt8? = nil, content: UnsafeRawBufferPointer) {
    let layout = graph.layouts[segment]
    let slot = row * layout.chunks + chunk
    var hasher = SHA256()
    hasher.update(integer: UInt8(0))
    if let exponent { hasher.update(integer: exponent) }
    hasher.update(content)
    hashes[segment].elements[slot] = hasher.finalized()
    guard let buffer = kept[segment] else { return }
    let leaf = UnsafeMutableRawBufferPointer(buffer.slice(slot * layout.leafBytes, layout.leafBytes))
    if let exponent {
      leaf[0] = exponent
      UnsafeMutableRawBufferPointer(rebasing: leaf[1...]).copyMemory(from: content)
    } else {
      leaf.copyMemory(from: content)
    }
  }

  /// The finished trace of the first rows that were recorded.
  /// - Precondition: every leaf of `extent` has been recorded, and the extent fits the one that room was made for.
  public func trace(_ extent: Extent) -> Trace {
    var leafHashes: [[Digest]] = []
    var leaves: [Int: [UInt8]] = [:]
    for (segment, layout) in graph.layouts.enumerated() {
      let rows = extent.rows(of: layout.domain)
      let order = (0..<rows * layout.chunks).map { index in
        let (row, chunk) = layout.position(ofLeaf: index, rows: rows)
        return row * layout.chunks + chunk
      }
      leafHashes.append(order.map { hashes[segment].elements[$0] })
      if let buffer = kept[segment] {
        leaves[segment] = order.flatMap { buffer.slice($0 * layout.leafBytes, layout.leafBytes) }
      }
    }
    return Trace(graph: graph, extent: extent, leafHashes: leafHashes, leaves: leaves)
  }
}
