import Bytes
import Cryptography

extension StateTree {
  /// The state after `changes`, as what has to be written for it. Nothing that is stored changes. `[JMT-1]`
  ///
  /// The update always writes a root node, also when nothing changes, so that each version is readable.
  /// - Precondition: `changes` ascend strictly by key hash, and `version` is above this one's.
  public func updated(by changes: [StateChange], version newVersion: UInt64) throws(Failure) -> StateTreeUpdate {
    precondition(version.map { $0 < newVersion } ?? true, "versions ascend")
    precondition(zip(changes, changes.dropFirst()).allSatisfy { $0.keyHash < $1.keyHash }, "changes ascend strictly")

    var writer = StateTreeWriter(tree: self, version: newVersion)
    let oldRoot = try rootNode()
    let result: StateTreeWriter<Reader>.Subtree
    switch oldRoot {
    case .empty: result = writer.built(changes.compactMap { StateLeaf($0) }[...], at: .root)
    case .leaf(let leaf): result = writer.merged(leaf, with: changes[...], at: .root)
    case .branch(let branch): result = try writer.updated(branch, by: changes[...], at: .root)
    }
    return writer.finish(result, oldRoot: oldRoot)
  }
}
