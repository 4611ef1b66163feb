import Bytes
import Cryptography
import Inference
import Ledger
import TestSupport
import Testing

@Suite("The ledger agrees with the Python reference")
struct ReferenceChainTests {
  /// Every rule of section 12: [TX-1] to [TX-13], [CHAL-1] to [CHAL-4], [CLOCK-1], [PROM-1], [LED-7], [BLOCK-7].
  @Test(
    "Candidates, outcomes, changes and roots of whole chains",
    arguments: ["ledger-accounts", "ledger-edges", "ledger-claims", "ledger-frauds", "ledger-disputes", "ledger-delays", "ledger-tensors"])
  func chain(name: String) throws {
    let vectors: ChainVectors = try Vectors.load(name)
    #expect(vectors.executorVersion == ExecutorVersion.current)
    var chain = try FollowedChain(Genesis(file: Array(vectors.genesis.utf8)))
    #expect(chain.tip.header.stateRoot == vectors.genesisStateRoot)
    #expect(chain.tip.hash == vectors.genesisHeaderHash)
    for block in vectors.blocks {
      let proposal = try propose(block, of: vectors, on: chain)
      let header = try Header(decoding: block.header.bytes)
      #expect(header.hash == block.headerHash)
      let changes = proposal.changes.map { ($0.key.encoded, $0.entry?.encoded) }
      #expect(changes.map(\.0) == block.changes.map(\.key.bytes), "\(name), \(block.note)")
      #expect(changes.map(\.1) == block.changes.map(\.value?.bytes), "\(name), \(block.note)")
      #expect(try chain.stateRoot(after: proposal.changes) == header.stateRoot, "\(name), \(block.note)")
      let received = UnverifiedBlock(
        header: header, transactions: proposal.transactions.map(\.encoding), blobs: proposal.blobs.map(\.bytes),
        attestations: try attestations(block.attestations.bytes)
      ).encoded
      #expect(Digest.hash(received) == block.blockSHA256, "\(name), \(block.note)")
      let accepted = try chain.check(received)
      #expect(accepted.outcomes == proposal.outcomes)
      try chain.advance(by: accepted)
    }
  }

  /// Offers the candidates to a proposer, and compares what becomes of each.
  private func propose(_ block: ChainVectors.Block, of vectors: ChainVectors, on chain: FollowedChain) throws -> BlockProposal {
    var offered: [(ChainVectors.Candidate, Candidate)] = []
    for vector in block.candidates {
      do throws(Inadmissible) {
        let transaction = try VerifiedTransaction(decoding: vector.transaction.bytes, chain: chain.tip.genesis.root)
        #expect(transaction.identifier == vector.id, "\(vector.name)")
        offered.append((vector, try Candidate(transaction, blob: vector.blob.flatMap { vectors.blobs[$0]?.bytes })))
      } catch {
        #expect(vector.inadmissible == error.rawValue, "\(vector.name)")
      }
    }
    let header = try Header(decoding: block.header.bytes)
    let proposal = BlockBuilder.propose(
      offered.map(\.1), on: chain.tip, time: header.time, proposer: header.proposer, tokenizers: chain.tokenizers)
    #expect(proposal.outcomes.map(\.code) == block.candidates.compactMap(\.outcome), "\(block.note)")
    let leftOut = proposal.leftOut.map { identifier, reason in
      if case .inadmissible(let code) = reason { (identifier, code.rawValue) } else { (identifier, UInt16.max) }
    }
    let expected = offered.compactMap { vector, candidate in vector.inadmissible.map { (candidate.transaction.identifier, $0) } }
    #expect(leftOut.map(\.0) == expected.map(\.0), "\(block.note)")
    #expect(leftOut.map(\.1) == expected.map(\.1), "\(block.note)")
    return proposal
  }

  private func attestations(_ bytes: [UInt8]) throws -> [Attestation] {
    var reader = ByteReader(bytes)
    let list = try reader.readList(atMost: LedgerLimits.validators) { (reader: inout ByteReader) throws(DecodingRejection) in
      try Attestation(from: &reader)
    }
    try reader.finish()
    return list
  }
}

private struct BlockVectors: Decodable {
  struct Case: Decodable {
    let name: String
    let block: CompactBytes
    let sha256: Digest
    let code: UInt16
  }
  let first: [Case]
  let cases: [Case]
}

@Suite("Blocks are refused as by the Python reference")
struct ReferenceBlockTests {
  @Test("Each reason, and which of two comes first [BLOCK-4] [BLOCK-5] [BLOCK-6] [BLOCK-9]")
  func cases() throws {
    let vectors: ChainVectors = try Vectors.load("blocks")
    let blocks = try Vectors.load("blocks", as: BlockVectors.self)
    var chain = try FollowedChain(Genesis(file: Array(vectors.genesis.utf8)))
    compare(blocks.first, on: chain)
    for block in vectors.blocks {
      let taken = block.candidates.filter { $0.outcome != nil }
      var blobs: [String] = []
      for blob in taken.compactMap(\.blob) where !blobs.contains(blob) { blobs.append(blob) }
      let received =
        block.header.bytes + list(taken.map(\.transaction.bytes)) + list(blobs.compactMap { vectors.blobs[$0]?.bytes })
        + block.attestations.bytes
      try chain.advance(by: chain.check(received))
    }
    compare(blocks.cases, on: chain)
  }

  private func compare(_ cases: [BlockVectors.Case], on chain: FollowedChain) {
    for vector in cases {
      let bytes = vector.block.bytes
      #expect(Digest.hash(bytes) == vector.sha256, "\(vector.name)")
      #expect(code(of: bytes, on: chain) == vector.code, "\(vector.name)")
    }
  }

  private func list(_ elements: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeList(elements) { $0.writeCounted($1) }
    return writer.bytes
  }

  private func code(of bytes: [UInt8], on chain: FollowedChain) -> UInt16? {
    do throws(ExecutionError) {
      _ = try chain.check(bytes)
      return 0
    } catch {
      switch error {
      case .rejected(let reason): return reason.code
      case .missingTokenizer: return nil
      }
    }
  }
}

private struct GenesisVectors: Decodable {
  struct Valid: Decodable {
    let name: String
    let bytes: HexBytes
    let file: String
    let root: Digest
    let stateRoot: Digest
    let headerHash: Digest
  }
  struct Invalid: Decodable {
    let name: String
    let bytes: HexBytes
    let file: String?
  }
  struct Text: Decodable {
    let name: String
    let text: String
    let valid: Bool
  }
  let valid: [Valid]
  let invalid: [Invalid]
  let files: [Text]
}

@Suite("Geneses agree with the Python reference")
struct ReferenceGenesisTests {
  private let vectors: GenesisVectors

  init() throws { vectors = try Vectors.load("genesis") }

  @Test("Both forms, roots and states [GEN-1] [GEN-2] [GEN-3] [BLOCK-2]")
  func valid() throws {
    for vector in vectors.valid {
      let genesis = try Genesis(decoding: vector.bytes.bytes)
      #expect(genesis.encoded == vector.bytes.bytes, "\(vector.name)")
      #expect(try Genesis(file: Array(vector.file.utf8)) == genesis, "\(vector.name)")
      #expect(genesis.root == vector.root, "\(vector.name)")
      #expect(genesis.stateRoot == vector.stateRoot, "\(vector.name)")
      #expect(genesis.header.hash == vector.headerHash, "\(vector.name)")
      #expect(try Genesis(file: Array(genesis.fileText.utf8)) == genesis, "\(vector.name)")
    }
  }

  @Test("What is out of range is refused in both forms [GEN-1] [GEN-3]")
  func invalid() {
    for vector in vectors.invalid {
      #expect((try? Genesis(decoding: vector.bytes.bytes)) == nil, "\(vector.name)")
      if let file = vector.file { #expect((try? Genesis(file: Array(file.utf8))) == nil, "\(vector.name)") }
    }
  }

  @Test("Texts that are a genesis file, and texts that are none [GEN-3]")
  func files() {
    for vector in vectors.files { #expect(((try? Genesis(file: Array(vector.text.utf8))) != nil) == vector.valid, "\(vector.name)") }
  }
}
