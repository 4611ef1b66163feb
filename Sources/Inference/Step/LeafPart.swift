import Bytes
import Merkle

/// What one leaf of a segment is, by its hash alone, shown to stand in its tree, and that tree in the trace. `[STEP-2]`
///
/// The bytes are not needed: a leaf that differs from the computed one has another hash, whatever it is, and whether or not anyone has seen it.
public struct LeafPart: Hashable, Sendable {
  /// The root of the segment.
  public var root: Digest
  /// Shows that the root stands in the trace tree.
  public var place: RangeProof
  /// The hash of the leaf.
  public var leafHash: Digest
  /// Shows that the leaf hash stands under the root.
  public var range: RangeProof

  /// Makes a part.
  public init(root: Digest, place: RangeProof, leafHash: Digest, range: RangeProof) {
    self.root = root
    self.place = place
    self.leafHash = leafHash
    self.range = range
  }

  /// Whether the leaf hash stands at `leaf` of the tree number `index` of `treeCount` under `rootOfRoots`. `[STEP-4]`
  func verifies(leaf: Int, leafCount: Int, index: Int, treeCount: Int, rootOfRoots: Digest) -> Bool {
    TreePlacement(root: root, place: place, range: range)
      .verifies([leafHash], from: leaf, leafCount: leafCount, index: index, treeCount: treeCount, rootOfRoots: rootOfRoots)
  }
}

extension LeafPart: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    root = try reader.readDigest()
    place = try RangeProof(from: &reader)
    leafHash = try reader.readDigest()
    range = try RangeProof(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(root)
    place.encode(to: &writer)
    writer.write(leafHash)
    range.encode(to: &writer)
  }
}
