import Bytes
import Cryptography

/// Shows that a tree's first leaves are exactly the leaves of an older tree: nothing was rewritten. `[TREE-4]`
public struct ConsistencyProof: Hashable, Sendable {
  /// The most hashes that a proof can need.
  public static let maximumHashCount = MerkleTree.maximumDepth + 1

  /// The hashes in the order of RFC 9162, section 2.1.4.1.
  public var path: [Digest]

  /// Makes a proof of its hashes.
  public init(path: [Digest]) { self.path = path }

  /// Refuses the proof unless the `oldSize` leaves under `oldRoot` are the first of the `newSize` leaves under `newRoot`.
  ///
  /// The empty tree is consistent with every tree, and a tree with itself; both by an empty proof.
  public func verify(oldSize: UInt64, oldRoot: Digest, newSize: UInt64, newRoot: Digest) throws(ProofRejection) {
    guard newSize <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
    guard oldSize <= newSize else { throw .indexOutOfRange }
    if oldSize == 0 || oldSize == newSize {
      guard path.isEmpty else { throw .wrongHashCount }
      guard oldRoot == (oldSize == 0 ? MerkleTree.emptyRoot : newRoot) else { throw .rootMismatch }
      // Both trees empty: the new root is known as well.
      guard newSize > 0 || newRoot == oldRoot else { throw .rootMismatch }
      return
    }

    // The proof starts at the largest complete subtree that ends where the old tree ends. Where that is the whole old tree, its root
    // is the old root and is left out.
    let height = UInt64(oldSize.trailingZeroBitCount)
    var (node, last) = ((oldSize - 1) >> height, (newSize - 1) >> height)
    var rest = path[...]
    let seed: Digest
    if node == 0 {
      seed = oldRoot
    } else {
      guard let first = rest.popFirst() else { throw .wrongHashCount }
      seed = first
    }
    var (oldHash, newHash) = (seed, seed)
    while last > 0 {
      if node & 1 == 1 || node == last {
        // A last node without a sibling rises unchanged.
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
        guard let sibling = rest.popFirst() else { throw .wrongHashCount }
        oldHash = MerkleTree.nodeHash(sibling, oldHash)
        newHash = MerkleTree.nodeHash(sibling, newHash)
      } else {
        guard let sibling = rest.popFirst() else { throw .wrongHashCount }
        newHash = MerkleTree.nodeHash(newHash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    guard rest.isEmpty else { throw .wrongHashCount }
    guard oldHash == oldRoot, newHash == newRoot else { throw .rootMismatch }
  }
}

extension ConsistencyProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    path = try reader.readDigests(atMost: ConsistencyProof.maximumHashCount)
  }

  public func encode(to writer: inout ByteWriter) { writer.writeDigests(path) }
}
