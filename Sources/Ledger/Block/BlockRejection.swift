/// Why a block is refused. `[BLOCK-6]`
public enum BlockRejection: Error, Hashable, Sendable {
  /// The bytes are not a canonical encoding.
  case malformed
  /// The block is for another chain.
  case wrongChain
  /// The proposer is not a validator of the genesis.
  case unknownProposer
  /// An attestation is not by a validator of the genesis.
  case unknownAttester
  /// An attestation's signature does not verify.
  case badAttestation
  /// The proposer did not attest the block.
  case proposerSilent
  /// The transactions have another root.
  case transactionRoot
  /// The blobs have another root.
  case blobRoot
  /// A transaction is not canonical, not for this chain or not signed by its sender.
  case badTransaction(index: Int, Inadmissible)
  /// The blobs are not exactly those that the transactions name.
  case blobs
  /// The block is too large, or has too many transactions of a kind.
  case size
  /// The block does not follow the parent's height.
  case height
  /// The block names another parent.
  case parent
  /// The block is not later than its parent, or too much later.
  case time
  /// The headers before have another root.
  case historyRoot
  /// A transaction, in its turn, may not stand in the block.
  case inadmissible(index: Int, Inadmissible)
  /// A fraud proof, in its turn, would be judged with one tokenizer too many. `[BLOCK-5]`
  case tokenizers(index: Int)
  /// The state after the block has another root.
  case stateRoot

  /// The code. `[BLOCK-6]`
  public var code: UInt16 {
    switch self {
    case .malformed: 1
    case .wrongChain: 2
    case .unknownProposer: 3
    case .unknownAttester: 4
    case .badAttestation: 5
    case .proposerSilent: 6
    case .transactionRoot: 7
    case .blobRoot: 8
    case .badTransaction: 9
    case .blobs: 10
    case .size: 11
    case .height: 12
    case .parent: 13
    case .time: 14
    case .historyRoot: 15
    case .inadmissible, .tokenizers: 16
    case .stateRoot: 17
    }
  }
}

extension BlockRejection: CustomStringConvertible {
  /// A sentence for people.
  public var description: String {
    switch self {
    case .malformed: "the block is not a canonical encoding"
    case .wrongChain: "the block is for another chain"
    case .unknownProposer: "the proposer is not a validator"
    case .unknownAttester: "an attestation is not by a validator"
    case .badAttestation: "an attestation's signature does not verify"
    case .proposerSilent: "the proposer did not attest the block"
    case .transactionRoot: "the transactions have another root"
    case .blobRoot: "the blobs have another root"
    case .badTransaction(let index, let reason): "transaction \(index): \(reason)"
    case .blobs: "the blobs are not those that the transactions name"
    case .size: "the block is too large"
    case .height: "the block does not follow the parent's height"
    case .parent: "the block names another parent"
    case .time: "the block is not later than its parent, or too much later"
    case .historyRoot: "the headers before have another root"
    case .inadmissible(let index, let reason): "transaction \(index), in its turn: \(reason)"
    case .tokenizers(let index): "transaction \(index), in its turn, needs a tokenizer too many"
    case .stateRoot: "the state after the block has another root"
    }
  }
}
