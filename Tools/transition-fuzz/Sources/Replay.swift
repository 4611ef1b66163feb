import Bytes
import Cryptography
import Ledger
import Merkle
import Text

/// A candidate as the stream holds it: the bytes of a transaction, canonical or not, and the blob beside it.
struct OfferedTransaction {
  let bytes: [UInt8]
  let blob: [UInt8]?
}

/// One block of the stream.
struct OfferedBlock {
  /// The header's time, in milliseconds.
  let time: UInt64
  /// The development key's name of the proposer.
  let proposer: String
  /// The candidates, in order.
  let candidates: [OfferedTransaction]
}

/// Why a replay stops: the stream is wrong, or two parts of the ledger disagree.
enum ReplayError: Error {
  case unknownProposer(String)
  case missingTokenizer(Digest)
  case proposerAndValidatorDisagree(Height)
  case invariant(Height)
}

/// A chain that proposes a block of each part of a stream.
struct Replay {
  private var tip: ChainTip
  private var nodes = StateTreeMemory()
  private var tokenizers = KnownTokenizers()

  /// Starts at a genesis.
  init(_ genesis: Genesis) throws {
    tip = ChainTip(genesis: genesis)
    nodes.apply(try StateTree(reader: nodes, version: nil).updated(by: tip.state.entries.treeChanges, version: 0))
  }

  /// Proposes a block of the candidates that may stand in it, and makes it the tip.
  /// - Returns: height, state root, header hash, then a word for each candidate: `-n` for inadmissible by reason n, else the outcome.
  mutating func line(for offered: OfferedBlock) throws -> String {
    guard let key = DevelopmentKey.key(named: offered.proposer) else { throw ReplayError.unknownProposer(offered.proposer) }
    var words = [String](repeating: "", count: offered.candidates.count)
    var candidates: [(index: Int, candidate: Candidate)] = []
    for (index, candidate) in offered.candidates.enumerated() {
      do throws(Inadmissible) {
        let transaction = try VerifiedTransaction(decoding: candidate.bytes, chain: tip.genesis.root)
        candidates.append((index, try Candidate(transaction, blob: candidate.blob)))
      } catch {
        words[index] = "-\(error.rawValue)"
      }
    }
    let proposal = BlockBuilder.propose(
      candidates.map(\.candidate), on: tip, time: offered.time, proposer: AccountIdentifier(key.publicKey), tokenizers: tokenizers)
    try fill(&words, candidates: candidates, proposal: proposal)
    let update = try StateTree(reader: nodes, version: tip.header.height.value)
      .updated(by: proposal.changes.treeChanges, version: tip.nextHeight.value)
    let block = proposal.sealed(stateRoot: update.root, by: key)
    try check(block)
    nodes.apply(update)
    nodes.prune(update.staleNodes)
    tokenizers.keep(block)
    tip.advance(by: block)
    guard tip.header.height.value % 25 != 0 || tip.state.invariantViolation == nil else { throw ReplayError.invariant(tip.header.height) }
    return ([tip.header.height.value.description, tip.header.stateRoot.hex, tip.hash.hex] + words).joined(separator: " ")
  }

  /// Writes what became of each candidate: those left out and those taken are in order. One that was left out can be taken later only
  /// after another was, so its first turn is never mistaken for its second.
  private func fill(_ words: inout [String], candidates: [(index: Int, candidate: Candidate)], proposal: BlockProposal) throws {
    var (leftOut, taken) = (proposal.leftOut[...], zip(proposal.transactions, proposal.outcomes).map { ($0.identifier, $1) }[...])
    for (index, candidate) in candidates {
      let identifier = candidate.transaction.identifier
      if let (next, outcome) = taken.first, next == identifier {
        words[index] = "\(outcome.code)"
        taken.removeFirst()
      } else if let (next, reason) = leftOut.first, next == identifier {
        switch reason {
        case .inadmissible(let code): words[index] = "-\(code.rawValue)"
        case .full: words[index] = "full"
        case .missingTokenizer(let digest): throw ReplayError.missingTokenizer(digest)
        }
        leftOut.removeFirst()
      }
    }
  }

  /// Every eighth block also goes the whole way of a block from elsewhere.
  private func check(_ own: AcceptedBlock) throws {
    guard own.block.header.height.value % 8 == 0 else { return }
    let received = try VerifiedBlock(UnverifiedBlock(decoding: own.block.unverified.encoded), genesis: tip.genesis)
    let executed = try BlockExecutor.execute(received, on: tip, tokenizers: tokenizers)
    guard executed.changes == own.changes, executed.outcomes == own.outcomes else {
      throw ReplayError.proposerAndValidatorDisagree(own.block.header.height)
    }
  }
}

/// The tokenizers of the models that the chain has registered.
private struct KnownTokenizers: TokenizerSource {
  private var known: [Digest: Tokenizer] = [:]

  func tokenizer(_ digest: Digest) -> Tokenizer? { known[digest] }

  /// Keeps those of a block's registrations.
  mutating func keep(_ block: AcceptedBlock) {
    for (transaction, outcome) in zip(block.block.transactions, block.outcomes) {
      guard case .registerModel(let model) = transaction.body.payload, outcome == .accepted, known[model.tokenizer] == nil else { continue }
      guard let blob = block.block.blobs.first(where: { $0.digest == model.tokenizer }) else { continue }
      known[model.tokenizer] = (try? TokenizerDescription(decoding: blob.bytes)).map { Tokenizer($0) }
    }
  }
}
