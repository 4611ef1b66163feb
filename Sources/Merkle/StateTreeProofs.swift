import Bytes
import Cryptography

extension StateTree {
  /// The value of a key, or nil, with the proof of it. `[JMT-2]`
  public func proof(of keyHash: Digest) throws(Failure) -> (value: [UInt8]?, proof: StateProof) {
    var (node, path) = (try rootNode(), NibblePath.root)
    var siblings: [Digest] = []
    while true {
      switch node {
      case .empty:
        return (nil, StateProof(siblings: siblings, end: .absentEmpty))
      case .leaf(let leaf) where leaf.keyHash == keyHash:
        return (leaf.value, StateProof(siblings: siblings, end: .present))
      case .leaf(let leaf):
        let end = StateProof.End.absentOther(keyHash: leaf.keyHash, valueHash: Digest.hash(leaf.value))
        return (nil, StateProof(siblings: siblings, end: end))
      case .branch(let branch):
        let slot = branch.descend(toward: keyHash, depth: path.count, siblings: &siblings)
        guard let child = branch.children[slot] else {
          node = .empty
          continue
        }
        let childPath = path.appending(slot)
        (node, path) = (try load(child.version, childPath), childPath)
      }
    }
  }
}

extension StateBranch {
  /// Walks the four levels of the branch along a key until the half has at most one pair, or is one slot. Returns the slot in use
  /// there, or any slot of an empty half.
  fileprivate func descend(toward keyHash: Digest, depth: Int, siblings: inout [Digest]) -> Int {
    let wanted = keyHash.nibble(at: depth)
    var slots = 0..<16
    while slots.count > 1 {
      switch occupancy(of: slots) {
      case .none:
        return slots.lowerBound
      case .single(let child) where child.isLeaf:
        return slots.first { children[$0] != nil } ?? slots.lowerBound
      case .single, .several:
        let middle = slots.lowerBound + slots.count / 2
        let (left, right) = (slots.lowerBound..<middle, middle..<slots.upperBound)
        siblings.append(hash(of: wanted < middle ? right : left))
        slots = wanted < middle ? left : right
      }
    }
    return slots.lowerBound
  }
}
