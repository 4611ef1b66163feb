import Bytes
import Merkle
import TestSupport
import Testing

@Suite("Disputed trees")
struct DisputedTreeTests {
  /// Reveals a claimed tree down to the first leaf that differs.
  func descend(own: StoredTree, claimed: StoredTree, _ fanOut: FanOut) throws -> DisputedTree {
    var disputed = DisputedTree(own: own)
    var node = fanOut.root(ofSize: own.size)
    while disputed.reveal(try #require(claimed.children(of: node, fanOut)), of: node, fanOut), node.height > 1 {
      node = TreeNode(height: node.height - 1, index: disputed.suspects.lowerBound >> (fanOut.bits * UInt64(node.height - 1)))
    }
    return disputed
  }

  @Test("Proofs from a descent are those of the whole claimed tree, for every size and first difference [CHAL-1] [TREE-5]")
  func proofs() throws {
    var generator = SeededGenerator.printed()
    for bits in [1, 2, 3, 8] as [UInt64] {
      let fanOut = FanOut(bits: bits)
      for size in 1...40 {
        let own = StoredTree(leafHashes: (0..<size).map { MerkleTree.leafHash([UInt8($0)]) })
        for first in 0..<size {
          var hashes = own.leafHashes
          hashes[first] = .zero
          for later in first + 1..<max(first + 1, size) where Bool.random(using: &generator) { hashes[later] = generator.digest() }
          let claimed = StoredTree(leafHashes: hashes)
          let disputed = try descend(own: own, claimed: claimed, fanOut)
          #expect(disputed.firstDifference == UInt64(first))
          #expect(disputed.differingHash == .zero)
          #expect(disputed.root == claimed.root)
          let leaf = UInt64(first)
          #expect(disputed.rangeProof(leaf..<leaf + 1) == claimed.rangeProof(leaf..<leaf + 1))
          for _ in 0..<3 where first > 0 {
            let start = UInt64.random(in: 0..<leaf, using: &generator)
            let range = start..<UInt64.random(in: start + 1...leaf, using: &generator)
            #expect(disputed.rangeProof(range) == claimed.rangeProof(range))
          }
        }
      }
    }
  }

  @Test("Equal children, a foreign node or too few children reveal nothing [CHAL-1]")
  func nothing() throws {
    let fanOut = FanOut(bits: 2)
    let own = StoredTree(leafHashes: (0..<9).map { MerkleTree.leafHash([UInt8($0)]) })
    let top = fanOut.root(ofSize: 9)
    let children = try #require(own.children(of: top, fanOut))
    var disputed = DisputedTree(own: own)
    var attempts: [Bool] = []
    attempts.append(disputed.reveal(children, of: top, fanOut))
    attempts.append(disputed.reveal([.zero] + children.dropFirst(2), of: top, fanOut))
    attempts.append(disputed.reveal([.zero], of: TreeNode(height: 1, index: 2), fanOut))
    #expect(attempts == [false, false, false])
    #expect(disputed.suspects == 0..<9)
    #expect(disputed.firstDifference == nil && disputed.differingHash == nil)
    #expect(disputed.rangeProof(0..<0) == nil && disputed.rangeProof(0..<10) == nil)
  }
}
