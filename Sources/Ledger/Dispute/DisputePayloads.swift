import Bytes
import Inference
import Merkle

/// Puts a question to the provider of a claim, with a bond. `[TX-10]`
public struct AskQuestion: Hashable, Sendable {
  /// A record with its place in the claim's batch: what opens it.
  public struct Opening: Hashable, Sendable {
    /// The record's encoding.
    public let record: [UInt8]
    /// The record's place in the batch.
    public let inclusion: InclusionProof

    /// Makes an opening.
    public init(record: [UInt8], inclusion: InclusionProof) {
      self.record = record
      self.inclusion = inclusion
    }
  }

  /// The claim and the question.
  public let key: ChallengeKey
  /// The record, where the question is the first about it.
  public let opening: Opening?

  /// Makes a question.
  public init(_ key: ChallengeKey, opening: Opening? = nil) {
    self.key = key
    self.opening = opening
  }
}

/// Answers a question. `[TX-11]`
public struct RevealAnswer: Hashable, Sendable {
  /// An answer of either kind.
  public enum Answer: Hashable, Sendable {
    /// The hashes of a node's children.
    case children([Digest])
    /// A leaf of a tensor.
    case weights(TreePart)
  }

  /// The claim and the question.
  public let key: ChallengeKey
  /// The answer.
  public let answer: Answer

  /// Makes an answer.
  public init(_ key: ChallengeKey, _ answer: Answer) {
    self.key = key
    self.answer = answer
  }
}

extension AskQuestion: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    key = try ChallengeKey(from: &reader)
    opening = try reader.readOptional { (reader: inout ByteReader) throws(DecodingRejection) in
      Opening(record: try reader.readCounted(atMost: LedgerLimits.recordBytes), inclusion: try InclusionProof(from: &reader))
    }
  }

  public func encode(to writer: inout ByteWriter) {
    key.encode(to: &writer)
    writer.writeOptional(opening) { writer, opening in
      writer.writeCounted(opening.record)
      opening.inclusion.encode(to: &writer)
    }
  }
}

extension RevealAnswer: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    key = try ChallengeKey(from: &reader)
    switch try reader.read(UInt8.self) {
    case 0: answer = .children(try reader.readChildren())
    case 1: answer = .weights(try TreePart(from: &reader))
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    key.encode(to: &writer)
    switch answer {
    case .children(let children):
      writer.write(UInt8(0))
      writer.writeList(children) { $0.write($1) }
    case .weights(let part):
      writer.write(UInt8(1))
      part.encode(to: &writer)
    }
  }
}
