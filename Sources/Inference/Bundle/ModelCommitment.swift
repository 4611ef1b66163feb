import Bytes
import Cryptography
import Merkle

/// What a chain holds of a model: the parts of the model root. `[MODEL-5]`
public struct ModelCommitment: Hashable, Sendable {
  /// SHA-256 of the graph.
  public let graphDigest: Digest
  /// The root over the tensors' roots.
  public let tensorsRoot: Digest
  /// SHA-256 of the tokenizer.
  public let tokenizerDigest: Digest

  /// The tag of the model root.
  public static let tag = HashTag("probity/model")

  /// Makes a commitment of its parts.
  public init(graphDigest: Digest, tensorsRoot: Digest, tokenizerDigest: Digest) {
    self.graphDigest = graphDigest
    self.tensorsRoot = tensorsRoot
    self.tokenizerDigest = tokenizerDigest
  }

  /// The model root.
  public var modelRoot: Digest { Digest.hash(tag: ModelCommitment.tag, graphDigest.bytes + tensorsRoot.bytes + tokenizerDigest.bytes) }
}

/// The trees over a model's tensors, from which proofs about weights are made. It takes a pass of SHA-256 over the bundle.
public struct ModelTrees: Sendable {
  /// One tree for each tensor.
  public let tensors: [StoredTree]
  /// The tree over the tensors' roots.
  public let roots: StoredTree

  /// Hashes every leaf of a model.
  public init(_ model: Model) {
    tensors = model.graph.tensors.indices.map { tensor in
      StoredTree(
        leafHashes: (0..<model.graph.tensors[tensor].leafCount).map { MerkleTree.leafHash(model.leaves($0..<$0 + 1, of: tensor)) })
    }
    roots = StoredTree(
      leafHashes: tensors.enumerated().map {
        MerkleTree.leafHash(TreePart.rootLeaf(index: $0, leafCount: Int($1.size), root: $1.root))
      })
  }

  /// The commitment to the model whose trees these are.
  public func commitment(to model: Model) -> ModelCommitment {
    ModelCommitment(graphDigest: model.graph.digest, tensorsRoot: roots.root, tokenizerDigest: model.tokenizerDigest)
  }

  /// Leaves of a tensor with their proofs.
  /// - Precondition: the tensor and the range exist.
  public func part(_ read: TensorRange, of model: Model) -> TreePart {
    let range = UInt64(read.leaves.lowerBound)..<UInt64(read.leaves.upperBound)
    guard let proof = tensors[read.tensor].rangeProof(range), let place = roots.rangeProof(UInt64(read.tensor)..<UInt64(read.tensor) + 1)
    else { preconditionFailure("the read lies inside the tensor") }
    return TreePart(root: tensors[read.tensor].root, place: place, leaves: Array(model.leaves(read.leaves, of: read.tensor)), range: proof)
  }
}
