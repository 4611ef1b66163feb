import Bytes
import Cryptography
import Tensors

/// Why a graph is not valid. `[GRAPH-1]`
public enum GraphRejection: Error, Hashable, Sendable {
  /// The vocabulary, context or stop tokens are out of range.
  case parameters
  /// The last two segments are not those of the task, one is of another task, or the first is not the only embedding.
  case order
  /// A segment names a segment that is not an earlier one with rows for the stream.
  case segmentReference(segment: Int)
  /// A segment names a tensor that does not exist or is of the wrong kind or shape.
  case tensorReference(segment: Int)
  /// A segment reads rows of the wrong format or width.
  case sourceMismatch(segment: Int)
  /// A chunk, head or group count does not divide what it must divide.
  case chunk(segment: Int)
  /// A shift, offset or epsilon is out of the range of section 6.
  case shift(segment: Int)
  /// A step could cost more than the limits. `[LIM-1]`
  case stepTooCostly(segment: Int)
}

extension GraphRejection {
  /// The segment at fault, where it is one alone.
  public var segment: Int? {
    switch self {
    case .parameters, .order: nil
    case .segmentReference(let segment), .tensorReference(let segment), .sourceMismatch(let segment), .chunk(let segment),
      .shift(let segment), .stepTooCostly(let segment):
      segment
    }
  }
}

/// A valid graph: every reference, width and shift is checked, and no step costs more than the limits. `[GRAPH-1]` `[GRAPH-9]`
public struct Graph: Sendable {
  /// What was checked.
  public let description: GraphDescription
  /// The sizes of the segments of a tensor graph, else empty. `[GRAPH-21]`
  public let shapes: [Int8Shape]
  /// The committed form of each segment.
  public let layouts: [LeafLayout]
  /// The canonical encoding.
  public let encoding: [UInt8]
  /// SHA-256 of the encoding.
  public let digest: Digest

  /// Tokens that the model knows.
  public var vocabulary: Int { description.vocabulary }
  /// The most rows in a stream.
  public var context: Int { description.context }
  /// Tokens that end an answer, ascending.
  public var stopTokens: [UInt32] { description.stopTokens }
  /// Shapes of the tensors.
  public var tensors: [TensorShape] { description.tensors }
  /// The program.
  public var segments: [Segment] { description.segments }
  /// What the model is for.
  public var task: GraphTask { description.task }
  /// The index of the argmax or unit segment, the last.
  public var lastSegment: Int { segments.count - 1 }
  /// The index of the maxima or mean segment, the last but one: the first segment of output rows.
  public var firstOutputSegment: Int { segments.count - 2 }

  /// The last two segments.
  public enum Head: Hashable, Sendable {
    /// Maxima, then argmax.
    case generation(Segment.Maxima)
    /// Mean, then unit.
    case embedding(Segment.Mean, Segment.Unit)
    /// Any segment of a tensor graph.
    case tensor
  }

  /// The fields of the last two segments.
  public let head: Head

  /// The maxima segment of a generation.
  public var maxima: Segment.Maxima? {
    guard case .generation(let maxima) = head else { return nil }
    return maxima
  }

  /// The unit segment of an embedding.
  public var unit: Segment.Unit? {
    guard case .embedding(_, let unit) = head else { return nil }
    return unit
  }

  /// Checks a description.
  public init(_ description: GraphDescription) throws(GraphRejection) {
    guard description.task != .tensor else {
      self = try Graph(tensor: description)
      return
    }
    guard
      (64...1 << 20).contains(description.vocabulary), description.vocabulary.isMultiple(of: Segment.Maxima.blockWidth),
      (1...16384).contains(description.context), description.stopTokens.count <= 16,
      description.task == .generation || description.stopTokens.isEmpty,
      description.stopTokens.allSatisfy({ Int($0) < description.vocabulary }),
      zip(description.stopTokens, description.stopTokens.dropFirst()).allSatisfy({ $0 < $1 }),
      description.tensors.count <= 4096, description.segments.count <= 4096, description.tensors.allSatisfy({ $0.isValid && !$0.isInt8 })
    else { throw .parameters }
    let segments = description.segments
    guard segments.count >= 3, case .embedding = segments[0] else { throw .order }
    switch (description.task, segments[segments.count - 2], segments[segments.count - 1]) {
    case (.generation, .maxima(let maxima), .argmax): head = .generation(maxima)
    case (.embedding, .mean(let mean), .unit(let unit)): head = .embedding(mean, unit)
    default: throw .order
    }
    var layouts: [LeafLayout] = []
    layouts.reserveCapacity(segments.count)
    for index in segments.indices {
      layouts.append(try GraphValidation(description: description, layouts: layouts).layout(ofSegment: index))
    }
    self.description = description
    self.layouts = layouts
    shapes = []
    encoding = description.encoded
    digest = Digest.hash(encoding)
    for index in segments.indices {
      guard worstStepCost(ofSegment: index).isWithinLimits else { throw .stepTooCostly(segment: index) }
    }
  }

  /// The most values in all segments of a tensor graph together: what a run holds at once. `[GRAPH-22]`
  public static let tensorValueLimit = 1 << 28

  /// Checks a description of a tensor graph. `[GRAPH-20]`
  private init(tensor description: GraphDescription) throws(GraphRejection) {
    guard
      description.vocabulary == 0, description.context == 1, description.stopTokens.isEmpty, description.tensors.count <= 4096,
      description.segments.count <= 4096, description.tensors.allSatisfy({ $0.isValid && $0.isInt8 })
    else { throw .parameters }
    guard !description.segments.isEmpty else { throw .order }
    var shapes: [Int8Shape] = []
    for (index, segment) in description.segments.enumerated() {
      guard case .int8(let segment) = segment else { throw .order }
      shapes.append(try Int8Validation(tensors: description.tensors, shapes: shapes).shape(of: segment, at: index))
    }
    guard let output = shapes.last, output.rows == 1, output.chunks == 1, output.count <= Record.valueByteLimit else {
      throw .chunk(segment: shapes.count - 1)
    }
    guard shapes.reduce(0, { $0 + $1.count }) <= Graph.tensorValueLimit else { throw .parameters }
    self.description = description
    self.shapes = shapes
    layouts = shapes.map(\.layout)
    head = .tensor
    encoding = description.encoded
    digest = Digest.hash(encoding)
    for index in shapes.indices {
      guard worstInt8Cost(ofSegment: index).isWithinLimits else { throw .stepTooCostly(segment: index) }
    }
  }

  /// Whether a record of this extent fits the context. `[REC-3]`
  public func admits(_ extent: Extent) -> Bool { extent.streamRows <= context }
}
