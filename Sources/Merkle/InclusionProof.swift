import Bytes
import Cryptography

/// The siblings from a leaf up to the root, nearest the leaf first. Index and size are the verifier's own, never the proof's. `[TREE-3]`
public struct InclusionProof: Hashable, Sendable {
  /// The sibling hashes, nearest the leaf first: at most 40.
  public var path: [Digest]

  /// Makes a proof of its sibling hashes.
  public init(path: [Digest]) { self.path = path }

  /// The root that the tree must have when the leaf stands at `index` among `size` leaves.
  public func root(leafHash: Digest, index: UInt64, size: UInt64) throws(ProofRejection) -> Digest {
    guard size >= 1, size <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
    guard index < size else { throw .indexOutOfRange }
    guard path.count == InclusionProof.hashCount(index: index, size: size) else { throw .wrongHashCount }

    var (node, last, hash) = (index, size - 1, leafHash)
    for sibling in path {
      if node & 1 == 1 || node == last {
        hash = MerkleTree.nodeHash(sibling, hash)
        // The last node of a level without a sibling rises unchanged to the level where it has one.
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        hash = MerkleTree.nodeHash(hash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    return hash
  }

  /// Refuses the proof unless the leaf stands at `index` of the `size` leaves under `root`.
  public func verify(leafHash: Digest, index: UInt64, size: UInt64, root: Digest) throws(ProofRejection) {
    guard try self.root(leafHash: leafHash, index: index, size: size) == root else { throw .rootMismatch }
  }

  /// How many siblings lie on the path of a leaf.
  /// - Precondition: `index` is below `size`.
  static func hashCount(index: UInt64, size: UInt64) -> Int {
    // Below the highest bit where the leaf and the last leaf part, every level has a sibling; above it, only where the leaf goes right.
    let inner = 64 - (index ^ (size - 1)).leadingZeroBitCount
    return inner + (inner < 64 ? (index >> UInt64(inner)).nonzeroBitCount : 0)
  }
}

extension InclusionProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    path = try reader.readDigests(atMost: MerkleTree.maximumDepth)
  }

  public func encode(to writer: inout ByteWriter) { writer.writeDigests(path) }
}
