import Bytes

extension TreePart {
  /// Whether the part holds one leaf of a tensor of the model, with the leaf's exact size. `[STEP-4]` `[TX-11]`
  public func holds(leaf: Int, ofTensor tensor: Int, graph: Graph, tensorsRoot: Digest) -> Bool {
    guard graph.tensors.indices.contains(tensor) else { return false }
    let shape = graph.tensors[tensor]
    guard (0..<shape.leafCount).contains(leaf) else { return false }
    return verifies(
      leaf..<leaf + 1, leafBytes: shape.leafBytes, leafCount: shape.leafCount, index: tensor, treeCount: graph.tensors.count,
      rootOfRoots: tensorsRoot)
  }
}
