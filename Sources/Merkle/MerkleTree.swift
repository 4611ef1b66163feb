import Bytes
import Cryptography

/// The trees of RFC 9162 over SHA-256: the hash of a leaf, of a node, and the root of a list. `[TREE-1]`
public enum MerkleTree {
  /// The most leaves that a tree may have.
  public static let maximumSize: UInt64 = 1 << 40

  /// The longest path from a leaf to the root.
  public static let maximumDepth = 40

  /// The root of no leaves: SHA-256 of the empty string.
  public static let emptyRoot = Digest.hash([])

  /// The hash of a leaf that holds `content`: SHA-256 of 0x00 and the content.
  public static func leafHash(_ content: [UInt8]) -> Digest { content.withUnsafeBytes { leafHash($0) } }

  /// The hash of a leaf that holds the bytes of a buffer: SHA-256 of 0x00 and the bytes.
  public static func leafHash(_ content: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256()
    hasher.update(integer: UInt8(0x00))
    hasher.update(content)
    return hasher.finalized()
  }

  /// The hash of a node: SHA-256 of 0x01, the left and the right child. It allocates nothing.
  public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest { prefixedHash(0x01, left, right) }

  /// The hashes of the nodes above a level: of each two neighbours. The last of an odd number is left out.
  static func nodeHashes(ofNeighboursIn level: [Digest]) -> [Digest] {
    [Digest](unsafeUninitializedCapacity: level.count / 2) { nodes, count in
      count = level.count / 2
      let nodes = UnsafeMutableBufferPointer(rebasing: nodes[..<count])
      level.withUnsafeBufferPointer { SHA256Batch.hashPairs(prefix: 0x01, $0, into: nodes) }
    }
  }

  /// The root of the leaves with these hashes, in order.
  public static func root(ofLeafHashes leafHashes: [Digest]) -> Digest {
    var builder = TreeBuilder()
    for leafHash in leafHashes { builder.append(leafHash: leafHash) }
    return builder.root
  }

  /// The largest power of two below `size`, where the recursion of RFC 9162 splits.
  /// - Precondition: `size` is at least 2.
  static func split(_ size: UInt64) -> UInt64 {
    precondition(size >= 2)
    return 1 << UInt64(63 - (size - 1).leadingZeroBitCount)
  }
}

/// SHA-256 of a byte and two digests, from one buffer on the stack.
func prefixedHash(_ prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
  withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
    buffer[0] = prefix
    left.copyBytes(to: UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]))
    right.copyBytes(to: UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]))
    return Digest.hash(UnsafeRawBufferPointer(buffer))
  }
}
