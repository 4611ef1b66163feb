import Bytes
import Inference
import Ledger
import Merkle
import TestSupport

extension FuzzKind {
  /// What disputes are made of beside evidence.
  static let disputes: [FuzzKind] = [
    .canonical("question", Question.self, questions) { question in
      for shape in shapes {
        for extent in [Extent(promptCount: 1, outputCount: 1), Extent(promptCount: 16384, outputCount: 16384)] {
          guard let count = shape.childCount(of: question, extent: extent) else { continue }
          promise(count > 0 && count <= 256, "a node has children, and no more than the fan-out")
          guard let (parent, place) = shape.parent(of: question, extent: extent) else { continue }
          let children = shape.childCount(of: parent, extent: extent) ?? 0
          promise((0..<children).contains(place), "a node is a child of its parent")
        }
      }
    },
    .canonical("promise", SignedPromise.self, [signed(1)]) {
      promise(!$0.covers(record, chain: .zero), "no promise covers a record of another chain")
    },
    .canonical(
      "misconduct", Misconduct.self,
      [
        .promises(signed(1), signed(2)), .unkept(signed(1)),
        .claimed(signed(1), claim: .zero, recordIndex: 0, record: record.encoded, inclusion: InclusionProof(path: [.zero])),
        .headers(
          chain.genesis.header, signed(1).signature, chain.tip.header, signed(2).signature, validator: TestChain.account("validator-0")),
      ]
    ) { _ = ($0.offender, $0.subject) },
    .canonical("ask", AskQuestion.self, questions.map { AskQuestion(ChallengeKey(claim: .zero, question: $0)) } + [opening]),
    .canonical(
      "reveal", RevealAnswer.self,
      [RevealAnswer(ChallengeKey(claim: .zero, question: questions[0]), .children([.zero, Digest.hash([1])]))]),
  ]

  private static let questions: [Question] = [
    .trace(record: 0, TreeNode(height: 1, index: 0)), .segment(record: 1, segment: 3, TreeNode(height: 1, index: 2)),
    .weights(tensor: 4, leaf: 2),
  ]

  private static var opening: AskQuestion {
    AskQuestion(
      ChallengeKey(claim: .zero, question: questions[0]),
      opening: .init(record: record.encoded, inclusion: InclusionProof(path: [.zero])))
  }

  private static let shapes = [1, 4, 8].map { QuestionShape(graph: TinyModel.model.graph, fanOut: FanOut(bits: $0)) }

  private static func signed(_ record: UInt8) -> SignedPromise {
    SignedPromise(
      Promise(
        chain: chain.genesis.root, provider: TestChain.account("provider"), request: .zero, record: Digest.hash([record]), latest: Height(9)
      ),
      by: TestChain.key("provider"), random: NoRandomBytes())
  }
}
