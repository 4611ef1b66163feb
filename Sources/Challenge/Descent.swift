import Bytes
import Inference
import Ledger
import Merkle

/// What a challenger does next about one record whose trace is withheld. `[CHAL-2]`
///
/// It holds no turn and no history: every call follows from what the ledger says now. So a restart, a reordered block, or another challenger that
/// asked first change nothing but who pays.
public struct Descent: Sendable {
  /// What to do next.
  public enum Move: Sendable {
    /// Find out whether there is a challenge with this question.
    case look(Question)
    /// Ask; the first question brings the record.
    case ask(Question)
    /// The provider has to answer.
    case wait(Question)
    /// All is known that the proof needs.
    case prove(DisputedLeaf)
    /// The answers are those of one's own trace: nothing can be proved.
    case agree
  }

  /// What is known about a question.
  public enum Knowledge: Hashable, Sendable {
    /// Nobody has asked.
    case notAsked
    /// Somebody has asked.
    case open
    /// The children.
    case answered([Digest])

    /// What a challenge, or its absence, says.
    public init(_ entry: ChallengeEntry?) {
      switch entry?.answer {
      case nil: self = .notAsked
      case .open: self = .open
      case .answered(_, let children): self = .answered(children)
      }
    }
  }

  /// The record's index in the claim's batch.
  public let record: UInt32
  private let own: Trace
  private let fanOut: FanOut

  /// Starts about a record of a claim.
  /// - Parameter own: the replay's trace, whose root is not the record's.
  public init(record: UInt32, own: Trace, fanOut: FanOut) {
    self.record = record
    self.own = own
    self.fanOut = fanOut
  }

  /// The question that opens the record.
  public var first: Question { .trace(record: record, fanOut.root(ofSize: own.roots.size)) }

  /// The next move.
  /// - Parameter known: what is known about a question, or nil if one has not looked.
  public func move(_ known: (Question) -> Knowledge?) -> Move {
    switch walk(DisputedTree(own: own.roots), question: { .trace(record: record, $0) }, known) {
    case .stopped(let move): return move
    case .reached(let trace, let index):
      let segment = Int(index)
      let tree = DisputedTree(own: own.segments[segment])
      switch walk(tree, question: { .segment(record: record, segment: UInt32(segment), $0) }, known) {
      case .stopped(let move): return move
      case .reached(let tree, let leaf): return .prove(DisputedLeaf(segment: segment, leaf: Int(leaf), trace: trace, tree: tree))
      }
    }
  }

  private enum Walk {
    case stopped(Move)
    case reached(DisputedTree, UInt64)
  }

  /// Goes down one tree as far as the answers reach.
  private func walk(_ tree: DisputedTree, question: (TreeNode) -> Question, _ known: (Question) -> Knowledge?) -> Walk {
    var tree = tree
    var node = fanOut.root(ofSize: UInt64(tree.suspects.count))
    while true {
      let asked = question(node)
      switch known(asked) {
      case nil: return .stopped(.look(asked))
      case .notAsked: return .stopped(.ask(asked))
      case .open: return .stopped(.wait(asked))
      case .answered(let children):
        guard tree.reveal(children, of: node, fanOut) else { return .stopped(.agree) }
      }
      if node.height == 1 { return .reached(tree, tree.suspects.lowerBound) }
      let shift = fanOut.bits * UInt64(node.height - 1)
      node = TreeNode(height: node.height - 1, index: tree.suspects.lowerBound >> shift)
    }
  }
}

/// The first leaf of a claimed trace that is not one's own, with all that was revealed on the way to it.
public struct DisputedLeaf: Sendable {
  /// The segment.
  public let segment: Int
  /// The leaf's index in the segment's tree.
  public let leaf: Int
  /// What is known of the claimed trace tree.
  public let trace: DisputedTree
  /// What is known of the claimed segment's tree.
  public let tree: DisputedTree
}
