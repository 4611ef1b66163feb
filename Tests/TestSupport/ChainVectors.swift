import Bytes
import Ledger
import Merkle
import Text

/// Bytes of a vector: hexadecimal digits, or a list of parts, some of them repeated.
public struct CompactBytes: Decodable, Sendable {
  /// The bytes.
  public let bytes: [UInt8]

  private struct Part: Decodable {
    let bytes: [UInt8]

    private struct Repetition: Decodable {
      let `repeat`: CompactBytes
      let count: Int
    }

    init(from decoder: any Decoder) throws {
      if let plain = try? CompactBytes(from: decoder) {
        bytes = plain.bytes
      } else {
        let part = try Repetition(from: decoder)
        let unit = part.repeat.bytes
        if unit.count == 1 {
          bytes = [UInt8](repeating: unit[0], count: part.count)
        } else {
          var repeated: [UInt8] = []
          repeated.reserveCapacity(unit.count * part.count)
          for _ in 0..<part.count { repeated += unit }
          bytes = repeated
        }
      }
    }
  }

  public init(from decoder: any Decoder) throws {
    if let digits = try? HexBytes(from: decoder) {
      bytes = digits.bytes
    } else {
      bytes = try [Part](from: decoder).reduce(into: []) { $0 += $1.bytes }
    }
  }
}

/// A chain that the Python reference wrote.
public struct ChainVectors: Decodable, Sendable {
  /// A transaction in its turn.
  public struct Candidate: Decodable, Sendable {
    /// What it is there for.
    public let name: String
    /// The encoding, canonical or not.
    public let transaction: CompactBytes
    /// The digest of the blob beside it.
    public let blob: String?
    /// The transaction id, where the transaction stands by itself.
    public let id: Digest?
    /// The code of `[TX-1]` for which it is left out.
    public let inadmissible: UInt16?
    /// What becomes of it, where it is not left out.
    public let outcome: UInt16?
  }

  /// An entry of the state that a block leaves different.
  public struct Change: Decodable, Hashable, Sendable {
    /// The encoded key.
    public let key: HexBytes
    /// The encoded value, or nil where the entry is gone.
    public let value: HexBytes?
  }

  /// A block: its candidates, and what it is in the end.
  public struct Block: Decodable, Sendable {
    /// What the block is there for.
    public let note: String
    /// The transactions that are offered, in order.
    public let candidates: [Candidate]
    /// The header.
    public let header: HexBytes
    /// The header's hash.
    public let headerHash: Digest
    /// The attestations, an encoded list.
    public let attestations: HexBytes
    /// The digest of the whole block.
    public let blockSHA256: Digest
    /// The changed entries, by ascending key encoding.
    public let changes: [Change]
  }

  /// A genesis file.
  public let genesis: String
  /// The executor version that the records name.
  public let executorVersion: Digest
  /// The root of the state before the first block.
  public let genesisStateRoot: Digest
  /// The hash of the genesis block's header.
  public let genesisHeaderHash: Digest
  /// The blobs, by digest.
  public let blobs: [String: CompactBytes]
  /// The blocks, the first at height 1.
  public let blocks: [Block]
}

/// The tokenizers of the models that a chain has registered.
public struct KeptTokenizers: TokenizerSource {
  private var kept: [Digest: Tokenizer] = [:]

  /// Keeps none yet.
  public init() {}

  public func tokenizer(_ digest: Digest) -> Tokenizer? { kept[digest] }

  /// Keeps the tokenizers of the models that a block registers.
  public mutating func keep(_ block: AcceptedBlock) {
    for (transaction, outcome) in zip(block.block.transactions, block.outcomes) {
      guard case .registerModel(let model) = transaction.body.payload, outcome == .accepted else { continue }
      guard let blob = block.block.blobs.first(where: { $0.digest == model.tokenizer }) else { continue }
      kept[model.tokenizer] = (try? TokenizerDescription(decoding: blob.bytes)).map { Tokenizer($0) }
    }
  }
}

/// A chain that takes blocks from elsewhere: its tip, its state tree, and the tokenizers of its models.
public struct FollowedChain: Sendable {
  /// The last block.
  public private(set) var tip: ChainTip
  /// Where tokenizers come from.
  public private(set) var tokenizers = KeptTokenizers()
  private var nodes = StateTreeMemory()

  /// Starts at a genesis.
  public init(_ genesis: Genesis) throws {
    tip = ChainTip(genesis: genesis)
    nodes.apply(try StateTree(reader: nodes, version: nil).updated(by: tip.state.entries.treeChanges, version: 0))
  }

  /// The root of the state after changes on the tip.
  public func stateRoot(after changes: [EntryChange]) throws -> Digest { try update(by: changes).root }

  /// Checks a block by every rule of `[BLOCK-6]`; the tip does not change.
  public func check(_ bytes: [UInt8]) throws(ExecutionError) -> AcceptedBlock {
    guard let received = try? UnverifiedBlock(decoding: bytes) else { throw .rejected(.malformed) }
    do {
      let verified = try VerifiedBlock(received, genesis: tip.genesis)
      let executed: ExecutedBlock
      do { executed = try BlockExecutor.execute(verified, on: tip, tokenizers: tokenizers) } catch { throw error }
      return try executed.accepted(stateRoot: update(by: executed.changes).root)
    } catch let error as ExecutionError {
      throw error
    } catch let error as BlockRejection {
      throw .rejected(error)
    } catch {
      fatalError("the state tree is whole: \(error)")
    }
  }

  /// Makes a block that was checked on the tip the tip.
  public mutating func advance(by block: AcceptedBlock) throws {
    nodes.apply(try update(by: block.changes))
    tokenizers.keep(block)
    tip.advance(by: block)
    try tip.state.checkInvariants()
  }

  private func update(by changes: [EntryChange]) throws -> StateTreeUpdate {
    try StateTree(reader: nodes, version: tip.header.height.value).updated(by: changes.treeChanges, version: tip.nextHeight.value)
  }
}
