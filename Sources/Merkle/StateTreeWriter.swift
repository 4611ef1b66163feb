import Bytes
import Cryptography

/// Collects what one update writes. A leaf is written by whoever decides its place: it rises until a branch has other children too.
struct StateTreeWriter<Reader: StateTreeReader> {
  let tree: StateTree<Reader>
  let version: UInt64
  private var newNodes: [StateTreeUpdate.NewNode] = []
  private var staleNodes: [StateNodeKey] = []

  /// What a subtree has become.
  enum Subtree {
    case empty
    /// As it was stored.
    case unchanged
    /// A single pair, not yet written.
    case leaf(StateLeaf)
    /// A branch, already written.
    case branch(hash: Digest)
  }

  init(tree: StateTree<Reader>, version: UInt64) {
    self.tree = tree
    self.version = version
  }

  /// Writes the root's node and gives the result up.
  mutating func finish(_ result: Subtree, oldRoot: StateNode) -> StateTreeUpdate {
    let root: Digest
    switch result {
    case .empty:
      root = .zero
      write(.empty, at: .root)
    case .leaf(let leaf):
      root = leaf.hash
      write(.leaf(leaf), at: .root)
    case .branch(let hash):
      root = hash
    case .unchanged:
      root = oldRoot.hash
      write(oldRoot, at: .root)
    }
    if let oldVersion = tree.version { staleNodes.append(StateNodeKey(version: oldVersion, path: .root)) }
    return StateTreeUpdate(version: version, root: root, newNodes: newNodes, staleNodes: staleNodes)
  }

  /// A new subtree of pairs in ascending order, all of which share `path`.
  mutating func built(_ leaves: ArraySlice<StateLeaf>, at path: NibblePath) -> Subtree {
    guard let first = leaves.first else { return .empty }
    guard leaves.count > 1 else { return .leaf(first) }
    var children = [StateChild?](repeating: nil, count: 16)
    for (slot, group) in grouped(leaves, depth: path.count, by: \.keyHash) {
      let childPath = path.appending(slot)
      children[slot] = place(built(group, at: childPath), at: childPath, old: nil)
    }
    return branch(children, at: path)
  }

  /// A stored leaf together with changes below the same path.
  mutating func merged(_ old: StateLeaf, with changes: ArraySlice<StateChange>, at path: NibblePath) -> Subtree {
    var leaves = changes.compactMap { StateLeaf($0) }
    if !changes.contains(where: { $0.keyHash == old.keyHash }) {
      leaves.insert(old, at: leaves.firstIndex { old.keyHash < $0.keyHash } ?? leaves.endIndex)
    }
    return leaves == [old] ? .unchanged : built(leaves[...], at: path)
  }

  /// A stored branch after changes below its path.
  mutating func updated(
    _ old: StateBranch, by changes: ArraySlice<StateChange>, at path: NibblePath
  ) throws(StateTree<Reader>.Failure) -> Subtree {
    var children = old.children
    var risen: (slot: Int, leaf: StateLeaf)?
    for (slot, group) in grouped(changes, depth: path.count, by: \.keyHash) {
      let childPath = path.appending(slot)
      let result = try updated(old.children[slot], by: group, at: childPath)
      if case .unchanged = result { continue }
      // A leaf that has no neighbours yet may rise: it is written once all slots are known.
      if case .leaf(let leaf) = result {
        if let earlier = risen { children[earlier.slot] = place(.leaf(earlier.leaf), at: path.appending(earlier.slot), old: nil) }
        risen = (slot, leaf)
        children[slot] = nil
      } else {
        children[slot] = place(result, at: childPath, old: old.children[slot])
      }
    }
    return try closed(children, risen: risen, old: old, at: path)
  }

  /// Decides what a changed branch has become: nothing, the one leaf that is left, or a branch.
  private mutating func closed(
    _ children: [StateChild?], risen: (slot: Int, leaf: StateLeaf)?, old: StateBranch, at path: NibblePath
  ) throws(StateTree<Reader>.Failure) -> Subtree {
    var children = children
    let used = children.indices.filter { children[$0] != nil }
    if let risen {
      if used.isEmpty { return .leaf(risen.leaf) }
      let childPath = path.appending(risen.slot)
      children[risen.slot] = place(.leaf(risen.leaf), at: childPath, old: nil)
      return branch(children, at: path)
    }
    guard children != old.children else { return .unchanged }
    guard let slot = used.first, let child = children[slot] else { return .empty }
    guard used.count == 1, child.isLeaf else { return branch(children, at: path) }

    // The only pair left is stored one level down: it moves up.
    let childPath = path.appending(slot)
    let key = StateNodeKey(version: child.version, path: childPath)
    guard case .leaf(let leaf) = try tree.load(child.version, childPath) else { throw .damagedNode(key, .unknownTag) }
    staleNodes.append(key)
    return .leaf(leaf)
  }

  private mutating func updated(
    _ old: StateChild?, by changes: ArraySlice<StateChange>, at path: NibblePath
  ) throws(StateTree<Reader>.Failure) -> Subtree {
    guard let old else {
      let result = built(changes.compactMap { StateLeaf($0) }[...], at: path)
      if case .empty = result { return .unchanged }
      return result
    }
    let result: Subtree
    switch try tree.load(old.version, path) {
    case .empty: throw .damagedNode(StateNodeKey(version: old.version, path: path), .outOfRange)
    case .leaf(let leaf): result = merged(leaf, with: changes, at: path)
    case .branch(let branch): result = try updated(branch, by: changes, at: path)
    }
    if case .unchanged = result { return result }
    staleNodes.append(StateNodeKey(version: old.version, path: path))
    return result
  }

  /// The slot for a subtree that stays at `path`.
  private mutating func place(_ subtree: Subtree, at path: NibblePath, old: StateChild?) -> StateChild? {
    switch subtree {
    case .empty: return nil
    case .unchanged: return old
    case .branch(let hash): return StateChild(version: version, hash: hash, isLeaf: false)
    case .leaf(let leaf):
      write(.leaf(leaf), at: path)
      return StateChild(version: version, hash: leaf.hash, isLeaf: true)
    }
  }

  private mutating func branch(_ children: [StateChild?], at path: NibblePath) -> Subtree {
    let branch = StateBranch(children: children)
    write(.branch(branch), at: path)
    return .branch(hash: branch.hash)
  }

  private mutating func write(_ node: StateNode, at path: NibblePath) {
    newNodes.append(StateTreeUpdate.NewNode(key: StateNodeKey(version: version, path: path), bytes: node.encoded))
  }

  /// Cuts an ascending list into the runs that share half byte `depth` of their key hashes.
  private func grouped<Element>(
    _ elements: ArraySlice<Element>, depth: Int, by keyHash: (Element) -> Digest
  ) -> [(slot: Int, elements: ArraySlice<Element>)] {
    var groups: [(Int, ArraySlice<Element>)] = []
    var rest = elements
    while let first = rest.first {
      let slot = keyHash(first).nibble(at: depth)
      let group = rest.prefix { keyHash($0).nibble(at: depth) == slot }
      groups.append((slot, group))
      rest = rest.dropFirst(group.count)
    }
    return groups
  }
}

extension StateLeaf {
  /// The pair that a change sets, or nil when it deletes.
  init?(_ change: StateChange) {
    guard let value = change.value else { return nil }
    self.init(keyHash: change.keyHash, value: value)
  }
}
