import Bytes
import Cryptography
import Inference
import Ledger
import Merkle

/// Why a claim's blob cannot be reviewed: what was handed over is not what the claim commits to.
public enum ReviewRejection: Error, Hashable, Sendable {
  /// The bytes do not have the digest that the claim names.
  case blobDigest
  /// The bytes are not a batch of the claim's size and root.
  case batch
}

/// The records of a claim, shown to be those that it commits to. `[REC-7]` `[TX-6]`
public struct ClaimReview: Sendable {
  /// The claim's id.
  public let id: Digest
  /// The claim.
  public let claim: Claim
  /// Its records.
  public let batch: Batch
  private let tree: StoredTree

  /// Checks a blob against a claim.
  public init(id: Digest, claim: Claim, blob: [UInt8]) throws(ReviewRejection) {
    guard Digest.hash(blob) == claim.blob else { throw .blobDigest }
    guard let batch = try? Batch(decoding: blob), batch.records.count == Int(claim.recordCount) else { throw .batch }
    let tree = batch.tree
    guard tree.root == claim.batchRoot else { throw .batch }
    self.id = id
    self.claim = claim
    self.batch = batch
    self.tree = tree
  }

  /// A question about one record as it is sent; the first brings the record. Nil for an index that the batch does not have. `[TX-10]`
  public func question(_ question: Question, from descent: Descent) -> AskQuestion? {
    let key = ChallengeKey(claim: id, question: question)
    guard question == descent.first else { return AskQuestion(key) }
    let index = Int(descent.record)
    guard batch.records.indices.contains(index), let inclusion = tree.inclusionProof(index: UInt64(index)) else { return nil }
    return AskQuestion(key, opening: .init(record: batch.records[index].encoded, inclusion: inclusion))
  }

  /// The message that proves fraud in one record, or nil for an index that the batch does not have. `[TX-7]`
  public func fraudProof(record index: Int, _ evidence: Evidence) -> FraudProof? {
    guard batch.records.indices.contains(index), let inclusion = tree.inclusionProof(index: UInt64(index)) else { return nil }
    return FraudProof(
      claim: id, recordIndex: UInt32(index), record: batch.records[index].encoded, inclusion: inclusion, kind: evidence.kind,
      evidence: evidence.encoded)
  }
}

/// What shows that a record lies. `[TX-7]`
public enum Evidence: Hashable, Sendable {
  /// A step that gives another leaf.
  case step(StepProof)
  /// A binding that the record breaks by itself.
  case binding(Binding)
  /// An argmax leaf that is not the record's token.
  case token(TokenProof)
  /// A column that beats the record's token.
  case counterexample(Counterexample)

  /// The kind that the ledger names it by.
  public var kind: EvidenceKind {
    switch self {
    case .step: .step
    case .binding: .binding
    case .token: .tokens
    case .counterexample: .counterexample
    }
  }

  /// The encoding that the ledger decodes.
  public var encoded: [UInt8] {
    switch self {
    case .step(let proof): proof.encoded
    case .binding(let binding): [binding.rawValue]
    case .token(let proof): proof.encoded
    case .counterexample(let proof): proof.encoded
    }
  }

  /// A few words for a log.
  public func summary(graph: Graph) -> String {
    switch self {
    case .step(let proof):
      let name = graph.segments.indices.contains(proof.position.segment) ? graph.segments[proof.position.segment].name : "unknown"
      return "segment \(proof.position.segment) (\(name)), row \(proof.position.row), chunk \(proof.position.chunk) does not follow"
    case .binding(.input): return "the prompt's tokens are not the encoding of its text"
    case .binding(.output): return "the answer is not the decoding of its tokens"
    case .binding(.stop): return "the answer does not end by the stop rule"
    case .token(let proof):
      return graph.task == .generation
        ? "output token \(proof.row) is not the argmax of its row" : "the values are not those of the trace"
    case .counterexample(let proof): return "column \(proof.column) beats output token \(proof.row)"
    }
  }
}
