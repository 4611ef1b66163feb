import Bytes
import Cryptography

/// Why a graph is not valid. `[GRAPH-1]`
public enum GraphRejection: Error, Hashable, Sendable {
  /// The vocabulary, context or stop tokens are out of range.
  case parameters
  /// There is no segment, or the last two are not maxima and argmax, or the first is not the only embedding.
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

/// A valid graph: every reference, width and shift is checked, and no step costs more than the limits. `[GRAPH-1]` `[GRAPH-9]`
public struct Graph: Sendable {
  /// What was checked.
  public let description: GraphDescription
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
  /// The index of the argmax segment, the last.
  public var argmaxSegment: Int { segments.count - 1 }
  /// The index of the maxima segment, the last but one.
  public var maximaSegment: Int { segments.count - 2 }

  /// The fields of the maxima segment.
  public let maxima: Segment.Maxima

  /// Checks a description.
  public init(_ description: GraphDescription) throws(GraphRejection) {
    guard
      (64...1 << 20).contains(description.vocabulary), description.vocabulary.isMultiple(of: Segment.Maxima.blockWidth),
      (1...16384).contains(description.context), description.stopTokens.count <= 16,
      description.stopTokens.allSatisfy({ Int($0) < description.vocabulary }),
      zip(description.stopTokens, description.stopTokens.dropFirst()).allSatisfy({ $0 < $1 }),
      description.tensors.count <= 4096, description.segments.count <= 4096, description.tensors.allSatisfy({ $0.isValid })
    else { throw .parameters }
    let segments = description.segments
    guard
      segments.count >= 3, case .embedding = segments[0], case .maxima(let maxima) = segments[segments.count - 2],
      case .argmax = segments[segments.count - 1]
    else { throw .order }
    var layouts: [LeafLayout] = []
    layouts.reserveCapacity(segments.count)
    for index in segments.indices {
      layouts.append(try GraphValidation(description: description, layouts: layouts).layout(ofSegment: index))
    }
    self.description = description
    self.layouts = layouts
    self.maxima = maxima
    encoding = description.encoded
    digest = Digest.hash(encoding)
    for index in segments.indices {
      guard worstStepCost(ofSegment: index).isWithinLimits else { throw .stepTooCostly(segment: index) }
    }
  }

  /// Whether a record of this extent fits the context. `[REC-3]`
  public func admits(_ extent: Extent) -> Bool { extent.streamRows <= context }
}
