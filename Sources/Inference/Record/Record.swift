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

/// One inference: the request, the answer as tokens and as text, and the root of the trace. `[REC-2]`
public struct Record: Hashable, Sendable {
  /// The rules that the executor followed. `[NUM-15]`
  public var executorVersion: Digest
  /// What was asked for.
  public var request: Request
  /// The client's signature of the request digest.
  public var requestSignature: Signature
  /// The prompt as tokens.
  public var promptTokens: [UInt32]
  /// The answer as tokens.
  public var outputTokens: [UInt32]
  /// The answer as text, UTF-8.
  public var answer: [UInt8]
  /// Why generation ended.
  public var stop: StopReason
  /// The root over all segments' leaves. `[TRACE-2]`
  public var traceRoot: Digest

  /// The most tokens in either list. `[REC-2]`
  public static let tokenLimit = 16_384
  /// The longest answer, in bytes. `[REC-2]`
  public static let answerByteLimit = 262_144

  /// Makes a record.
  public init(
    executorVersion: Digest, request: Request, requestSignature: Signature, promptTokens: [UInt32], outputTokens: [UInt32],
    answer: [UInt8], stop: StopReason, traceRoot: Digest
  ) {
    self.executorVersion = executorVersion
    self.request = request
    self.requestSignature = requestSignature
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.answer = answer
    self.stop = stop
    self.traceRoot = traceRoot
  }

  /// The counts from which every tree's shape follows, or nil where a list is empty or too long.
  public var extent: Extent? {
    let range = 1...Record.tokenLimit
    guard range.contains(promptTokens.count), range.contains(outputTokens.count) else { return nil }
    return Extent(promptCount: promptTokens.count, outputCount: outputTokens.count)
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
    outputTokens = try Record.readTokens(from: &reader)
    answer = try reader.readText(atMost: Record.answerByteLimit)
    guard let stop = StopReason(rawValue: try reader.read()) else { throw .unknownTag }
    self.stop = stop
    traceRoot = try reader.readDigest()
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(executorVersion)
    request.encode(to: &writer)
    requestSignature.encode(to: &writer)
    writer.writeList(promptTokens) { $0.write($1) }
    writer.writeList(outputTokens) { $0.write($1) }
    writer.writeCounted(answer)
    writer.write(stop.rawValue)
    writer.write(traceRoot)
  }

  private static func readTokens(from reader: inout ByteReader) throws(DecodingRejection) -> [UInt32] {
    try reader.readList(atMost: tokenLimit) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.read(UInt32.self) }
  }
}
