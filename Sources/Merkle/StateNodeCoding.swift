import Bytes

extension StateNode: CanonicallyCodable {
  package init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .empty
    case 1: self = .leaf(try StateLeaf(from: &reader))
    case 2: self = .branch(try StateBranch(from: &reader))
    default: throw .unknownTag
    }
  }

  package func encode(to writer: inout ByteWriter) {
    switch self {
    case .empty:
      writer.write(UInt8(0))
    case .leaf(let leaf):
      writer.write(UInt8(1))
      leaf.encode(to: &writer)
    case .branch(let branch):
      writer.write(UInt8(2))
      branch.encode(to: &writer)
    }
  }
}

extension StateLeaf: CanonicallyCodable {
  package init(from reader: inout ByteReader) throws(DecodingRejection) {
    keyHash = try reader.readDigest()
    value = try reader.readCounted(atMost: StateChange.maximumValueBytes)
  }

  package func encode(to writer: inout ByteWriter) {
    writer.write(keyHash)
    writer.writeCounted(value)
  }
}

extension StateBranch: CanonicallyCodable {
  /// Reads two sets of slots as 16 bits each, the used ones and the leaves among them, then the used slots in order.
  package init(from reader: inout ByteReader) throws(DecodingRejection) {
    let used = try reader.read(UInt16.self)
    let leaves = try reader.read(UInt16.self)
    guard used != 0, leaves & ~used == 0 else { throw .outOfRange }
    guard used.nonzeroBitCount > 1 || leaves == 0 else { throw .outOfRange }
    var children = [StateChild?](repeating: nil, count: 16)
    for slot in 0..<16 where used >> slot & 1 == 1 {
      let version = try reader.read(UInt64.self)
      let hash = try reader.readDigest()
      guard hash != .zero else { throw .outOfRange }
      children[slot] = StateChild(version: version, hash: hash, isLeaf: leaves >> slot & 1 == 1)
    }
    self.init(children: children)
  }

  package func encode(to writer: inout ByteWriter) {
    var (used, leaves): (UInt16, UInt16) = (0, 0)
    for (slot, child) in children.enumerated() {
      guard let child else { continue }
      used |= 1 << slot
      if child.isLeaf { leaves |= 1 << slot }
    }
    writer.write(used)
    writer.write(leaves)
    for child in children {
      guard let child else { continue }
      writer.write(child.version)
      writer.write(child.hash)
    }
  }
}
