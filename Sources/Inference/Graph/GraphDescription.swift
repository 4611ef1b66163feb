import Bytes

/// What a model is for, and so what its last segments are. `[GRAPH-1]`
public enum GraphTask: UInt8, Hashable, Sendable {
  /// It continues a text, token by token.
  case generation = 0
  /// It turns a text into a row of numbers.
  case embedding = 1
  /// It turns a tensor into a tensor.
  case tensor = 2

  /// The name, as SPEC.md has it.
  public var name: String {
    switch self {
    case .generation: "generation"
    case .embedding: "embedding"
    case .tensor: "tensor"
    }
  }
}

/// A graph as it was written, not yet checked. `[GRAPH-1]`
public struct GraphDescription: Hashable, Sendable {
  /// What the model is for.
  public var task: GraphTask
  /// Tokens that the model knows.
  public var vocabulary: Int
  /// The most rows in a stream.
  public var context: Int
  /// Tokens that end an answer, ascending.
  public var stopTokens: [UInt32]
  /// Shapes of the tensors, in the order in which the bundle holds them.
  public var tensors: [TensorShape]
  /// The program.
  public var segments: [Segment]

  /// The longest encoding of a graph, in bytes. `[MODEL-1]`
  public static let byteLimit = 1 << 20

  /// Makes a description.
  public init(
    task: GraphTask = .generation, vocabulary: Int, context: Int, stopTokens: [UInt32], tensors: [TensorShape], segments: [Segment]
  ) {
    self.task = task
    self.vocabulary = vocabulary
    self.context = context
    self.stopTokens = stopTokens
    self.tensors = tensors
    self.segments = segments
  }

  /// Makes a description of a tensor graph, which has no tokens. `[GRAPH-20]`
  public init(tensors: [TensorShape], int8Segments: [Int8Segment]) {
    self.init(task: .tensor, vocabulary: 0, context: 1, stopTokens: [], tensors: tensors, segments: int8Segments.map { .int8($0) })
  }
}

extension GraphDescription: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    guard let task = GraphTask(rawValue: try reader.read()) else { throw .unknownTag }
    self.task = task
    if task == .tensor {
      (vocabulary, context, stopTokens) = (0, 1, [])
    } else {
      vocabulary = Int(try reader.read(UInt32.self))
      context = Int(try reader.read(UInt32.self))
      stopTokens = try reader.readList(atMost: 16) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.read(UInt32.self) }
      guard zip(stopTokens, stopTokens.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .unordered }
    }
    tensors = try reader.readList(atMost: 4096) { (reader: inout ByteReader) throws(DecodingRejection) in try TensorShape(from: &reader) }
    segments = try reader.readList(atMost: 4096) { (reader: inout ByteReader) throws(DecodingRejection) in try Segment(from: &reader) }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(task.rawValue)
    if task != .tensor {
      writer.writeCount(vocabulary)
      writer.writeCount(context)
      writer.writeList(stopTokens) { $0.write($1) }
    }
    writer.writeList(tensors) { $1.encode(to: &$0) }
    writer.writeList(segments) { $1.encode(to: &$0) }
  }
}
