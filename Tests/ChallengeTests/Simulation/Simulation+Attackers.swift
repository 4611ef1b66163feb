import Bytes
import Inference
import Ledger
import Merkle
import TestSupport

extension Simulation {
  /// The accounts of the Sybils.
  static let sybils = (0..<1000).map { "sybil-\($0)" }

  /// What those do that post no claims.
  mutating func attack(censoring: Bool) {
    if roles.contains(.sybils) { askAsSybils() }
    if roles.contains(.flooding) { fillTheLane() }
    if roles.contains(.doubleSigning) { reportHeaders() }
    if censoring { copyProofs() }
  }

  /// Each of the next Sybils asks something; two roles of Sybils are as many again in a block.
  private mutating func askAsSybils() {
    let targets = parties.flatMap { party in pending(party).map { (party, $0) } }
    for _ in 0..<32 * roles.count(where: { $0 == .sybils }) {
      guard sybilsUsed < Self.sybils.count, let (party, claim) = targets.randomElement(using: &generator) else { return }
      let sender = Self.sybils[sybilsUsed]
      sybilsUsed += 1
      guard let ask = question(about: claim, of: party) else { continue }
      wishes.append(Wish(payload: .ask(ask), sender: sender))
    }
  }

  /// A question that can be asked now, or one that many ask.
  private mutating func question(about claim: Digest, of party: Party) -> AskQuestion? {
    let fanOut = chain.genesis.parameters.fanOut
    let shape = QuestionShape(graph: TinyModel.model.graph, fanOut: fanOut)
    let record = UInt32.random(in: 0..<2, using: &generator)
    let first = shape.first(record: record)
    guard chain.tip.state.disputes.opened(claim: claim, record: record) != nil, Int.random(in: 0..<8, using: &generator) > 0 else {
      guard let inclusion = party.batch.tree.inclusionProof(index: UInt64(record)) else { return nil }
      let opening = AskQuestion.Opening(record: party.batch.records[Int(record)].encoded, inclusion: inclusion)
      return AskQuestion(ChallengeKey(claim: claim, question: first), opening: opening)
    }
    let trace = party.records[Int(record)].trace
    let segment = Int.random(in: 0..<trace.segments.count, using: &generator)
    func node(of tree: StoredTree) -> TreeNode {
      let height = UInt8.random(in: 1...fanOut.top(ofSize: tree.size), using: &generator)
      let last = (tree.size - 1) >> (fanOut.bits * UInt64(height))
      return TreeNode(height: height, index: UInt64.random(in: 0...last, using: &generator))
    }
    let asked: Question =
      switch Int.random(in: 0..<8, using: &generator) {
      case 0:
        .weights(tensor: UInt32.random(in: 0..<UInt32(TinyModel.model.graph.tensors.count), using: &generator), leaf: 0)
      case 1...2: .trace(record: record, node(of: trace.roots))
      case 3...4: shape.top(record: record, segment: segment, extent: trace.extent)
      default: .segment(record: record, segment: UInt32(segment), node(of: trace.segments[segment]))
      }
    return AskQuestion(ChallengeKey(claim: claim, question: asked))
  }

  /// Challenges that are refused take up room all the same.
  private mutating func fillTheLane() {
    // Each takes sixteen of sixty-four places.
    for leaf in 0..<4 as Range<UInt32> {
      let question = Question.weights(tensor: 0, leaf: leaf)
      wishes.append(Wish(payload: .ask(AskQuestion(ChallengeKey(claim: .zero, question: question))), sender: "bob"))
    }
  }

  /// Reports a validator that has attested another header beside the last one.
  private mutating func reportHeaders() {
    let header = chain.tip.header
    let other = Header(
      chain: header.chain, height: header.height, time: header.time + 1, parent: header.parent, transactionRoot: header.transactionRoot,
      blobRoot: header.blobRoot, stateRoot: header.stateRoot, historyRoot: header.historyRoot, proposer: header.proposer)
    guard header.height.value == 3 else { return }
    let attestations = [header, other].map { Attestation(header: $0.hash, by: chain.validators[1], random: NoRandomBytes()) }
    report(
      .headers(
        header, attestations[0].signature, other, attestations[1].signature, validator: AccountIdentifier(chain.validators[1].publicKey)))
  }

  /// Puts copies of the honest challenger's proofs into a block from which its own are left out.
  private mutating func copyProofs() {
    for wish in wishes where wish.sender == "challenger" {
      guard case .fraudProof(let proof) = wish.payload else { continue }
      let copy = FraudProof(
        claim: proof.claim, recordIndex: proof.recordIndex, record: proof.record, inclusion: proof.inclusion, kind: proof.kind,
        evidence: proof.evidence)
      wishes.append(Wish(payload: .fraudProof(copy), sender: "bob"))
    }
  }
}
