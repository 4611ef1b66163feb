import Bytes
import Cryptography
import Merkle

/// Leaves of one segment or tensor, shown to stand in its tree, and its root shown to stand in the tree of roots. `[STEP-2]`
public struct TreePart: Hashable, Sendable {
  /// The root of the segment or tensor.
  public var root: Digest
  /// Shows that the root stands in the trace tree or the tensors tree.
  public var place: RangeProof
  /// The leaves, one after the other.
  public var leaves: [UInt8]
  /// Shows that the leaves stand under the root.
  public var range: RangeProof

  /// Makes a part.
  public init(root: Digest, place: RangeProof, leaves: [UInt8], range: RangeProof) {
    self.root = root
    self.place = place
    self.leaves = leaves
    self.range = range
  }

  /// The content of a root's leaf in the tree of roots. `[TRACE-2]` `[MODEL-5]`
  public static func rootLeaf(index: Int, leafCount: Int, root: Digest) -> [UInt8] {
    var writer = ByteWriter(capacity: 44)
    writer.writeCount(index)
    writer.write(UInt64(leafCount))
    writer.write(root)
    return writer.bytes
  }

  /// Whether the leaves, each of `leafBytes`, stand at `leafRange` of the tree number `index` of `treeCount` under `rootOfRoots`. `[STEP-4]`
  func verifies(
    _ leafRange: Range<Int>, leafBytes: Int, leafCount: Int, index: Int, treeCount: Int, rootOfRoots: Digest
  ) -> Bool {
    guard leaves.count == leafRange.count * leafBytes else { return false }
    let hashes = leaves.withUnsafeBytes { buffer in
      leafRange.indices.map { offset in
        let start = (offset - leafRange.lowerBound) * leafBytes
        return MerkleTree.leafHash(UnsafeRawBufferPointer(rebasing: buffer[start..<start + leafBytes]))
      }
    }
    return TreePlacement(root: root, place: place, range: range)
      .verifies(
        hashes, from: leafRange.lowerBound, leafCount: leafCount, index: index, treeCount: treeCount, rootOfRoots: rootOfRoots)
  }
}

extension TreePart: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    root = try reader.readDigest()
    place = try RangeProof(from: &reader)
    leaves = try reader.readCounted(atMost: StepCost.byteLimit)
    range = try RangeProof(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(root)
    place.encode(to: &writer)
    writer.writeCounted(leaves)
    range.encode(to: &writer)
  }
}
