import Bytes

/// A claimed leaf with all that its step reads: enough to compute it again. `[STEP-3]`
public struct StepProof: Hashable, Sendable {
  /// Which leaf.
  public var position: StepPosition
  /// The claimed leaf.
  public var claimed: LeafPart
  /// The leaves that the step reads, in the order of [STEP-1].
  public var reads: [TreePart]
  /// The tensor leaves that the step reads, in the order of [STEP-1].
  public var tensors: [TreePart]

  /// The most parts of leaves. `[STEP-3]`
  public static let readLimit = 64
  /// The most parts of tensors. `[STEP-3]`
  public static let tensorLimit = 8

  /// Makes a proof.
  public init(position: StepPosition, claimed: LeafPart, reads: [TreePart], tensors: [TreePart]) {
    self.position = position
    self.claimed = claimed
    self.reads = reads
    self.tensors = tensors
  }
}

extension StepProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    position = StepPosition(
      segment: Int(try reader.read(UInt32.self)), row: Int(try reader.read(UInt32.self)), chunk: Int(try reader.read(UInt32.self)))
    claimed = try LeafPart(from: &reader)
    reads = try reader.readList(atMost: StepProof.readLimit) { (reader: inout ByteReader) throws(DecodingRejection) in
      try TreePart(from: &reader)
    }
    tensors = try reader.readList(atMost: StepProof.tensorLimit) { (reader: inout ByteReader) throws(DecodingRejection) in
      try TreePart(from: &reader)
    }
  }

  public func encode(to writer: inout ByteWriter) {
    for index in [position.segment, position.row, position.chunk] { writer.writeCount(index) }
    claimed.encode(to: &writer)
    writer.writeList(reads) { $1.encode(to: &$0) }
    writer.writeList(tensors) { $1.encode(to: &$0) }
  }
}
