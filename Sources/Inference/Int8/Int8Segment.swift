import Tensors

/// One step of a tensor graph; every value is an `i8`. `[GRAPH-22]`
public enum Int8Segment: Hashable, Sendable {
  /// The record's input. `[GRAPH-23]`
  case input(Input)
  /// A convolution, or a matrix product, with what follows it. `[GRAPH-24]`
  case convolution(Convolution)
  /// A sum or a maximum over windows. `[GRAPH-25]`
  case pool(Pool)
  /// A sum or a product of two tensors. `[GRAPH-25]`
  case pair(Pair)
  /// A function of single values. `[GRAPH-25]`
  case table(Table)
  /// Channels of several tensors beside each other. `[GRAPH-25]`
  case concatenation(Concatenation)

  /// Fields of an input segment.
  public struct Input: Hashable, Sendable {
    /// Rows.
    public var rows: Int
    /// Columns of a row.
    public var columns: Int
    /// Channels of a column.
    public var channels: Int

    /// The most values of an input. `[GRAPH-23]`
    public static let countLimit = 1 << 18

    /// Makes an input.
    public init(rows: Int, columns: Int, channels: Int) {
      self.rows = rows
      self.columns = columns
      self.channels = channels
    }
  }

  /// A window and the rows and columns that it makes.
  public struct Sweep: Hashable, Sendable {
    /// The window.
    public var window: Int8Window
    /// Rows of the output.
    public var rows: Int
    /// Columns of the output.
    public var columns: Int

    /// Makes a sweep.
    public init(window: Int8Window = Int8Window(), rows: Int, columns: Int) {
      self.window = window
      self.rows = rows
      self.columns = columns
    }
  }

  /// A sum of two operands and how it is narrowed. `[NUM-44]`
  public struct Sum: Hashable, Sendable {
    /// The first operand.
    public var left: Int8Operand
    /// The second operand.
    public var right: Int8Operand
    /// The factor of the sum.
    public var scale: Int8Scale
    /// The range of the result.
    public var range: Int8Range

    /// Makes a sum.
    public init(left: Int8Operand, right: Int8Operand, scale: Int8Scale, range: Int8Range) {
      self.left = left
      self.right = right
      self.scale = scale
      self.range = range
    }

    var isValid: Bool { left.scale.isValid && right.scale.isValid && scale.isValid && range.isValid }
  }

  /// Fields of a convolution segment.
  public struct Convolution: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The convolution tensor.
    public var weights: Int
    /// Window and size.
    public var sweep: Sweep
    /// Whether an output channel reads its own channel alone.
    public var isDepthwise: Bool
    /// The source's value that stands for 0.
    public var inputZero: Int8
    /// The range of the result.
    public var range: Int8Range
    /// Channels in a leaf.
    public var chunk: Int
    /// The segment that is added to the narrowed result, and how.
    public var addend: Int?
    /// How the addend is added; present if and only if there is one.
    public var sum: Sum?

    /// Makes a convolution.
    public init(
      source: Int, weights: Int, sweep: Sweep, isDepthwise: Bool, inputZero: Int8, range: Int8Range, chunk: Int,
      adding addend: (segment: Int, sum: Sum)? = nil
    ) {
      self.source = source
      self.weights = weights
      self.sweep = sweep
      self.isDepthwise = isDepthwise
      self.inputZero = inputZero
      self.range = range
      self.chunk = chunk
      self.addend = addend?.segment
      sum = addend?.sum
    }
  }

  /// Fields of a pool segment.
  public struct Pool: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// Window and size.
    public var sweep: Sweep
    /// Whether the largest value counts, not the sum.
    public var isMaximum: Bool
    /// The source's value that stands for 0.
    public var inputZero: Int8
    /// The factor of the result.
    public var scale: Int8Scale
    /// The range of the result.
    public var range: Int8Range

    /// Makes a pool.
    public init(source: Int, sweep: Sweep, isMaximum: Bool, inputZero: Int8, scale: Int8Scale, range: Int8Range) {
      self.source = source
      self.sweep = sweep
      self.isMaximum = isMaximum
      self.inputZero = inputZero
      self.scale = scale
      self.range = range
    }
  }

  /// Fields of a pair segment.
  public struct Pair: Hashable, Sendable {
    /// Whether the two are multiplied, not added.
    public var isProduct: Bool
    /// The first segment.
    public var left: Int
    /// The second segment: as large as the first, or a single row and column that counts for all.
    public var right: Int
    /// The operands; a product's have the factor 1.
    public var sum: Sum

    /// Makes a pair.
    public init(isProduct: Bool, left: Int, right: Int, sum: Sum) {
      self.isProduct = isProduct
      self.left = left
      self.right = right
      self.sum = sum
    }
  }

  /// Fields of a table segment.
  public struct Table: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The table tensor.
    public var table: Int

    /// Makes a table.
    public init(source: Int, table: Int) {
      self.source = source
      self.table = table
    }
  }

  /// Fields of a concatenation segment.
  public struct Concatenation: Hashable, Sendable {
    /// The segments, 2 to 16 of them, of as many rows and columns.
    public var sources: [Int]

    /// The most sources.
    public static let sourceLimit = 16

    /// Makes a concatenation.
    public init(sources: [Int]) { self.sources = sources }
  }

  /// The segments that this one reads, in the order of its reads. `[STEP-7]`
  public var sources: [Int] {
    switch self {
    case .input: []
    case .convolution(let fields): [fields.source] + (fields.addend.map { [$0] } ?? [])
    case .pool(let fields): [fields.source]
    case .pair(let fields): [fields.left, fields.right]
    case .table(let fields): [fields.source]
    case .concatenation(let fields): fields.sources
    }
  }

  /// The tensor that this segment reads.
  public var tensor: Int? {
    switch self {
    case .convolution(let fields): fields.weights
    case .table(let fields): fields.table
    case .input, .pool, .pair, .concatenation: nil
    }
  }
}
