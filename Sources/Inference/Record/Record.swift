import Bytes
import Cryptography
import Merkle

/// Why generation ended. `[REC-2]`
public enum StopReason: UInt8, Hashable, Sendable {
  /// The last token is a stop token.
  case stopToken = 0
  /// The count that was asked for, or the context, is used up.
  case length = 1
}

/// What a generation gave: the answer as tokens and as text. `[REC-2]`
public struct GenerationOutput: Hashable, Sendable {
  /// The answer as tokens.
  public var tokens: [UInt32]
  /// The answer as text, UTF-8.
  public var answer: [UInt8]
  /// Why generation ended.
  public var stop: StopReason

  /// Makes an output.
  public init(tokens: [UInt32], answer: [UInt8], stop: StopReason) {
    self.tokens = tokens
    self.answer = answer
    self.stop = stop
  }
}

/// What a model gave, by its task. `[REC-2]`
public enum RecordOutput: Hashable, Sendable {
  /// An answer.
  case generation(GenerationOutput)
  /// The bytes of the last segment's leaf.
  case values([UInt8])
}

/// One inference: the request, the output, and the root of the trace. `[REC-2]`
public struct Record: Hashable, Sendable {
  /// The rules that the executor followed. `[NUM-15]`
  public var executorVersion: Digest
  /// What was asked for.
  public var request: Request
  /// The client's signature of the request digest.
  public var requestSignature: Signature
  /// The prompt as tokens.
  public var promptTokens: [UInt32]
  /// What the model gave.
  public var output: RecordOutput
  /// The root over all segments' leaves. `[TRACE-2]`
  public var traceRoot: Digest

  /// The most tokens in either list. `[REC-2]`
  public static let tokenLimit = 16_384
  /// The longest answer, in bytes. `[REC-2]`
  public static let answerByteLimit = 262_144
  /// The most bytes of values. `[REC-2]`
  public static let valueByteLimit = 65_536

  /// Makes a record of a generation.
  public init(
    executorVersion: Digest, request: Request, requestSignature: Signature, promptTokens: [UInt32], outputTokens: [UInt32],
    answer: [UInt8], stop: StopReason, traceRoot: Digest
  ) {
    self.init(
      executorVersion: executorVersion, request: request, requestSignature: requestSignature, promptTokens: promptTokens,
      output: .generation(GenerationOutput(tokens: outputTokens, answer: answer, stop: stop)), traceRoot: traceRoot)
  }

  /// Makes a record.
  public init(
    executorVersion: Digest, request: Request, requestSignature: Signature, promptTokens: [UInt32], output: RecordOutput, traceRoot: Digest
  ) {
    self.executorVersion = executorVersion
    self.request = request
    self.requestSignature = requestSignature
    self.promptTokens = promptTokens
    self.output = output
    self.traceRoot = traceRoot
  }

  /// The output of a generation; nil cannot be set.
  public var generation: GenerationOutput? {
    get {
      guard case .generation(let generation) = output else { return nil }
      return generation
    }
    set { if let newValue { output = .generation(newValue) } }
  }

  /// The values of an embedding.
  public var values: [UInt8]? {
    guard case .values(let values) = output else { return nil }
    return values
  }

  /// The tokens of a generation; an embedding has none.
  public var outputTokens: [UInt32] {
    get { generation?.tokens ?? [] }
    set { generation?.tokens = newValue }
  }

  /// The text of a generation, UTF-8; an embedding has none.
  public var answer: [UInt8] {
    get { generation?.answer ?? [] }
    set { generation?.answer = newValue }
  }

  /// Why a generation ended; an embedding ends with its only row.
  public var stop: StopReason {
    get { generation?.stop ?? .length }
    set { generation?.stop = newValue }
  }

  /// How many output rows there are. `[GRAPH-2]`
  private var outputCount: Int {
    switch output {
    case .generation(let generation): generation.tokens.count
    case .values: 1
    }
  }

  /// The leaf of the last segment that the output states for an output row, or nil for a row that there is not. `[REC-5]`
  public func outputLeaf(ofRow row: Int) -> [UInt8]? {
    switch output {
    case .generation(let generation):
      generation.tokens.indices.contains(row) ? withUnsafeBytes(of: generation.tokens[row].littleEndian, Array.init) : nil
    case .values(let values): row == 0 ? values : nil
    }
  }

  /// The task that takes such an input and gives such an output; nil if there is none.
  public var task: GraphTask? {
    switch (request.tensor, output) {
    case (nil, .generation): .generation
    case (nil, .values): .embedding
    case (.some, .values): .tensor
    case (.some, .generation): nil
    }
  }

  /// The counts from which every tree's shape follows, or nil where a list is empty or too long. A tensor has no tokens.
  public var extent: Extent? {
    guard request.tensor == nil else { return promptTokens.isEmpty ? .tensor : nil }
    let range = 1...Record.tokenLimit
    guard range.contains(promptTokens.count), range.contains(outputCount) else { return nil }
    return Extent(promptCount: promptTokens.count, outputCount: outputCount)
  }

  /// The tokens of the stream's rows: all but the last that was generated. `[TRACE-3]`
  public var streamTokens: [UInt32] { promptTokens + outputTokens.dropLast() }

  /// The token of a stream row; 0 for a row that the stream does not have.
  public func streamToken(ofRow row: Int) -> UInt32 {
    if promptTokens.indices.contains(row) { return promptTokens[row] }
    let place = row - promptTokens.count
    return outputTokens.dropLast().indices.contains(place) ? outputTokens[place] : 0
  }
}

extension Record: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    executorVersion = try reader.readDigest()
    request = try Request(from: &reader)
    requestSignature = try Signature(from: &reader)
    promptTokens = try Record.readTokens(from: &reader)
    output = try RecordOutput(from: &reader)
    traceRoot = try reader.readDigest()
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(executorVersion)
    request.encode(to: &writer)
    requestSignature.encode(to: &writer)
    writer.writeList(promptTokens) { $0.write($1) }
    output.encode(to: &writer)
    writer.write(traceRoot)
  }

  fileprivate static func readTokens(from reader: inout ByteReader) throws(DecodingRejection) -> [UInt32] {
    try reader.readList(atMost: tokenLimit) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.read(UInt32.self) }
  }
}

extension RecordOutput: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0:
      let tokens = try Record.readTokens(from: &reader)
      let answer = try reader.readText(atMost: Record.answerByteLimit)
      guard let stop = StopReason(rawValue: try reader.read()) else { throw .unknownTag }
      self = .generation(GenerationOutput(tokens: tokens, answer: answer, stop: stop))
    case 1: self = .values(try reader.readCounted(atMost: Record.valueByteLimit))
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .generation(let generation):
      writer.write(UInt8(0))
      writer.writeList(generation.tokens) { $0.write($1) }
      writer.writeCounted(generation.answer)
      writer.write(generation.stop.rawValue)
    case .values(let values):
      writer.write(UInt8(1))
      writer.writeCounted(values)
    }
  }
}
