/// The norm that some segments begin with. `[GRAPH-4]` `[NUM-7]`
public struct Norm: Hashable, Sendable {
  /// The vector tensor of gains.
  public var gain: Int
  /// The epsilon term, already multiplied by the width of the row.
  public var epsilon: UInt64
  /// The shift of the last rounding.
  public var shift: Int

  /// Makes a norm.
  public init(gain: Int, epsilon: UInt64, shift: Int) {
    self.gain = gain
    self.epsilon = epsilon
    self.shift = shift
  }
}

/// One step of the graph: a small program whose output alone is committed. `[GRAPH-4]`
public enum Segment: Hashable, Sendable {
  /// Looks the row's token up in a table. `[GRAPH-5]`
  case embedding(Embedding)
  /// Norm, linear map, rotation or narrowing. `[GRAPH-6]`
  case projection(Projection)
  /// Attention over the rows so far. `[GRAPH-7]`
  case attention(Attention)
  /// Linear map of a packed row, added to an earlier row. `[GRAPH-8]`
  case residual(Residual)
  /// Norm, two linear maps, SiLU of the one times the other. `[GRAPH-8]`
  case gate(Gate)
  /// Norm, linear map to the vocabulary, maximum of each block of 64. `[GRAPH-8]`
  case maxima(Maxima)
  /// The token with the largest logit. `[GRAPH-8]`
  case argmax(Argmax)

  /// Fields of an embedding segment.
  public struct Embedding: Hashable, Sendable {
    /// The linear tensor with one channel for each token.
    public var table: Int
    /// Subtracted from each channel's shift.
    public var delta: Int

    /// Makes an embedding.
    public init(table: Int, delta: Int) {
      self.table = table
      self.delta = delta
    }
  }

  /// Fields of a projection segment.
  public struct Projection: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The norm of the source row.
    public var norm: Norm
    /// The linear tensor.
    public var weights: Int
    /// Channels in a leaf.
    public var chunk: Int
    /// The rotation tensor, if channels are rotated.
    public var rotation: Int?
    /// The shift of the rotation or narrowing.
    public var shift: Int
    /// Whether all rows of a chunk stand together, as attention reads them.
    public var isChunkMajor: Bool

    /// Makes a projection.
    public init(source: Int, norm: Norm, weights: Int, chunk: Int, rotation: Int?, shift: Int, isChunkMajor: Bool) {
      self.source = source
      self.norm = norm
      self.weights = weights
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

    /// Query heads that share one key and value head.
    public var headsPerGroup: Int { heads / groups }

    /// Makes an attention.
    public init(query: Int, key: Int, value: Int, groups: Int, heads: Int, width: Int, scoreShift: Int, valueShift: Int) {
      self.query = query
      self.key = key
      self.value = value
      self.groups = groups
      self.heads = heads
      self.width = width
      self.scoreShift = scoreShift
      self.valueShift = valueShift
    }
  }

  /// Fields of a residual segment.
  public struct Residual: Hashable, Sendable {
    /// The packed segment that is read.
    public var source: Int
    /// The linear tensor.
    public var weights: Int
    /// The segment that the product is added to.
    public var residual: Int
    /// Channels in a leaf.
    public var chunk: Int

    /// Makes a residual.
    public init(source: Int, weights: Int, residual: Int, chunk: Int) {
      self.source = source
      self.weights = weights
      self.residual = residual
      self.chunk = chunk
    }
  }

  /// Fields of a gate segment.
  public struct Gate: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The norm of the source row.
    public var norm: Norm
    /// The linear tensor whose product passes through SiLU.
    public var gate: Int
    /// The linear tensor whose product is multiplied with it.
    public var up: Int
    /// Channels in a leaf.
    public var chunk: Int
    /// The shift of the product.
    public var shift: Int

    /// Makes a gate.
    public init(source: Int, norm: Norm, gate: Int, up: Int, chunk: Int, shift: Int) {
      self.source = source
      self.norm = norm
      self.gate = gate
      self.up = up
      self.chunk = chunk
      self.shift = shift
    }
  }

  /// Fields of a maxima segment.
  public struct Maxima: Hashable, Sendable {
    /// The segment that is read.
    public var source: Int
    /// The norm of the source row.
    public var norm: Norm
    /// The linear tensor with one channel for each token.
    public var weights: Int
    /// Channels in a leaf; a leaf holds a maximum for each 64 of them.
    public var chunk: Int

    /// Channels under one maximum.
    public static let blockWidth = 64

    /// Makes a maxima segment.
    public init(source: Int, norm: Norm, weights: Int, chunk: Int) {
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
}
