import Bytes
import Merkle
import TestSupport
import Testing

@Suite("Nodes of several levels")
struct FanOutTests {
  @Test("Children are the roots of their leaves, and lead to the node's root, for every small tree [CHAL-1]")
  func children() throws {
    for bits in 1...4 as ClosedRange<UInt64> {
      let fanOut = FanOut(bits: bits)
      for size in 1...70 {
        let hashes = (0..<size).map { MerkleTree.leafHash([UInt8($0)]) }
        let tree = StoredTree(leafHashes: hashes)
        let top = fanOut.root(ofSize: UInt64(size))
        #expect(top.height == 1 || size > 1 << (Int(bits) * Int(top.height - 1)))
        #expect(try MerkleTree.root(ofLeafHashes: #require(tree.children(of: top, fanOut))) == tree.root)
        for height in 1...top.height {
          let width = 1 << (Int(bits) * Int(height))
          for index in 0..<(size + width - 1) / width {
            let node = TreeNode(height: height, index: UInt64(index))
            let leaves = index * width..<min(size, (index + 1) * width)
            #expect(fanOut.leaves(of: node, size: UInt64(size)) == UInt64(leaves.lowerBound)..<UInt64(leaves.upperBound))
            let children = try #require(tree.children(of: node, fanOut))
            #expect(fanOut.childCount(of: node, size: UInt64(size)) == children.count)
            #expect(MerkleTree.root(ofLeafHashes: children) == MerkleTree.root(ofLeafHashes: Array(hashes[leaves])))
            guard height > 1 else {
              #expect(children == Array(hashes[leaves]))
              continue
            }
            for (place, child) in children.enumerated() {
              let below = TreeNode(height: height - 1, index: UInt64(index) << bits + UInt64(place))
              #expect(below.parent(fanOut) == node && fanOut.place(of: below.index) == place)
              #expect(try MerkleTree.root(ofLeafHashes: #require(tree.children(of: below, fanOut))) == child)
            }
          }
          #expect(tree.children(of: TreeNode(height: height, index: UInt64((size + width - 1) / width)), fanOut) == nil)
        }
        #expect(tree.children(of: TreeNode(height: top.height + 1, index: 0), fanOut) == nil)
      }
    }
  }

  @Test("No node outside the tree has leaves, however large its numbers [CHAL-1]")
  func outside() {
    let fanOut = FanOut(bits: 8)
    for node in [
      TreeNode(height: 0, index: 0), TreeNode(height: 255, index: 0), TreeNode(height: 1, index: .max), TreeNode(height: 6, index: 0),
    ] {
      #expect(fanOut.leaves(of: node, size: 1 << 40) == nil)
    }
    #expect(fanOut.top(ofSize: 1 << 40) == 5)
    #expect(fanOut.leaves(of: TreeNode(height: 5, index: 0), size: 1 << 40) == 0..<(1 << 40))
    #expect(fanOut.leaves(of: TreeNode(height: 1, index: 0), size: 0) == nil)
  }

  @Test("The root of an aligned block is that of its leaves; another range has none [TREE-1]")
  func blocks() {
    let hashes = (0..<13).map { MerkleTree.leafHash([UInt8($0)]) }
    let tree = StoredTree(leafHashes: hashes)
    for range in [0..<13, 8..<13, 12..<13, 4..<8, 4..<6, 8..<12] as [Range<UInt64>] {
      #expect(tree.subtreeRoot(range) == MerkleTree.root(ofLeafHashes: Array(hashes[Int(range.lowerBound)..<Int(range.upperBound)])))
    }
    for range in [0..<0, 0..<14, 1..<3, 2..<6] as [Range<UInt64>] { #expect(tree.subtreeRoot(range) == nil) }
  }
}
