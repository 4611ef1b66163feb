/// How the values of a leaf are written. `[GRAPH-3]`
public enum LeafFormat: Hashable, Sendable {
  /// Four bytes a value.
  case int32
  /// Two bytes a value.
  case int16
  /// An exponent byte, then two bytes a value.
  case packed
  /// One token, four bytes.
  case token
  /// One byte a value.
  case int8
}

/// Whether a segment has a row for each position or only for each row of the output. `[GRAPH-2]`
public enum RowDomain: Hashable, Sendable {
  /// `T` rows.
  case stream
  /// `N` rows.
  case output
  /// As many rows as a tensor has. `[GRAPH-21]`
  case fixed(Int)
}

/// How many tokens went in and came out; every tree's shape follows from this and the graph. `[GRAPH-2]` `[TRACE-2]`
public struct Extent: Hashable, Sendable {
  /// `P`, at least 1.
  public let promptCount: Int
  /// `N`, at least 1; 1 for an embedding.
  public let outputCount: Int

  /// Makes an extent.
  /// - Precondition: both counts are in 1...16384, as [REC-3] has them.
  public init(promptCount: Int, outputCount: Int) {
    precondition((1...16384).contains(promptCount) && (1...16384).contains(outputCount))
    self.promptCount = promptCount
    self.outputCount = outputCount
  }

  /// The extent of every record of a tensor graph, whose segments have rows of their own.
  public static let tensor = Extent(promptCount: 1, outputCount: 1)

  /// `T = P + N - 1`.
  public var streamRows: Int { promptCount + outputCount - 1 }

  /// The rows of a domain.
  public func rows(of domain: RowDomain) -> Int {
    switch domain {
    case .stream: streamRows
    case .output: outputCount
    case .fixed(let rows): rows
    }
  }

  /// The stream row that an output row of a generation belongs to.
  public func streamRow(ofOutputRow row: Int) -> Int { promptCount - 1 + row }
}

/// The committed form of a segment's output. `[GRAPH-4]` `[TRACE-1]`
public struct LeafLayout: Hashable, Sendable {
  /// How values are written.
  public let format: LeafFormat
  /// Values in a leaf.
  public let width: Int
  /// Leaves in a row.
  public let chunks: Int
  /// Whether all rows of a chunk stand together.
  public let isChunkMajor: Bool
  /// Which rows there are.
  public let domain: RowDomain

  /// Values in a row.
  public var rowWidth: Int { width * chunks }

  /// Bytes in a leaf.
  public var leafBytes: Int {
    switch format {
    case .int32: 4 * width
    case .int16: 2 * width
    case .packed: 1 + 2 * width
    case .token: 4
    case .int8: width
    }
  }

  /// How many leaves the segment has.
  public func leafCount(_ extent: Extent) -> Int { extent.rows(of: domain) * chunks }

  /// Where a leaf stands in the segment's tree.
  public func leafIndex(row: Int, chunk: Int, rows: Int) -> Int { isChunkMajor ? chunk * rows + row : row * chunks + chunk }

  /// Where the leaf that stands at a place of row-major order stands in the segment's tree.
  func leafIndex(ofSlot slot: Int, rows: Int) -> Int { isChunkMajor ? slot % chunks * rows + slot / chunks : slot }

  /// The row and chunk of the leaf at an index.
  public func position(ofLeaf index: Int, rows: Int) -> (row: Int, chunk: Int) {
    isChunkMajor ? (index % rows, index / rows) : (index / chunks, index % chunks)
  }
}
