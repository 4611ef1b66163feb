import Bytes
import Cryptography
import Merkle

/// The definitions of RFC 9162, section 2.1, word for word: the slow twin that the trees are held to.
enum ReferenceTree {
  static func split(_ count: Int) -> Int {
    var power = 1
    while power * 2 < count { power *= 2 }
    return power
  }

  static func root(_ leaves: ArraySlice<Digest>) -> Digest {
    guard let first = leaves.first else { return Digest.hash([]) }
    guard leaves.count > 1 else { return first }
    let middle = leaves.startIndex + split(leaves.count)
    return Digest.hash([1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
  }

  /// PATH(m, D).
  static func path(_ index: Int, _ leaves: ArraySlice<Digest>) -> [Digest] {
    guard leaves.count > 1 else { return [] }
    let middle = leaves.startIndex + split(leaves.count)
    return index < middle
      ? path(index, leaves[..<middle]) + [root(leaves[middle...])] : path(index, leaves[middle...]) + [root(leaves[..<middle])]
  }

  /// SUBPROOF(m, D, b).
  static func consistency(_ old: Int, _ leaves: ArraySlice<Digest>, _ isKnown: Bool = true) -> [Digest] {
    if old == leaves.count { return isKnown ? [] : [root(leaves)] }
    let width = split(leaves.count)
    let middle = leaves.startIndex + width
    return old <= width
      ? consistency(old, leaves[..<middle], isKnown) + [root(leaves[middle...])]
      : consistency(old - width, leaves[middle...], false) + [root(leaves[..<middle])]
  }

  /// RANGE(i, j, D).
  static func range(_ range: Range<Int>, _ leaves: ArraySlice<Digest>) -> [Digest] {
    if !range.overlaps(leaves.startIndex..<leaves.endIndex) { return [root(leaves)] }
    guard leaves.count > 1 else { return [] }
    let middle = leaves.startIndex + split(leaves.count)
    return self.range(range, leaves[..<middle]) + self.range(range, leaves[middle...])
  }

  /// Leaves that all differ.
  static func leaves(_ count: Int) -> [Digest] {
    (0..<count).map { MerkleTree.leafHash([UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]) }
  }
}
