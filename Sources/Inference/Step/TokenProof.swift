import Bytes
import Merkle

/// Shows that the last segment's leaf of an output row is not the token, or not the values, that the record gives. `[REC-5]`
public struct TokenProof: Hashable, Sendable {
  /// The output row.
  public var row: Int
  /// The last segment's leaf of the row.
  public var leaf: LeafPart

  /// Makes a proof.
  public init(row: Int, leaf: LeafPart) {
    self.row = row
    self.leaf = leaf
  }

  /// Compares the leaf with the record. `[REC-5]`
  public func verdict(in context: EvidenceContext) throws(EvidenceRejection) -> EvidenceVerdict {
    guard let stated = context.record.outputLeaf(ofRow: row) else { throw .position }
    guard context.verifies(leaf, claims: row, of: context.graph.lastSegment) else { throw .part }
    return leaf.leafHash == MerkleTree.leafHash(stated) ? .honest : .fraud
  }
}

extension TokenProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    row = Int(try reader.read(UInt32.self))
    leaf = try LeafPart(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCount(row)
    leaf.encode(to: &writer)
  }
}
