import Bytes

/// A block that was executed on its parent; its state root is not compared yet. `[BLOCK-7]`
public struct ExecutedBlock: Sendable {
  /// What was executed.
  public let block: VerifiedBlock
  /// The entries that the block changes, by ascending key encoding.
  public let changes: [EntryChange]
  /// What became of each transaction.
  public let outcomes: [Outcome]

  /// Compares the root of the state after `changes`. `[BLOCK-6]`
  public func accepted(stateRoot: Digest) throws(BlockRejection) -> AcceptedBlock {
    guard block.header.stateRoot == stateRoot else { throw .stateRoot }
    return AcceptedBlock(block: block, changes: changes, outcomes: outcomes)
  }
}

/// A block that is valid on its parent by every rule of `[BLOCK-6]`.
public struct AcceptedBlock: Sendable {
  /// The block.
  public let block: VerifiedBlock
  /// The entries that the block changes, by ascending key encoding.
  public let changes: [EntryChange]
  /// What became of each transaction.
  public let outcomes: [Outcome]
}

/// Executes blocks: a pure function of the parent, the block and the tokenizers. `[BLOCK-7]`
public enum BlockExecutor {
  /// Checks that a block follows the tip and executes it: reasons 12 to 16 of `[BLOCK-6]`. The tip does not change.
  public static func execute(
    _ block: VerifiedBlock, on tip: ChainTip, tokenizers: any TokenizerSource
  ) throws(ExecutionError) -> ExecutedBlock {
    guard block.header.height == tip.nextHeight else { throw .rejected(.height) }
    guard block.header.parent == tip.hash else { throw .rejected(.parent) }
    guard tip.admits(time: block.header.time) else { throw .rejected(.time) }
    guard block.header.historyRoot == tip.nextHistoryRoot else { throw .rejected(.historyRoot) }
    let blobs = Dictionary(block.blobs.map { ($0.digest, $0.bytes) }) { first, _ in first }
    var transition = Transition(
      state: tip.state, genesis: tip.genesis, height: block.header.height, proposer: block.header.proposer,
      tokenizers: tokenizers, blobs: blobs)
    var outcomes: [Outcome] = []
    transition.begin()
    for (index, transaction) in block.transactions.enumerated() {
      do {
        try transition.checkAdmissible(transaction)
      } catch {
        throw .rejected(.inadmissible(index: index, error))
      }
      do {
        try transition.prepareTokenizer(for: transaction.body.payload)
      } catch {
        switch error {
        case .missing(let digest): throw .missingTokenizer(digest)
        case .tooMany: throw .rejected(.tokenizers(index: index))
        }
      }
      outcomes.append(transition.execute(transaction))
    }
    transition.end()
    return ExecutedBlock(block: block, changes: transition.state.changes, outcomes: outcomes)
  }
}
