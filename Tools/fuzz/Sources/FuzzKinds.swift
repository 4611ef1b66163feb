import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import LightVerification
import Merkle
import ModelImport
import TestSupport
import Text

extension FuzzKind {
  /// Every reader of outside bytes, and the checkers behind them.
  static let all = steps + evidence + disputes + ledger + proofs + parts + answers + texts + files + models

  static let record = TestRecords.record(client: TestChain.key("alice"))
  static let honest = value { try TinyRecord.honest("Hello, Probity!") }
  private static let context = value {
    EvidenceContext(graph: TinyModel.model.graph, tensorsRoot: TinyModel.commitment.tensorsRoot, record: honest.record)
  }
  private static let prover = StepProver(
    model: TinyModel.model, trees: TinyModel.trees, own: honest.trace, claimedRoots: honest.trace.segments.map(\.root))

  /// What is said against a record that is honest: no input may show fraud in it.
  private static let evidence: [FuzzKind] = [
    .canonical("step", StepProof.self, stepProofs()) {
      promise((try? $0.verdict(in: context)) != .fraud, "an honest record shows no fraud")
    },
    .canonical("token", TokenProof.self, [value { prover.token(row: 0) }]) {
      promise((try? $0.verdict(in: context)) != .fraud, "an honest record shows no fraud")
    },
    .canonical(
      "counterexample", Counterexample.self, [value { prover.counterexample(row: 0, column: 3, token: honest.record.outputTokens[0]) }]
    ) {
      promise((try? $0.verdict(in: context)) != .fraud, "an honest record shows no fraud")
    },
    .canonical("tensor-step", StepProof.self, tensorSteps()) {
      promise((try? $0.verdict(in: tensorContext)) != .fraud, "an honest record of a tensor shows no fraud")
    },
    .canonical("record", Record.self, [record, honestTensor.record]) { record in
      for graph in [TinyModel.model.graph, TinyTensorModel.model.graph] { _ = try? record.checkedShape(for: graph) }
    },
    .canonical("batch", Batch.self, [TestRecords.batch([record])]) { _ = $0.tree.root },
    .canonical("graph", GraphDescription.self, [TinyModel.graph, TinyTensorModel.model.graph.description]) { _ = try? Graph($0) },
    .canonical("tokenizer", TokenizerDescription.self, [TinyModel.header.tokenizer]) {
      _ = try? Tokenizer($0).encode(Array("one two".utf8))
    },
  ]

  private static let honestTensor = value { try TinyTensorModel.honest() }
  private static let tensorContext = value {
    EvidenceContext(
      graph: TinyTensorModel.model.graph, tensorsRoot: TinyTensorModel.commitment.tensorsRoot, record: honestTensor.record)
  }

  private static func tensorSteps() -> [StepProof] {
    let trace = honestTensor.trace
    let prover = StepProver(
      model: TinyTensorModel.model, trees: TinyTensorModel.trees, own: trace, claimedRoots: trace.segments.map(\.root))
    return trace.segments.indices.compactMap {
      prover.step(StepPosition(segment: $0, row: 0, chunk: 0), claimedSegment: trace.segments[$0], token: 0)
    }
  }

  private static func stepProofs() -> [StepProof] {
    let graph = TinyModel.model.graph
    return graph.segments.indices.compactMap { segment in
      let layout = graph.layouts[segment]
      let leaf = layout.leafCount(honest.trace.extent) - 1
      let (row, chunk) = layout.position(ofLeaf: leaf, rows: honest.trace.extent.rows(of: layout.domain))
      let stream = honest.record.streamTokens
      return prover.step(
        StepPosition(segment: segment, row: row, chunk: chunk), claimedSegment: honest.trace.segments[segment],
        token: stream[min(row, stream.count - 1)])
    }
  }

  static let chain: TestChain = value {
    var chain = TestChain()
    try chain.add([chain.registration()])
    try chain.add([chain.posting([record])])
    return chain
  }

  private static let ledger: [FuzzKind] = [
    .canonical("transaction", Transaction.self, [transfer, chain.registration().transaction, chain.posting([record]).transaction]) {
      transaction in
      _ = try? VerifiedTransaction(decoding: transaction.encoded, chain: chain.genesis.root)
    },
    .canonical(
      "fraud-proof", FraudProof.self,
      [FraudProof(claim: .zero, batch: TestRecords.batch([record]), index: 0, kind: .binding, evidence: [2])]),
    .canonical("block", UnverifiedBlock.self, chain.blocks.map(\.block.unverified)) { _ = try? VerifiedBlock($0, genesis: chain.genesis) },
    .canonical("genesis", Genesis.self, [chain.genesis]),
    FuzzKind("genesis-file", [Array(chain.genesis.fileText.utf8)]) { bytes in
      guard let genesis = try? Genesis(file: bytes) else { return }
      promise((try? Genesis(file: Array(genesis.fileText.utf8))) == genesis, "a genesis file comes back")
    },
    .canonical("receipt", Receipt.self, [receipt()]) { _ = try? VerifiedReceipt($0, against: .genesis(chain.genesis)) },
  ]

  private static var transfer: Transaction {
    chain.transaction(.transfer(Transfer(to: TestChain.key("bob").publicKey, amount: Amount(7))), from: "alice").transaction
  }

  private static func receipt() -> Receipt {
    let id = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
    let (bytes, proof) = chain.stateProof(of: .claim(id))
    return value {
      Receipt(
        record: record.encoded, recordIndex: 0, inclusion: InclusionProof(path: []), claimIdentifier: id,
        claim: try Claim(decoding: bytes ?? []), stateProof: proof, header: chain.tip.header, history: nil, attestations: [])
    }
  }

  private static let leaves = (0..<77).map { Digest.hash([$0]) }
  private static let tree = StoredTree(leafHashes: leaves)

  private static let proofs: [FuzzKind] = [
    .canonical("inclusion", InclusionProof.self, [value { tree.inclusionProof(index: 5) }]) { proof in
      let accepted = (try? proof.verify(leafHash: leaves[6], index: 5, size: 77, root: tree.root)) != nil
      promise(!accepted, "no proof shows a leaf that is not there")
    },
    .canonical("range", RangeProof.self, [value { tree.rangeProof(5..<17) }]) { proof in
      let accepted = (try? proof.verify(leafHashes: Array(leaves[6..<18]), first: 5, size: 77, root: tree.root)) != nil
      promise(!accepted, "no proof shows leaves that are not there")
    },
    .canonical("consistency", ConsistencyProof.self, [value { tree.consistencyProof(oldSize: 20, newSize: 77) }]) { proof in
      let accepted = (try? proof.verify(oldSize: 20, oldRoot: leaves[0], newSize: 77, newRoot: tree.root)) != nil
      promise(!accepted, "no proof shows another history")
    },
    .canonical("state-proof", StateProof.self, [chain.stateProof(of: .account(TestChain.account("alice"))).proof]) { proof in
      let key = StateKey.account(TestChain.account("alice")).treeKey
      let accepted = (try? proof.verify(keyHash: key, value: [1], root: chain.tip.header.stateRoot)) != nil
      promise(!accepted, "no proof shows another value")
    },
  ]

  private static let texts: [FuzzKind] = [
    .text("chat-template", ["{% for m in messages %}{{ m['role'] | trim ~ ': ' }}{% if loop.last %}{{ m.content }}{% endif %}{% endfor %}"])
    {
      _ = try? ChatTemplate($0).render([ChatMessage(role: "user", content: " a "), ChatMessage(role: "assistant", content: "b")])
    },
    .text("address", [Address(of: TestChain.key("alice").publicKey).text]) { text in
      guard let address = try? Address(text) else { return }
      promise(address.text == text.lowercased(), "an address has one text")
    },
    FuzzKind("json", [Array(#"{"a": [1, -0.5e+3, true, null, "\u00e9\ud83d\ude00\n"]}"#.utf8)]) { _ = try? JSONValue($0) },
    FuzzKind("prompt", [Array("one two é".utf8)]) { bytes in
      promise(TextRepair.isWellFormed(TextRepair.repaired(bytes)), "what was repaired is well formed")
      guard let tokens = try? TinyModel.model.tokenizer.encode(bytes) else { return }
      promise((try? TinyModel.model.tokenizer.decode(tokens)) != nil, "what was encoded decodes")
    },
  ]

  private static let files: [FuzzKind] = [
    .canonical("bundle-header", BundleHeader.self, [TinyModel.header]) { header in
      _ = try? Model(ModelBytes(copying: header.preamble))
    },
    FuzzKind("key-file", [keyFile]) { bytes in
      // The checksum is put right, or nothing behind it would ever be reached.
      let content = bytes.prefix(Keystore.byteCount - Digest.byteCount)
      _ = try? Keystore.publicKey(of: content + Digest.hash(tag: HashTag("probity/keystore"), Array(content)).bytes)
      _ = try? Keystore.publicKey(of: bytes)
    },
    FuzzKind("gguf", [smallGGUF]) { bytes in
      guard let file = try? GGUFFile(Data(bytes)) else { return }
      _ = try? file.tokenizerDescription()
      _ = try? file.stopTokens()
      _ = try? LlamaImporter(file)
      for tensor in file.tensors { promise(file.row(tensor.rowCount - 1, of: tensor).count == tensor.rowWidth, "a row has its width") }
    },
  ]

  private static var keyFile: [UInt8] {
    value {
      guard let cost = ScryptCost(exponent: 10, blockSize: 1, parallelism: 1) else { return nil }
      return Keystore.seal(TestChain.key("alice"), password: [1], cost: cost, random: NoRandomBytes())
    }
  }

  /// One key and one tensor.
  private static var smallGGUF: [UInt8] {
    func counted(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }
    let header = Array("GGUF".utf8) + little(UInt32(3)) + little(UInt64(1)) + little(UInt64(1))
    let key = counted("general.architecture") + little(UInt32(8)) + counted("llama")
    let tensor = counted("t") + little(UInt32(1)) + little(UInt64(4)) + little(UInt32(0)) + little(UInt64(0))
    let start = header + key + tensor
    return start + [UInt8](repeating: 0, count: (32 - start.count % 32) % 32 + 16)
  }
}

private func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
