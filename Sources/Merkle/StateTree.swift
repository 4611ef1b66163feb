import Bytes
import Cryptography

/// One version of the state: a Jellyfish Merkle tree, whose nodes are written once and shared between versions. `[JMT-1]`
///
/// The value is only a name for stored nodes; it stays readable until they are pruned.
public struct StateTree<Reader: StateTreeReader>: Sendable {
  /// What reading can throw.
  public typealias Failure = StateTreeFailure<Reader.Failure>

  let reader: Reader

  /// The version, or nil before the first one, when the state is empty.
  public let version: UInt64?

  /// Names the state of `version`.
  public init(reader: Reader, version: UInt64?) {
    self.reader = reader
    self.version = version
  }

  /// The root of this version. `[JMT-1]`
  public func root() throws(Failure) -> Digest { try rootNode().hash }

  /// The value of a key, or nil when it has none.
  public func value(of keyHash: Digest) throws(Failure) -> [UInt8]? {
    var (node, path) = (try rootNode(), NibblePath.root)
    while true {
      switch node {
      case .empty:
        return nil
      case .leaf(let leaf):
        return leaf.keyHash == keyHash ? leaf.value : nil
      case .branch(let branch):
        (node, path) = try child(of: branch, at: path, toward: keyHash)
      }
    }
  }

  /// Calls `body` with each pair, in ascending order of key hash, until it returns false.
  public func visit(_ body: (_ keyHash: Digest, _ value: [UInt8]) -> Bool) throws(Failure) {
    _ = try visit(rootNode(), at: .root, body)
  }

  private func visit(_ node: StateNode, at path: NibblePath, _ body: (Digest, [UInt8]) -> Bool) throws(Failure) -> Bool {
    switch node {
    case .empty: return true
    case .leaf(let leaf): return body(leaf.keyHash, leaf.value)
    case .branch(let branch):
      for (slot, child) in branch.children.enumerated() {
        guard let child else { continue }
        let childPath = path.appending(slot)
        guard try visit(load(child.version, childPath), at: childPath, body) else { return false }
      }
      return true
    }
  }

  /// The root's node.
  package func rootNode() throws(Failure) -> StateNode {
    guard let version else { return .empty }
    return try load(version, .root)
  }

  /// The node on the way to a key below a branch, and where it stands; the empty node for an unused slot.
  func child(of branch: StateBranch, at path: NibblePath, toward keyHash: Digest) throws(Failure) -> (StateNode, NibblePath) {
    let slot = keyHash.nibble(at: path.count)
    guard let child = branch.children[slot] else { return (.empty, path) }
    let childPath = path.appending(slot)
    return (try load(child.version, childPath), childPath)
  }

  /// Reads a node, and checks that it can stand where it does: a damaged store must not lead the callers astray.
  package func load(_ version: UInt64, _ path: NibblePath) throws(Failure) -> StateNode {
    let key = StateNodeKey(version: version, path: path)
    let bytes: [UInt8]?
    do { bytes = try reader.node(at: key) } catch { throw .store(error) }
    guard let bytes else { throw .missingNode(key) }
    let node: StateNode
    do { node = try StateNode(decoding: bytes) } catch { throw .damagedNode(key, error) }
    guard node.canStand(at: path) else { throw .damagedNode(key, .outOfRange) }
    return node
  }
}
