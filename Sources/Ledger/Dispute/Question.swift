import Bytes
import Inference
import Merkle

/// What a provider is asked for that it has not posted. `[CHAL-2]`
public enum Question: Hashable, Sendable {
  /// The children of a node of a record's trace tree.
  case trace(record: UInt32, TreeNode)
  /// The children of a node of the tree of a segment of a record.
  case segment(record: UInt32, segment: UInt32, TreeNode)
  /// The bytes of a leaf of a tensor of the claim's model.
  case weights(tensor: UInt32, leaf: UInt32)

  /// The record that it is about, or nil for weights.
  public var record: UInt32? {
    switch self {
    case .trace(let record, _), .segment(let record, _, _): record
    case .weights: nil
    }
  }

  /// How much room a challenge or reveal takes up in a block. `[BLOCK-5]`
  var places: Int {
    switch self {
    case .trace, .segment: 1
    case .weights: LedgerLimits.placesForWeights
    }
  }
}

/// A question to the provider of a claim: what names a challenge. `[CHAL-3]`
public struct ChallengeKey: Hashable, Sendable {
  /// The claim's id.
  public let claim: Digest
  /// The question.
  public let question: Question

  /// Makes a key.
  public init(claim: Digest, question: Question) {
    self.claim = claim
    self.question = question
  }
}

/// The extent of a record that a challenge has opened, as the ledger keeps it. `[LED-2]`
public struct OpenedRecord: Hashable, Sendable {
  /// What the record commits to.
  public let traceRoot: Digest
  /// The counts from which every tree's shape follows.
  public let extent: Extent

  /// Makes the part of a record that questions about its trace need.
  public init(traceRoot: Digest, extent: Extent) {
    self.traceRoot = traceRoot
    self.extent = extent
  }
}

/// The trees in which a question names a node. `[CHAL-1]`
public struct QuestionShape: Sendable {
  private let graph: Graph
  private let fanOut: FanOut

  /// Makes the shapes of a model's trees.
  public init(graph: Graph, fanOut: FanOut) {
    self.graph = graph
    self.fanOut = fanOut
  }

  /// The first question about a record: the one that opens it. `[CHAL-2]`
  public func first(record: UInt32) -> Question { .trace(record: record, fanOut.root(ofSize: UInt64(graph.segments.count))) }

  /// The question about the top of a segment's tree.
  public func top(record: UInt32, segment: Int, extent: Extent) -> Question {
    .segment(record: record, segment: UInt32(segment), fanOut.root(ofSize: UInt64(graph.layouts[segment].leafCount(extent))))
  }

  /// How many leaves the tree has in which the question names a node; nil if there is no such tree, or for weights.
  public func treeSize(of question: Question, extent: Extent) -> UInt64? {
    switch question {
    case .trace: return UInt64(graph.segments.count)
    case .segment(_, let segment, _):
      guard let index = Int(exactly: segment), graph.segments.indices.contains(index) else { return nil }
      return UInt64(graph.layouts[index].leafCount(extent))
    case .weights: return nil
    }
  }

  /// How many children the answer has; nil if the question names nothing, or for weights.
  public func childCount(of question: Question, extent: Extent) -> Int? {
    guard let size = treeSize(of: question, extent: extent) else { return nil }
    switch question {
    case .trace(_, let node), .segment(_, _, let node): return fanOut.childCount(of: node, size: size)
    case .weights: return nil
    }
  }

  /// The question whose answer holds the hash of this question's node, and the place of the hash there; nil for a first question and for weights.
  /// - Precondition: the question names a node.
  public func parent(of question: Question, extent: Extent) -> (question: Question, place: Int)? {
    guard let size = treeSize(of: question, extent: extent) else { return nil }
    switch question {
    case .weights: return nil
    case .trace(let record, let node):
      guard node.height < fanOut.top(ofSize: size) else { return nil }
      return (.trace(record: record, node.parent(fanOut)), fanOut.place(of: node.index))
    case .segment(let record, let segment, let node):
      guard node.height == fanOut.top(ofSize: size) else {
        return (.segment(record: record, segment: segment, node.parent(fanOut)), fanOut.place(of: node.index))
      }
      let index = UInt64(segment)
      return (.trace(record: record, TreeNode(height: 1, index: index >> fanOut.bits)), fanOut.place(of: index))
    }
  }

  /// The hash that stands in the parent's answer when `children` answer the question. `[TX-11]`
  /// - Precondition: the question names a node.
  public func hash(of children: [Digest], answering question: Question, extent: Extent) -> Digest {
    let root = MerkleTree.root(ofLeafHashes: children)
    guard
      case .segment(_, let segment, let node) = question, let size = treeSize(of: question, extent: extent),
      node.height == fanOut.top(ofSize: size)
    else { return root }
    return MerkleTree.leafHash(TreePart.rootLeaf(index: Int(segment), leafCount: Int(size), root: root))
  }

  /// The size that a question's bond is paid for, in bytes; nil if the question names nothing. `[CHAL-3]`
  public func answerBytes(of question: Question, extent: Extent?) -> Int? {
    switch question {
    case .trace, .segment: return extent.flatMap { childCount(of: question, extent: $0) }.map { $0 * Digest.byteCount }
    case .weights(let tensor, let leaf):
      guard let index = Int(exactly: tensor), graph.tensors.indices.contains(index), leaf < graph.tensors[index].leafCount else {
        return nil
      }
      return graph.tensors[index].leafBytes + LedgerLimits.weightsProofBytes
    }
  }
}

extension Question: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .trace(record: try reader.read(), try TreeNode(from: &reader))
    case 1: self = .segment(record: try reader.read(), segment: try reader.read(), try TreeNode(from: &reader))
    case 2: self = .weights(tensor: try reader.read(), leaf: try reader.read())
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .trace(let record, let node):
      writer.write(UInt8(0))
      writer.write(record)
      node.encode(to: &writer)
    case .segment(let record, let segment, let node):
      writer.write(UInt8(1))
      writer.write(record)
      writer.write(segment)
      node.encode(to: &writer)
    case .weights(let tensor, let leaf):
      writer.write(UInt8(2))
      writer.write(tensor)
      writer.write(leaf)
    }
  }
}

extension TreeNode: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    self.init(height: try reader.read(), index: try reader.read())
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(height)
    writer.write(index)
  }
}

extension ChallengeKey: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    claim = try reader.readDigest()
    question = try Question(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(claim)
    question.encode(to: &writer)
  }
}

extension ChallengeKey: Comparable {
  /// By the encodings. `[LED-2]`
  public static func < (left: ChallengeKey, right: ChallengeKey) -> Bool { left.encoded.lexicographicallyPrecedes(right.encoded) }
}

extension OpenedRecord: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    traceRoot = try reader.readDigest()
    let (prompt, output): (UInt32, UInt32) = (try reader.read(), try reader.read())
    let range = 1...UInt32(Record.tokenLimit)
    guard range.contains(prompt), range.contains(output) else { throw .outOfRange }
    extent = Extent(promptCount: Int(prompt), outputCount: Int(output))
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(traceRoot)
    writer.writeCount(extent.promptCount)
    writer.writeCount(extent.outputCount)
  }
}
