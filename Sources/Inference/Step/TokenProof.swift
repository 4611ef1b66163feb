import Bytes
import Merkle

/// Shows that the argmax leaf of a generation row is not the token that the record gives. `[REC-5]`
public struct TokenProof: Hashable, Sendable {
  /// The generation row.
  public var row: Int
  /// The argmax leaf of the row.
  public var leaf: LeafPart

  /// Makes a proof.
  public init(row: Int, leaf: LeafPart) {
    self.row = row
    self.leaf = leaf
  }

  /// Compares the leaf with the record. `[REC-5]`
  public func verdict(in context: EvidenceContext) throws(EvidenceRejection) -> EvidenceVerdict {
    guard context.graph.task == .generation, (0..<context.extent.outputCount).contains(row) else { throw .position }
    guard context.verifies(leaf, claims: row, of: context.graph.lastSegment) else { throw .part }
    let token = context.record.outputTokens[row]
    return leaf.leafHash == TokenProof.leafHash(of: token) ? .honest : .fraud
  }

  /// The hash of the argmax leaf that gives a token. `[GRAPH-3]`
  public static func leafHash(of token: UInt32) -> Digest {
    MerkleTree.leafHash(withUnsafeBytes(of: token.littleEndian, Array.init))
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
