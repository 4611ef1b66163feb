/// The norm that a row passes before it is used; none is a choice of its own. `[GRAPH-4]`
public struct Norm: Hashable, Sendable {
  /// The vector tensor of gains.
  public var gain: Int
  /// The epsilon term, already multiplied by the width of the row.
  public var epsilon: UInt64
  /// The shift of the last rounding.
  public var shift: Int
  /// The offsets tensor of a layer norm `[NUM-16]`; without one the norm is the root-mean-square norm `[NUM-7]`.
  public var offset: Int?

  /// Makes a norm.
  public init(gain: Int, epsilon: UInt64, shift: Int, offset: Int? = nil) {
    self.gain = gain
    self.epsilon = epsilon
    self.shift = shift
    self.offset = offset
  }
}

/// A linear map. `[GRAPH-4]` `[NUM-6]`
public struct LinearMap: Hashable, Sendable {
  /// The linear tensor.
  public var weights: Int
  /// The offsets tensor that is added to the channels.
  public var bias: Int?

  /// Makes a map.
  public init(weights: Int, bias: Int? = nil) {
    self.weights = weights
    self.bias = bias
  }
}

/// One step of the graph: a small program whose output alone is committed. `[GRAPH-4]`
public enum Segment: Hashable, Sendable {
  /// Looks the row's token up in a table, and its position in another. `[GRAPH-5]`
  case embedding(Embedding)
  /// Norm, linear map, rotation or narrowing. `[GRAPH-6]`
  case projection(Projection)
  /// Attention over the rows so far, or over all rows. `[GRAPH-7]`
  case attention(Attention)
  /// Linear map of a packed row, added to an earlier row, which may pass a norm first. `[GRAPH-8]`
  case residual(Residual)
  /// Norm, then SiLU of a linear map times another, or GELU of one. `[GRAPH-8]`
  case gate(Gate)
  /// Norm, linear map to the vocabulary, maximum of each block of 64. `[GRAPH-8]`
  case maxima(Maxima)
  /// The token with the largest logit. `[GRAPH-8]`
  case argmax(Argmax)
  /// Norm, committed for a mean to read. `[GRAPH-8]`
  case norm(NormRows)
  /// The mean of each column over all rows. `[GRAPH-8]`
  case mean(Mean)
  /// The mean row over its length. `[GRAPH-8]`
  case unit(Unit)

  /// A step of a tensor graph. `[GRAPH-22]`
  case int8(Int8Segment)

  /// Fields of an embedding segment.
  public struct Embedding: Hashable, Sendable {
    /// The linear tensor with one channel for each token.
    public var table: Int
    /// Subtracted from each channel's shift.
    public var delta: Int
    /// The table of positions, whose row is added.
    public var positions: Positions?

    /// Makes an embedding.
    public init(table: Int, delta: Int, positions: Positions? = nil) {
      self.table = table
      self.delta = delta
      self.positions = positions
    }

    /// A table with one channel for each position.
    public struct Positions: Hashable, Sendable {
      /// The linear tensor.
      public var table: Int
      /// Subtracted from each channel's shift.
      public var delta: Int

      /// Makes positions.
      public init(table: Int, delta: Int) {
        self.table = table
        self.delta = delta
      }
    }
  }

  /// Fields of a projection segment.
  public struct Projection: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The norm of the source row.
    public var norm: Norm?
    /// The linear map.
    public var map: LinearMap
    /// Channels in a leaf.
    public var chunk: Int
    /// The rotation tensor, if channels are rotated.
    public var rotation: Int?
    /// The shift of the rotation or narrowing.
    public var shift: Int
    /// Whether all rows of a chunk stand together, as attention reads them.
    public var isChunkMajor: Bool

    /// Makes a projection.
    public init(source: Int, norm: Norm?, map: LinearMap, chunk: Int, rotation: Int?, shift: Int, isChunkMajor: Bool) {
      self.source = source
      self.norm = norm
      self.map = map
      self.chunk = chunk
      self.rotation = rotation
      self.shift = shift
      self.isChunkMajor = isChunkMajor
    }
  }

  /// Fields of an attention segment.
  public struct Attention: Hashable, Sendable {
    /// The segment with the queries.
    public var query: Int
    /// The segment with the keys.
    public var key: Int
    /// The segment with the values.
    public var value: Int
    /// Key and value heads.
    public var groups: Int
    /// Query heads.
    public var heads: Int
    /// Values in a head.
    public var width: Int
    /// The shift of the scores.
    public var scoreShift: Int
    /// The left shift of the weighted sum.
    public var valueShift: Int
    /// Whether a row sees itself and the rows before it only, or all rows.
    public var isCausal: Bool

    /// Query heads that share one key and value head.
    public var headsPerGroup: Int { heads / groups }

    /// Makes an attention.
    public init(
      query: Int, key: Int, value: Int, groups: Int, heads: Int, width: Int, scoreShift: Int, valueShift: Int, isCausal: Bool = true
    ) {
      self.query = query
      self.key = key
      self.value = value
      self.groups = groups
      self.heads = heads
      self.width = width
      self.scoreShift = scoreShift
      self.valueShift = valueShift
      self.isCausal = isCausal
    }

    /// How many rows a row sees in a stream of so many.
    public func visibleRows(ofRow row: Int, streamRows: Int) -> Int { isCausal ? row + 1 : streamRows }
  }

  /// Fields of a residual segment.
  public struct Residual: Hashable, Sendable {
    /// The packed segment that is read.
    public var source: Int
    /// The linear map.
    public var map: LinearMap
    /// The segment that the product is added to.
    public var residual: Int
    /// The norm of the residual row.
    public var norm: Norm?
    /// Channels in a leaf.
    public var chunk: Int

    /// Makes a residual.
    public init(source: Int, map: LinearMap, residual: Int, norm: Norm? = nil, chunk: Int) {
      self.source = source
      self.map = map
      self.residual = residual
      self.norm = norm
      self.chunk = chunk
    }
  }

  /// Fields of a gate segment.
  public struct Gate: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The norm of the source row.
    public var norm: Norm?
    /// The linear map whose channels pass through the activation.
    public var map: LinearMap
    /// What they pass through.
    public var activation: Activation
    /// Channels in a leaf.
    public var chunk: Int
    /// The shift of the product.
    public var shift: Int

    /// Makes a gate.
    public init(source: Int, norm: Norm?, map: LinearMap, activation: Activation, chunk: Int, shift: Int) {
      self.source = source
      self.norm = norm
      self.map = map
      self.activation = activation
      self.chunk = chunk
      self.shift = shift
    }
  }

  /// What the channels of a gate pass through. `[GRAPH-4]`
  public enum Activation: Hashable, Sendable {
    /// SiLU, times the channels of another map. `[NUM-11]`
    case silu(up: LinearMap)
    /// GELU. `[NUM-17]`
    case gelu
  }

  /// Fields of a maxima segment.
  public struct Maxima: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The norm of the source row.
    public var norm: Norm?
    /// The linear tensor with one channel for each token.
    public var weights: Int
    /// Channels in a leaf; a leaf holds a maximum for each 64 of them.
    public var chunk: Int

    /// Channels under one maximum.
    public static let blockWidth = 64

    /// Makes a maxima segment.
    public init(source: Int, norm: Norm?, weights: Int, chunk: Int) {
      self.source = source
      self.norm = norm
      self.weights = weights
      self.chunk = chunk
    }
  }

  /// Fields of an argmax segment.
  public struct Argmax: Hashable, Sendable {
    /// The maxima segment.
    public var maxima: Int

    /// Makes an argmax.
    public init(maxima: Int) { self.maxima = maxima }
  }

  /// Fields of a norm segment.
  public struct NormRows: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The norm of the source row.
    public var norm: Norm
    /// Columns in a leaf.
    public var chunk: Int

    /// Makes a norm segment.
    public init(source: Int, norm: Norm, chunk: Int) {
      self.source = source
      self.norm = norm
      self.chunk = chunk
    }
  }

  /// Fields of a mean segment.
  public struct Mean: Hashable, Sendable {
    /// The norm segment that is read.
    public var source: Int

    /// Makes a mean.
    public init(source: Int) { self.source = source }
  }

  /// Fields of a unit segment.
  public struct Unit: Hashable, Sendable {
    /// The mean segment.
    public var source: Int
    /// The values have `30 - shift` fraction bits.
    public var shift: Int

    /// Fraction bits of the values.
    public var fractionBits: Int { 30 - shift }

    /// Makes a unit.
    public init(source: Int, shift: Int) {
      self.source = source
      self.shift = shift
    }
  }
}
