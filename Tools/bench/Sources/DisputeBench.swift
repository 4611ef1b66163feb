import Bytes
import Challenge
import Cryptography
import Foundation
import Inference
import Ledger
import Merkle
import TestSupport

/// What it takes to prove a lie on a chain, in the last leaf of the last row of each kind of segment: one message where the trace is served, and
/// questions, answers and that message where it is withheld.
struct DisputeBench {
  let model: Model
  let tokens: [UInt32]

  /// A message that the ledger did not take, or a descent that led nowhere.
  struct Unexpected: Error { let what: String }

  private static let fanOutBits: UInt64 = 8

  func answer() throws -> Answer {
    let graph = model.graph
    let trees = ModelTrees(model)
    let output = Inference.Stream(model: model, capacity: tokens.count, workers: Workers(count: 2))
      .append(tokens, firstGenerationRow: tokens.count - 1)
    let own = try model.replay(
      promptTokens: tokens, outputTokens: output, workers: Workers(count: 2), keeping: Set(graph.segments.indices))
    var bench = Dispute(model: model, trees: trees, own: own, tokens: tokens, output: output, chain: TestChain(fanOutBits: Self.fanOutBits))
    try bench.register()
    var last: [String: Int] = [:]
    for segment in graph.segments.indices { last[graph.segments[segment].name] = segment }
    return Answer(disputes: try last.sorted { $0.value < $1.value }.map { try bench.measure(segment: $0.value) })
  }
}

/// A chain on which one lie after the other is claimed and proved.
private struct Dispute {
  let model: Model
  let trees: ModelTrees
  let own: Trace
  let tokens: [UInt32]
  let output: [UInt32]
  var chain: TestChain
  private var sizes: [Int] = []
  private var times: [Double] = []

  init(model: Model, trees: ModelTrees, own: Trace, tokens: [UInt32], output: [UInt32], chain: TestChain) {
    self.model = model
    self.trees = trees
    self.own = own
    self.tokens = tokens
    self.output = output
    self.chain = chain
  }

  mutating func register() throws {
    let registration = RegisterModel(model, commitment: trees.commitment(to: model), name: Array("model".utf8))
    try send(.registerModel(registration), from: "alice", blob: model.tokenizer.description.encoded)
    try send(.bond(Amount(500_000_000)), from: "provider")
  }

  /// The cost of a lie in a segment.
  mutating func measure(segment: Int) throws -> DisputeMeasurement {
    let layout = model.graph.layouts[segment]
    let rows = own.extent.rows(of: layout.domain)
    let leaf = layout.leafIndex(row: rows - 1, chunk: layout.chunks - 1, rows: rows)
    var hashes = own.segments[segment].leafHashes
    hashes[leaf] = Digest.hash([1])
    let lie = StoredTree(leafHashes: hashes)
    var roots = own.segments.map(\.root)
    roots[segment] = lie.root
    let lyingRoots = Trace.rootTree(roots, graph: own.graph, extent: own.extent)
    let batch = try batch(traceRoot: lyingRoots.root, salt: UInt8(segment & 255))
    let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: chain.account("provider").nonce)
    try send(.postClaim(PostClaim(batch)), from: "provider", blob: batch.encoded)
    guard let entry = chain.tip.state.claims[claim] else { throw DisputeBench.Unexpected(what: "no claim") }
    let review = try ClaimReview(id: claim, claim: entry, blob: batch.encoded)

    (sizes, times) = ([], [])
    let fanOut = chain.genesis.parameters.fanOut
    let descent = Descent(record: 0, own: own, fanOut: fanOut)
    let found = try descend(descent, review) { question in
      switch question {
      case .trace(_, let node): lyingRoots.children(of: node, fanOut)
      case .segment(_, _, let node): lie.children(of: node, fanOut)
      case .weights: nil
      }
    }
    let rounds = times.count / 2
    let prover = StepProver(model: model, trees: trees, own: own, claimedTrace: found.trace)
    let position = StepPosition(segment: segment, row: rows - 1, chunk: layout.chunks - 1)
    let row = layout.domain == .stream ? rows - 1 : own.extent.streamRow(ofOutputRow: rows - 1)
    guard
      found.segment == segment, found.leaf == leaf, let step = prover.step(position, claimedSegment: found.tree, token: tokens[row]),
      let proof = review.fraudProof(record: 0, .step(step))
    else { throw DisputeBench.Unexpected(what: "no proof") }
    try send(.fraudProof(proof), from: "challenger")
    guard case .slashed? = chain.tip.state.claims[claim]?.status, let proofBytes = sizes.last, let proofSeconds = times.last else {
      throw DisputeBench.Unexpected(what: "not slashed")
    }
    return DisputeMeasurement(
      segment: segment, kind: model.graph.segments[segment].name, rounds: rounds, proofBytes: proofBytes, proofSeconds: proofSeconds,
      largestBytes: sizes.max() ?? 0, totalBytes: sizes.reduce(0, +), slowestSeconds: times.max() ?? 0)
  }

  /// Asks and answers until the wrong leaf is found.
  private mutating func descend(
    _ descent: Descent, _ review: ClaimReview, _ children: (Question) -> [Digest]?
  ) throws -> DisputedLeaf {
    while true {
      let state = chain.tip.state
      let move = descent.move { .init(state.disputes.challenge(ChallengeKey(claim: review.id, question: $0))) }
      switch move {
      case .ask(let question):
        guard let ask = review.question(question, from: descent) else { throw DisputeBench.Unexpected(what: "no question") }
        try send(.ask(ask), from: "challenger")
      case .wait(let question):
        guard let answer = children(question) else { throw DisputeBench.Unexpected(what: "no answer") }
        try send(.reveal(RevealAnswer(ChallengeKey(claim: review.id, question: question), .children(answer))), from: "provider")
      case .prove(let leaf): return leaf
      case .look, .agree: throw DisputeBench.Unexpected(what: "no difference")
      }
    }
  }

  /// Puts a message into a block of its own, and measures what a validator does with the block.
  private mutating func send(_ payload: Payload, from name: String, blob: [UInt8]? = nil) throws {
    let transaction = chain.transaction(payload, from: name, blob: blob)
    let proposal = try chain.proposal([transaction])
    guard proposal.leftOut.isEmpty else { throw DisputeBench.Unexpected(what: "left out: \(proposal.leftOut)") }
    let sealed = proposal.sealed(stateRoot: chain.stateRoot(after: proposal.changes), by: chain.validators[0])
    let bytes = sealed.block.unverified.encoded
    var executed: ExecutedBlock?
    let spent = try (0..<5).map { _ in
      let start = ContinuousClock.now
      let received = try VerifiedBlock(UnverifiedBlock(decoding: bytes), genesis: chain.genesis)
      executed = try BlockExecutor.execute(received, on: chain.tip, tokenizers: chain.tokenizers)
      return seconds(since: start)
    }
    guard let executed, executed.outcomes == [.accepted] else { throw DisputeBench.Unexpected(what: "\(proposal.outcomes)") }
    try chain.accept(executed)
    sizes.append(transaction.transaction.encoded.count)
    times.append(spent.sorted()[2])
  }

  private func batch(traceRoot: Digest, salt: UInt8) throws -> Batch {
    guard
      let request = Request(
        modelRoot: trees.commitment(to: model).modelRoot, provider: TestChain.key("provider").publicKey,
        client: TinyRecord.client.publicKey, salt: Digest.hash([salt]), maxNewTokens: 1, prompt: [32])
    else { throw DisputeBench.Unexpected(what: "no request") }
    let record = Record(
      executorVersion: ExecutorVersion.current, request: request,
      requestSignature: TinyRecord.client.sign(request.digest, auxiliary: .zero),
      promptTokens: tokens, output: .generation(GenerationOutput(tokens: output, answer: [], stop: .length)), traceRoot: traceRoot)
    return TestRecords.batch([record])
  }
}
