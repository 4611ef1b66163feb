import Bytes
import Inference
import Merkle
import TestSupport

/// A model of the tests with an honest record, of which a fuzzer's bytes forge a step: any leaf or weight that the step reads may be
/// overwritten, and every hash above is made anew, so that all Merkle proofs hold and the step itself is what is judged.
struct ForgedStep {
  private let model: Model
  private let trees: ModelTrees
  private let honest: TinyRecord
  private var graph: Graph { model.graph }

  init(model: Model, trees: ModelTrees, honest: TinyRecord) {
    self.model = model
    self.trees = trees
    self.honest = honest
  }

  /// The bytes in front of the patches: segment, row, chunk, the bit that a lie flips (two bytes), and whether it is a lie.
  static let prefixBytes = 6
  /// The bytes of a patch: which part, the offset (two bytes), four bytes to put there, how often one after the other.
  static let patchBytes = 8

  /// Forges the step and judges it: what the definitions give is honest, and anything else is fraud.
  func run(_ bytes: ArraySlice<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count >= ForgedStep.prefixBytes else { return }
    let segment = Int(bytes[0]) % graph.segments.count
    let layout = graph.layouts[segment]
    let rows = honest.trace.extent.rows(of: layout.domain)
    let position = StepPosition(segment: segment, row: Int(bytes[1]) % rows, chunk: Int(bytes[2]) % layout.chunks)
    let patches = stride(from: ForgedStep.prefixBytes, through: bytes.count - ForgedStep.patchBytes, by: ForgedStep.patchBytes)
      .map { Array(bytes[$0..<$0 + ForgedStep.patchBytes]) }

    let reads = graph.reads(of: position, in: honest.trace.extent)
    var leaves = Forest(trees: honest.trace.segments, leafBytes: graph.layouts.map(\.leafBytes)) { honest.trace.leaves[$0] ?? [] }
    for patch in patches where Int(patch[0]) % 16 < reads.count {
      let read = reads[Int(patch[0]) % 16]
      leaves.write(patch, to: read.leaves, of: read.segment)
    }
    let readBytes = reads.map { leaves.content($0.leaves, of: $0.segment) }
    let block = graph.maxima != nil && segment == graph.lastSegment ? NaiveStep.argmax(NaiveStep.int32(readBytes[0])) : 0
    let token = honest.record.streamToken(ofRow: position.row)
    let tensorReads = graph.tensorReads(of: position, token: token, block: block)
    var tensors = Forest(trees: trees.tensors, leafBytes: graph.tensors.map(\.leafBytes)) { Array(model.tensor($0)) }
    for patch in patches where Int(patch[0]) % 16 >= 8 && Int(patch[0]) % 8 < tensorReads.count {
      let read = tensorReads[Int(patch[0]) % 8]
      tensors.write(patch, to: read.leaves, of: read.tensor)
    }

    var naive = NaiveStep(
      graph: graph, position: position, token: token, input: honest.record.request.tensor ?? [], reads: readBytes,
      tensors: tensorReads.map { ($0.tensor, tensors.content($0.leaves, of: $0.tensor)) })
    let right = naive.leaf()
    var claimed = right ?? [UInt8](repeating: 0, count: layout.leafBytes)
    let lies = bytes[5] % 2 == 1
    if lies {
      let bit = (Int(bytes[3]) | Int(bytes[4]) << 8) % (8 * claimed.count)
      claimed[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    let leaf = layout.leafIndex(row: position.row, chunk: position.chunk, rows: rows)
    leaves.replace(leaf, of: segment, hash: MerkleTree.leafHash(claimed))
    judge(position, leaf: leaf, reads: reads, tensorReads: tensorReads, in: leaves, tensors, isRight: right != nil && !lies)
  }

  private func judge(
    _ position: StepPosition, leaf: Int, reads: [LeafRange], tensorReads: [TensorRange], in leaves: Forest, _ tensors: Forest, isRight: Bool
  ) {
    let extent = honest.trace.extent
    let trace = leaves.rooted
    let weights = tensors.rooted
    let claim = trace.part(leaf..<leaf + 1, of: position.segment)
    let proof = StepProof(
      position: position,
      claimed: LeafPart(root: claim.root, place: claim.place, leafHash: trace.leafHash(leaf, of: position.segment), range: claim.range),
      reads: reads.map { trace.part($0.leaves, of: $0.segment) }, tensors: tensorReads.map { weights.part($0.leaves, of: $0.tensor) })
    var record = honest.record
    record.traceRoot = trace.root
    let encoded = proof.encoded
    promise((try? StepProof(decoding: encoded)) == proof, "a step proof comes back")
    promise(encoded.count <= graph.cost(of: position, in: extent).bytes, "a step costs no more than it is counted for")
    guard let context = EvidenceContext(graph: graph, tensorsRoot: weights.root, record: record) else {
      fatalError("broken: the record fits its graph")
    }
    let verdict = try? proof.verdict(in: context)
    promise(verdict == (isRight ? .honest : .fraud), isRight ? "an honest step is not fraud" : "a wrong step is fraud")
  }
}
