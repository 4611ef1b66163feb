import Bytes
import Cryptography
import Inference
import Ledger
import Merkle
import NodeInterface
import Tensors
import TestSupport

/// A type that stands inside others: its one encoding, and valid bytes.
private struct Part: Sendable {
  let seeds: [[UInt8]]
  let run: @Sendable ([UInt8]) -> Void

  init<Value: CanonicallyCodable>(_: Value.Type, _ seeds: Value...) {
    self.seeds = seeds.map(\.encoded)
    run = { bytes in
      guard let value = try? Value(decoding: bytes) else { return }
      promise(value.encoded == bytes, "one value has one encoding")
    }
  }
}

extension FuzzKind {
  /// Values that travel inside others or stand in a store; the first byte says which type follows.
  static let parts: [FuzzKind] = [
    FuzzKind("part", partSeeds()) { bytes in
      guard let first = bytes.first else { return }
      partTypes[Int(first) % partTypes.count].run(Array(bytes.dropFirst()))
    },
    .canonical("header", Header.self, [chain.genesis.header, chain.tip.header]) { _ = $0.hash },
    .canonical("request", Request.self, [record.request]) { _ = $0.digest },
    .canonical(
      "payload", Payload.self, [Payload.transfer(Transfer(to: TestChain.key("bob").publicKey, amount: Amount(7)))] + chain.payloads),
    .canonical("state-node", StateNode.self, [chain.rootNode]) { node in
      if case .branch(let branch) = node { _ = branch.hash }
    },
    FuzzKind("state-entry", entrySeeds()) { bytes in
      var reader = ByteReader(bytes)
      guard let key = try? StateKey(from: &reader), let rest = try? reader.readFixed(bytes.count - key.encoded.count) else { return }
      promise(key.encoded == Array(bytes.prefix(key.encoded.count)), "a key has one encoding")
      guard let entry = try? StateEntry(decoding: rest, at: key) else { return }
      promise(entry.encoded == rest, "an entry has one encoding")
    },
    .canonical("submission", Submission.self, [Submission(transaction: [1, 2, 3]), Submission(transaction: [4], blob: [5, 6])]),
    .canonical("attestations", AttestationList.self, [AttestationList([chain.attestation])]) { list in
      _ = try? chain.genesis.check(list.attestations, of: chain.tip.header.hash)
    },
    .canonical("state-proof-answer", StateProofAnswer.self, [chain.proofAnswer]) { answer in
      promise(answer == chain.proofAnswer || (try? answer.verify(key: .totals)) == nil || answer.isHonest, "no answer shows another state")
    },
  ]

  private static let partTypes: [Part] = [
    Part(Digest.self, Digest.hash([1])), Part(PublicKey.self, TestChain.key("bob").publicKey),
    Part(Signature.self, chain.attestation.signature), Part(Amount.self, Amount(1)), Part(Height.self, Height(1)),
    Part(AccountIdentifier.self, TestChain.account("bob")), Part(NibblePath.self, NibblePath.root.appending(3).appending(15)),
    Part(TreeBuilder.self, chain.builder), Part(StateLeaf.self), Part(StateBranch.self),
    Part(LinearMap.self, LinearMap(weights: 1, bias: 2)),
    Part(Segment.Activation.self, .gelu, .silu(up: LinearMap(weights: 3))),
    Part(Segment.self, TinyModel.graph.segments[1], TinyTensorModel.model.graph.segments[1]),
    Part(TensorShape.self, TinyModel.graph.tensors[0]), Part(RecordOutput.self, record.output), Part(TreePart.self), Part(LeafPart.self),
    Part(Parameters.self, chain.genesis.parameters), Part(RegisterModel.self), Part(PostClaim.self, PostClaim(TestRecords.batch([record]))),
    Part(TransactionBody.self), Part(Account.self, chain.account("provider")), Part(ClaimStatus.self, .pending, .finalized(at: Height(3))),
    Part(Claim.self), Part(StateKey.self, .totals, .account(TestChain.account("bob")), .finalizing(Height(9))), Part(RegisteredModel.self),
    Part(Attestation.self, chain.attestation), Part(Int8Range.self, Int8Range(zero: 3)), Part(Int8Scale.self, .one),
    Part(Int8Operand.self), Part(Rank.self, Rank(height: Height(3), index: 1)), Part(ChallengeAnswer.self, .open),
    Part(ChallengeEntry.self),
    Part(Seal.self, Seal(rank: Rank(height: Height(3), index: 1), expires: Height(9))), Part(Prize.self), Part(ClockEntry.self),
    Part(SealKey.self, SealKey(account: TestChain.account("bob"), seal: .zero)), Part(Promise.self), Part(TreeNode.self),
    Part(ChallengeKey.self), Part(OpenedRecord.self, OpenedRecord(traceRoot: .zero, extent: Extent(promptCount: 2, outputCount: 3))),
    Part(Int8Segment.Sum.self), Part(Int8Segment.Sweep.self, .init(rows: 1, columns: 2)),
  ]

  private static func partSeeds() -> [[UInt8]] {
    partTypes.enumerated().flatMap { number, type in type.seeds.map { [UInt8(number)] + $0 } }
  }

  /// Keys with their entries, of each kind that the chain's state holds.
  private static func entrySeeds() -> [[UInt8]] {
    let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
    let keys: [StateKey] = [
      .totals, .account(TestChain.account("provider")), .model(record.request.modelRoot), .claim(claim), .request(record.request.digest),
      .finalizing(Height(5)), .clock,
    ]
    return keys.compactMap { key in chain.stateProof(of: key).value.map { key.encoded + $0 } }
  }
}

extension TestChain {
  fileprivate var payloads: [Payload] { [registration(), posting([FuzzKind.record])].map { $0.transaction.body.payload } }

  fileprivate var rootNode: StateNode { value { try StateTree(reader: nodes, version: tip.header.height.value).rootNode() } }

  fileprivate var attestation: Attestation { Attestation(header: tip.header.hash, by: validators[0], random: NoRandomBytes()) }

  fileprivate var builder: TreeBuilder {
    var builder = TreeBuilder()
    for leaf in 0..<7 { builder.append([UInt8(leaf)]) }
    return builder
  }

  fileprivate var proofAnswer: StateProofAnswer {
    let (bytes, proof) = stateProof(of: .totals)
    return StateProofAnswer(header: tip.header, attestations: [attestation], value: bytes, proof: proof)
  }
}

extension StateProofAnswer {
  /// Whether the value is the chain's or the header another one's.
  fileprivate var isHonest: Bool {
    header.stateRoot != FuzzKind.chain.tip.header.stateRoot || value == FuzzKind.chain.stateProof(of: .totals).value
  }
}
