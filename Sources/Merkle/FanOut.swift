import Bytes

/// A node of a tree that is taken several levels at a time. `[CHAL-1]`
public struct TreeNode: Hashable, Sendable {
  /// How many fan-outs above the leaves, at least 1.
  public let height: UInt8
  /// How many nodes of this height stand before it.
  public let index: UInt64

  /// Names a node.
  public init(height: UInt8, index: UInt64) {
    self.height = height
    self.index = index
  }

  /// The node of which this one is a child.
  public func parent(_ fanOut: FanOut) -> TreeNode { TreeNode(height: height + 1, index: index >> fanOut.bits) }
}

/// How many levels of a tree are taken at a time: a node has up to 2^bits children. `[CHAL-1]`
public struct FanOut: Hashable, Sendable {
  /// The binary logarithm of the most children, 1...8.
  public let bits: UInt64

  /// Makes a fan-out.
  /// - Precondition: `bits` is in 1...8.
  public init(bits: UInt64) {
    precondition((1...8).contains(bits))
    self.bits = bits
  }

  /// The height of the node that holds all `size` leaves.
  /// - Precondition: `size` is in 1...2^40.
  public func top(ofSize size: UInt64) -> UInt8 {
    precondition((1...MerkleTree.maximumSize).contains(size))
    var height: UInt64 = 1
    while size > 1 << (bits * height) { height += 1 }
    return UInt8(height)
  }

  /// The node that holds all `size` leaves.
  public func root(ofSize size: UInt64) -> TreeNode { TreeNode(height: top(ofSize: size), index: 0) }

  /// Which child of its parent a node is.
  public func place(of index: UInt64) -> Int { Int(index & ((1 << bits) - 1)) }

  /// The leaves that a node holds, or nil if a tree of `size` leaves has no such node.
  public func leaves(of node: TreeNode, size: UInt64) -> Range<UInt64>? {
    guard size >= 1, size <= MerkleTree.maximumSize, node.height >= 1, node.height <= top(ofSize: size) else { return nil }
    let shift = bits * UInt64(node.height)
    guard node.index <= (size - 1) >> shift else { return nil }
    let start = node.index << shift
    return start..<min(size, start + 1 << shift)
  }

  /// How many children a node has, or nil if a tree of `size` leaves has no such node.
  public func childCount(of node: TreeNode, size: UInt64) -> Int? {
    leaves(of: node, size: size).map { leaves in
      let shift = bits * UInt64(node.height - 1)
      return Int((leaves.upperBound - leaves.lowerBound + (1 << shift) - 1) >> shift)
    }
  }
}

extension StoredTree {
  /// The hashes of a node's children, or nil if the tree has no such node. `[CHAL-1]`
  public func children(of node: TreeNode, _ fanOut: FanOut) -> [Digest]? {
    guard let leaves = fanOut.leaves(of: node, size: size) else { return nil }
    let step = 1 << (fanOut.bits * UInt64(node.height - 1))
    return stride(from: leaves.lowerBound, to: leaves.upperBound, by: step).map { start in
      root(of: start..<min(leaves.upperBound, start + UInt64(step)))
    }
  }

  /// The root of a subtree of the tree's own recursion, or nil if the range is none.
  public func subtreeRoot(_ leaves: Range<UInt64>) -> Digest? {
    let count = leaves.upperBound - leaves.lowerBound
    guard count > 0, leaves.upperBound <= size else { return nil }
    let block = count == 1 ? 1 : 2 * MerkleTree.split(count)
    guard leaves.lowerBound.isMultiple(of: block) else { return nil }
    return root(of: leaves)
  }
}
