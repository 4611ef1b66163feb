import Bytes
import Cryptography

/// Under which name a node of the state tree is stored. A node is written once and never changed.
public struct StateNodeKey: Hashable, Sendable {
  /// The version that wrote the node.
  public let version: UInt64

  /// Where the node stands.
  public let path: NibblePath

  /// Makes a key.
  public init(version: UInt64, path: NibblePath) {
    self.version = version
    self.path = path
  }

  /// The bytes to store a node under: the version, big-endian, so that a store that sorts its keys appends; then the path.
  public var storageKey: [UInt8] {
    var writer = ByteWriter(capacity: 41)
    writer.write(version.byteSwapped)
    path.encode(to: &writer)
    return writer.bytes
  }
}

/// One pair of the state as the tree holds it.
package struct StateLeaf: Hashable, Sendable {
  package let keyHash: Digest
  package let value: [UInt8]

  /// SHA-256 of 0x02, the key hash and the hash of the value. `[JMT-1]`
  package var hash: Digest { StateHash.leaf(keyHash: keyHash, valueHash: Digest.hash(value)) }
}

/// A subtree below a branch: where it is stored and what it hashes to.
package struct StateChild: Hashable, Sendable {
  package let version: UInt64
  package let hash: Digest
  /// Whether the subtree is a single pair, which the hash of a branch has to know. `[JMT-1]`
  package let isLeaf: Bool
}

/// A stored node. A branch stands for four levels of the binary tree, so that a look-up reads a quarter of the nodes.
package enum StateNode: Hashable, Sendable {
  /// No pairs at all: stored only as a root.
  case empty
  case leaf(StateLeaf)
  case branch(StateBranch)

  /// The root of the pairs below the node. `[JMT-1]`
  package var hash: Digest {
    switch self {
    case .empty: .zero
    case .leaf(let leaf): leaf.hash
    case .branch(let branch): branch.hash
    }
  }

  /// Whether the tree would ever put this node at `path`.
  package func canStand(at path: NibblePath) -> Bool {
    switch self {
    case .empty: path == .root
    case .leaf(let leaf): path.nibbles.indices.allSatisfy { leaf.keyHash.nibble(at: $0) == path.nibbles[$0] }
    case .branch: path.count < NibblePath.maximumCount
    }
  }
}

/// Sixteen slots, at least one of them in use; a slot that is alone is not a leaf.
package struct StateBranch: Hashable, Sendable {
  package private(set) var children: [StateChild?]

  /// Makes a branch.
  /// - Precondition: there are 16 slots.
  package init(children: [StateChild?]) {
    precondition(children.count == 16)
    self.children = children
  }

  /// The hash of the branch. `[JMT-1]`
  package var hash: Digest { hash(of: 0..<16) }

  /// The hash of 1, 2, 4, 8 or 16 aligned slots.
  func hash(of slots: Range<Int>) -> Digest {
    switch occupancy(of: slots) {
    case .none: return .zero
    case .single(let child) where child.isLeaf || slots.count == 1: return child.hash
    case .single, .several:
      let middle = slots.lowerBound + slots.count / 2
      return StateHash.branch(hash(of: slots.lowerBound..<middle), hash(of: middle..<slots.upperBound))
    }
  }

  /// How many slots of a range are in use.
  func occupancy(of slots: Range<Int>) -> Occupancy {
    var only: StateChild?
    for slot in slots {
      guard let child = children[slot] else { continue }
      guard only == nil else { return .several }
      only = child
    }
    return only.map { .single($0) } ?? .none
  }

  enum Occupancy {
    case none
    case single(StateChild)
    case several
  }
}

/// The hashes of the state tree. `[JMT-1]`
enum StateHash {
  static func leaf(keyHash: Digest, valueHash: Digest) -> Digest { prefixedHash(0x02, keyHash, valueHash) }
  static func branch(_ left: Digest, _ right: Digest) -> Digest { prefixedHash(0x03, left, right) }
}
