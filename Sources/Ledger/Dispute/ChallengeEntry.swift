import Bytes

/// A point of the dispute clock, counted in blocks as heights are. `[CLOCK-1]`
public typealias DisputeTime = Height

/// A place on the chain: the lower of two was there first. `[CHAL-4]`
public struct Rank: Hashable, Comparable, Sendable {
  /// The height of the block.
  public let height: Height
  /// The place of the transaction in the block.
  public let index: UInt32

  /// Makes a rank.
  public init(height: Height, index: UInt32) {
    self.height = height
    self.index = index
  }

  public static func < (left: Rank, right: Rank) -> Bool { (left.height, left.index) < (right.height, right.index) }
}

/// What a provider, or anybody in its place, has said to a question. `[CHAL-3]`
public enum ChallengeAnswer: Hashable, Sendable {
  /// Nothing yet.
  case open
  /// The children of the node; none for weights, whose bytes stand in the transaction alone.
  case answered(revealer: AccountIdentifier, children: [Digest])

  /// The children, or nil while the question is open.
  public var children: [Digest]? {
    if case .answered(_, let children) = self { children } else { nil }
  }
}

/// A question with a bond behind it. There is one for a question, whoever asks. `[CHAL-3]`
public struct ChallengeEntry: Hashable, Sendable {
  /// Who asked first.
  public let challenger: AccountIdentifier
  /// What the challenger loses if the claim becomes final.
  public let bond: Amount
  /// Where the question was asked.
  public let rank: Rank
  /// The last clock at which an answer is in time.
  public let expires: DisputeTime
  /// The answer.
  public internal(set) var answer: ChallengeAnswer

  /// Makes a challenge.
  public init(challenger: AccountIdentifier, bond: Amount, rank: Rank, expires: DisputeTime, answer: ChallengeAnswer) {
    self.challenger = challenger
    self.bond = bond
    self.rank = rank
    self.expires = expires
    self.answer = answer
  }
}

/// A commitment to a fraud proof that is not shown yet. `[TX-9]`
public struct Seal: Hashable, Sendable {
  /// Where it was made.
  public let rank: Rank
  /// The last clock at which a proof under it counts.
  public let expires: DisputeTime

  /// Makes a seal.
  public init(rank: Rank, expires: DisputeTime) {
    self.rank = rank
    self.expires = expires
  }
}

/// Names a seal: the same digest of another account is another seal. `[TX-9]`
public struct SealKey: Hashable, Sendable {
  /// Who made it.
  public let account: AccountIdentifier
  /// The commitment.
  public let seal: Digest

  /// Makes a key.
  public init(account: AccountIdentifier, seal: Digest) {
    self.account = account
    self.seal = seal
  }
}

/// The reward of a slashed claim, until it is paid to the claim's challenger. `[CHAL-4]`
public struct Prize: Hashable, Sendable {
  /// What will be paid.
  public let reward: Amount
  /// The rank of the proof or question that stands first so far.
  public internal(set) var rank: Rank
  /// The last clock at which a proof of a lower rank takes it over.
  public let due: DisputeTime

  /// Makes a prize.
  public init(reward: Amount, rank: Rank, due: DisputeTime) {
    self.reward = reward
    self.rank = rank
    self.due = due
  }
}

/// For how many blocks the dispute clock has stood still. `[CLOCK-1]`
public struct ClockEntry: Hashable, Sendable {
  /// In all.
  public internal(set) var stood: UInt64
  /// Since it last moved.
  public internal(set) var run: UInt64

  /// A clock that never stood still.
  public static let unbroken = ClockEntry(stood: 0, run: 0)
}

extension Rank: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    height = try Height(from: &reader)
    index = try reader.read()
  }

  public func encode(to writer: inout ByteWriter) {
    height.encode(to: &writer)
    writer.write(index)
  }
}

extension ChallengeAnswer: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .open
    case 1: self = .answered(revealer: try AccountIdentifier(from: &reader), children: try reader.readChildren())
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .open:
      writer.write(UInt8(0))
    case .answered(let revealer, let children):
      writer.write(UInt8(1))
      revealer.encode(to: &writer)
      writer.writeList(children) { $0.write($1) }
    }
  }
}

extension ByteReader {
  /// Reads the children of a node.
  mutating func readChildren() throws(DecodingRejection) -> [Digest] {
    try readList(atMost: LedgerLimits.children) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readDigest() }
  }
}

extension ChallengeEntry: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    challenger = try AccountIdentifier(from: &reader)
    bond = try Amount(from: &reader)
    rank = try Rank(from: &reader)
    expires = try DisputeTime(from: &reader)
    answer = try ChallengeAnswer(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    challenger.encode(to: &writer)
    bond.encode(to: &writer)
    rank.encode(to: &writer)
    expires.encode(to: &writer)
    answer.encode(to: &writer)
  }
}

extension Seal: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    rank = try Rank(from: &reader)
    expires = try DisputeTime(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    rank.encode(to: &writer)
    expires.encode(to: &writer)
  }
}

extension SealKey: CanonicallyCodable, Comparable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    account = try AccountIdentifier(from: &reader)
    seal = try reader.readDigest()
  }

  public func encode(to writer: inout ByteWriter) {
    account.encode(to: &writer)
    writer.write(seal)
  }

  public static func < (left: SealKey, right: SealKey) -> Bool { (left.account, left.seal) < (right.account, right.seal) }
}

extension Prize: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    reward = try Amount(from: &reader)
    rank = try Rank(from: &reader)
    due = try DisputeTime(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    reward.encode(to: &writer)
    rank.encode(to: &writer)
    due.encode(to: &writer)
  }
}

extension ClockEntry: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    stood = try reader.read()
    run = try reader.read()
    guard run <= stood else { throw .outOfRange }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(stood)
    writer.write(run)
  }
}
