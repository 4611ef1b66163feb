import Bytes

/// Shows that the argmax leaf of a generation row is not the token that the record gives. `[REC-5]`
public struct TokenProof: Hashable, Sendable {
  /// The generation row.
  public var row: Int
  /// The argmax leaf of the row.
  public var leaf: TreePart

  /// Makes a proof.
  public init(row: Int, leaf: TreePart) {
    self.row = row
    self.leaf = leaf
  }

  /// Compares the leaf with the record. `[REC-5]`
  public func verdict(in context: EvidenceContext) throws(EvidenceRejection) -> EvidenceVerdict {
    guard context.graph.task == .generation, (0..<context.extent.outputCount).contains(row) else { throw .position }
    guard context.verifies(leaf, claims: row, of: context.graph.lastSegment) else { throw .part }
    let token = context.record.outputTokens[row]
    return leaf.leaves == withUnsafeBytes(of: token.littleEndian, Array.init) ? .honest : .fraud
  }
}

extension TokenProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    row = Int(try reader.read(UInt32.self))
    leaf = try TreePart(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCount(row)
    leaf.encode(to: &writer)
  }
}
