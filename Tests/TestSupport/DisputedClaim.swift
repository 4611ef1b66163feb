import Bytes
import Cryptography
import Inference
import Ledger
import Merkle

/// A chain on which a claim of some records is pending, with the traces that its provider can reveal.
public struct DisputedClaim: Sendable {
  /// The chain; the claim stands in its block 2.
  public var chain: TestChain
  /// The claim's id.
  public let claim: Digest
  /// The records with their traces.
  public let records: [TinyRecord]
  /// The claim's batch.
  public let batch: Batch

  /// Registers the test model and posts a claim of the named provider.
  public init(_ records: [TinyRecord], from provider: String = "provider", chain: TestChain = TestChain()) throws {
    var chain = chain
    try chain.add([chain.registration()])
    claim = Claim.identifier(provider: TestChain.account(provider), nonce: chain.account(provider).nonce)
    try chain.add([chain.posting(records.map(\.record), from: provider)])
    self.chain = chain
    self.records = records
    batch = TestRecords.batch(records.map(\.record))
  }

  /// The claim as the ledger holds it.
  public var entry: Claim {
    guard let claim = chain.tip.state.claims[claim] else { fatalError("the claim is posted") }
    return claim
  }

  /// The fan-out of the chain.
  public var fanOut: FanOut { chain.genesis.parameters.fanOut }

  /// The shapes of the trees.
  public var shape: QuestionShape { QuestionShape(graph: TinyModel.model.graph, fanOut: fanOut) }

  /// The first question about a record.
  public func first(_ record: UInt32 = 0) -> Question { shape.first(record: record) }

  /// The questions from a record's trace root down to a leaf, each the parent of the next.
  public func path(record: UInt32 = 0, segment: Int, leaf: Int) -> [Question] {
    let extent = records[Int(record)].trace.extent
    var path = [Question.segment(record: record, segment: UInt32(segment), TreeNode(height: 1, index: UInt64(leaf) >> fanOut.bits))]
    while let parent = shape.parent(of: path[0], extent: extent) { path.insert(parent.question, at: 0) }
    return path
  }

  /// The challenge with a question, or nil.
  public func challenge(_ question: Question) -> ChallengeEntry? {
    chain.tip.state.disputes.challenge(ChallengeKey(claim: claim, question: question))
  }

  /// A question as the named account sends it; the first about a record opens it.
  public func ask(_ question: Question, from name: String = "challenger", opens: Bool? = nil) -> TestTransaction {
    var opening: AskQuestion.Opening?
    if let record = question.record, opens ?? (question == first(record)) {
      guard let inclusion = batch.tree.inclusionProof(index: UInt64(record)) else { fatalError("the batch holds the record") }
      opening = .init(record: batch.records[Int(record)].encoded, inclusion: inclusion)
    }
    return chain.transaction(.ask(AskQuestion(ChallengeKey(claim: claim, question: question), opening: opening)), from: name)
  }

  /// The true answer to a question, as the named account sends it.
  public func reveal(_ question: Question, from name: String = "provider", change: ([Digest]) -> [Digest] = { $0 }) -> TestTransaction {
    let key = ChallengeKey(claim: claim, question: question)
    if case .weights(let tensor, let leaf) = question {
      let part = TinyModel.trees.part(TensorRange(tensor: Int(tensor), leaves: Int(leaf)..<Int(leaf) + 1), of: TinyModel.model)
      return chain.transaction(.reveal(RevealAnswer(key, .weights(part))), from: name)
    }
    guard let record = question.record, let children = records[Int(record)].trace.children(answering: question, fanOut: fanOut) else {
      fatalError("the question names a node")
    }
    return chain.transaction(.reveal(RevealAnswer(key, .children(change(children)))), from: name)
  }

  /// The settling of a question's bond.
  public func close(_ question: Question, from name: String = "bob") -> TestTransaction {
    chain.transaction(.close(ChallengeKey(claim: claim, question: question)), from: name)
  }

  /// Adds a block with one transaction.
  @discardableResult
  public mutating func add(_ transaction: TestTransaction) throws -> Outcome? { try chain.add([transaction]).first }
}
