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

  /// Records the leaves of some rows and chunks of a segment, many at a time. `[TREE-1]`
  /// - Parameters:
  ///   - exponent: of a packed leaf, by row and chunk; nil for the other formats.
  ///   - content: where the bytes after the exponent start.
  func record(
    segment: Int, rows: Range<Int>, chunks: Range<Int>, exponent: ((_ row: Int, _ chunk: Int) -> UInt8)? = nil,
    content: (_ row: Int, _ chunk: Int) -> UnsafeRawPointer
  ) {
    let layout = graph.layouts[segment]
    let prefixBytes = exponent == nil ? 1 : 2
    let contentBytes = layout.leafBytes - (prefixBytes - 1)
    let total = rows.count * chunks.count
    let limit = min(total, TraceRecorder.batchLeaves)
    func slot(_ index: Int) -> (row: Int, chunk: Int) {
      (rows.lowerBound + index / chunks.count, chunks.lowerBound + index % chunks.count)
    }
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: limit) { contents in
      withUnsafeTemporaryAllocation(of: Digest.self, capacity: limit) { digests in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit * prefixBytes) { prefixes in
          for start in stride(from: 0, to: total, by: max(limit, 1)) {
            let count = min(limit, total - start)
            for index in 0..<count {
              let (row, chunk) = slot(start + index)
              contents.initializeElement(at: index, to: content(row, chunk))
              prefixes.initializeElement(at: index * prefixBytes, to: 0)
              if let exponent { prefixes.initializeElement(at: index * 2 + 1, to: exponent(row, chunk)) }
            }
            SHA256Batch.hash(
              prefixes: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: prefixes[..<(count * prefixBytes)])),
              contents: UnsafeBufferPointer(rebasing: contents[..<count]), contentBytes: contentBytes,
              into: UnsafeMutableBufferPointer(rebasing: digests[..<count]))
            for index in 0..<count {
              let (row, chunk) = slot(start + index)
              hashes[segment].elements[row * layout.chunks + chunk] = digests[index]
            }
          }
        }
      }
    }
    guard let buffer = kept[segment] else { return }
    for row in rows {
      for chunk in chunks {
        let leaf = UnsafeMutableRawBufferPointer(buffer.slice((row * layout.chunks + chunk) * layout.leafBytes, layout.leafBytes))
        if let exponent { leaf[0] = exponent(row, chunk) }
        UnsafeMutableRawBufferPointer(rebasing: leaf[(prefixBytes - 1)...]).copyMemory(
          from: UnsafeRawBufferPointer(start: content(row, chunk), count: contentBytes))
      }
    }
  }

  /// Records one leaf that is not packed.
  func record(segment: Int, row: Int, chunk: Int, content: UnsafeRawPointer) {
    record(segment: segment, rows: row..<row + 1, chunks: chunk..<chunk + 1) { _, _ in content }
  }

  /// Leaves that are hashed together: enough for their digests and pointers to be worth it, few enough for the stack.
  private static let batchLeaves = 64

  /// The finished trace of the first rows that were recorded.
  /// - Precondition: every leaf of `extent` has been recorded, and the extent fits the one that room was made for.
  public func trace(_ extent: Extent) -> Trace {
    var leafHashes: [[Digest]] = []
    var leaves: [Int: [UInt8]] = [:]
    for (segment, layout) in graph.layouts.enumerated() {
      let rows = extent.rows(of: layout.domain)
      let made = hashes[segment].elements
      leafHashes.append(
        [Digest](unsafeUninitializedCapacity: rows * layout.chunks) { ordered, count in
          for slot in 0..<rows * layout.chunks { ordered.initializeElement(at: layout.leafIndex(ofSlot: slot, rows: rows), to: made[slot]) }
          count = rows * layout.chunks
        })
      if let buffer = kept[segment] {
        leaves[segment] = (0..<rows * layout.chunks).flatMap { index in
          let (row, chunk) = layout.position(ofLeaf: index, rows: rows)
          return buffer.slice((row * layout.chunks + chunk) * layout.leafBytes, layout.leafBytes)
        }
      }
    }
    return Trace(graph: graph, extent: extent, leafHashes: leafHashes, leaves: leaves)
  }
}
