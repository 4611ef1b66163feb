import Bytes

/// Everything that defines a tokenizer, in one canonical encoding whose digest goes into the model root. `[TEXT-4]`
///
/// A value of this type is valid: a `Tokenizer` made from it cannot trap, whatever the text or the tokens are.
public struct TokenizerDescription: CanonicallyCodable, Hashable {
  /// What a token is for; the raw values are those of GGUF's `tokenizer.ggml.token_type`.
  public enum TokenKind: UInt8, CaseIterable, Hashable, Sendable {
    /// Made by merging; decodes to its bytes.
    case normal = 1
    /// Stands for text that has no token; matched as written, decodes to nothing.
    case unknown = 2
    /// Steers the model; matched as written, decodes to nothing.
    case control = 3
    /// Added to the vocabulary; matched as written, decodes to its bytes.
    case userDefined = 4
    /// A gap in the vocabulary; never made, decodes to nothing.
    case unused = 5
    /// A single byte; as `normal`.
    case byte = 6

    /// Whether the token is matched in the text before it is split.
    public var isSpecial: Bool { self == .unknown || self == .control || self == .userDefined }
    /// Whether the token takes part in merging.
    public var isOrdinary: Bool { self == .normal || self == .byte }
    /// Whether the token's bytes are part of the decoded text.
    public var isText: Bool { self == .normal || self == .byte || self == .userDefined }
  }

  /// One token of the vocabulary; its number is its place.
  public struct Token: Hashable, Sendable {
    /// The bytes that the token stands for, at most `TextLimits.tokenBytes`.
    public var bytes: [UInt8]
    /// What the token is for.
    public var kind: TokenKind

    /// Makes a token.
    public init(_ bytes: [UInt8], _ kind: TokenKind) {
      self.bytes = bytes
      self.kind = kind
    }
  }

  /// A pair of neighbouring tokens that becomes one; its rank is its place in the list, and a lower rank merges first.
  public struct Merge: Hashable, Sendable {
    /// The token on the left.
    public var left: UInt32
    /// The token on the right.
    public var right: UInt32
    /// The token that stands for the bytes of both.
    public var result: UInt32

    /// Makes a merge.
    public init(left: UInt32, right: UInt32, result: UInt32) {
      self.left = left
      self.right = right
      self.result = result
    }
  }

  /// How text between special tokens becomes tokens by merging. `[TEXT-4]`
  public struct MergingRule: Hashable, Sendable {
    /// How text is cut before merging.
    public let splitRule: SplitRule
    /// The merges in order of rank.
    public let merges: [Merge]
    /// The token that begins a text, if the model has one.
    public let beginningToken: UInt32?
    /// Whether every encoding starts with `beginningToken`.
    public let addsBeginningToken: Bool
  }

  /// How it becomes word pieces. `[TEXT-8]`
  public struct WordPieceRule: Hashable, Sendable {
    /// Whether scalars are folded.
    public let folds: Bool
    /// Stands for a word that has no pieces.
    public let unknown: UInt32
    /// Begins every encoding.
    public let beginning: UInt32
    /// Ends every encoding.
    public let end: UInt32

    /// Makes a rule.
    public init(folds: Bool, unknown: UInt32, beginning: UInt32, end: UInt32) {
      self.folds = folds
      self.unknown = unknown
      self.beginning = beginning
      self.end = end
    }
  }

  /// The two kinds of tokenizer.
  public enum Algorithm: Hashable, Sendable {
    /// Pieces of text whose bytes are merged.
    case merging(MergingRule)
    /// Words that are cut into the longest pieces.
    case wordPieces(WordPieceRule)
  }

  /// The vocabulary.
  public let vocabulary: Vocabulary
  /// How text becomes tokens.
  public let algorithm: Algorithm

  /// The merges in order of rank; none for word pieces.
  public var merges: [Merge] {
    guard case .merging(let rule) = algorithm else { return [] }
    return rule.merges
  }

  /// The token that begins a text, if the model has one.
  public var beginningToken: UInt32? {
    switch algorithm {
    case .merging(let rule): rule.beginningToken
    case .wordPieces(let rule): rule.beginning
    }
  }

  /// Whether every encoding starts with `beginningToken`.
  public var addsBeginningToken: Bool {
    switch algorithm {
    case .merging(let rule): rule.addsBeginningToken
    case .wordPieces: true
    }
  }

  /// The token that ends every encoding, if there is one.
  public var endToken: UInt32? {
    guard case .wordPieces(let rule) = algorithm else { return nil }
    return rule.end
  }

  /// Makes a description of merging, or throws where it would break a rule of `[TEXT-4]`.
  public init(
    splitRule: SplitRule, tokens: [Token], merges: [Merge], beginningToken: UInt32?, addsBeginningToken: Bool
  ) throws(DecodingRejection) {
    let rule = MergingRule(
      splitRule: splitRule, merges: merges, beginningToken: beginningToken, addsBeginningToken: addsBeginningToken)
    try self.init(try TokenizerDescription.vocabulary(of: tokens), rule)
  }

  /// Makes a description of word pieces, or throws where it would break a rule of `[TEXT-8]`.
  public init(tokens: [Token], wordPieces rule: WordPieceRule) throws(DecodingRejection) {
    try self.init(try TokenizerDescription.vocabulary(of: tokens), rule)
  }

  private static func vocabulary(of tokens: [Token]) throws(DecodingRejection) -> Vocabulary {
    guard tokens.count <= TextLimits.tokens else { throw .countAboveLimit }
    var vocabulary = Vocabulary()
    for token in tokens { try vocabulary.append(token.bytes, kind: token.kind) }
    return vocabulary
  }

  private init(_ vocabulary: Vocabulary, _ rule: MergingRule) throws(DecodingRejection) {
    guard rule.merges.count <= TextLimits.merges else { throw .countAboveLimit }
    for merge in rule.merges {
      guard vocabulary.isOrdinary(merge.left), vocabulary.isOrdinary(merge.right), vocabulary.isOrdinary(merge.result) else {
        throw .outOfRange
      }
      guard vocabulary.concatenates(merge) else { throw .outOfRange }
    }
    if let beginningToken = rule.beginningToken { guard vocabulary.contains(beginningToken) else { throw .outOfRange } }
    guard rule.beginningToken != nil || !rule.addsBeginningToken else { throw .outOfRange }
    self.vocabulary = vocabulary
    algorithm = .merging(rule)
  }

  private init(_ vocabulary: Vocabulary, _ rule: WordPieceRule) throws(DecodingRejection) {
    for token in vocabulary.tokens {
      guard vocabulary.kind(of: token) != .byte, !vocabulary.bytes(of: token).isEmpty else { throw .outOfRange }
      guard TextRepair.isWellFormed(vocabulary.bytes(of: token)) else { throw .invalidText }
    }
    guard [rule.unknown, rule.beginning, rule.end].allSatisfy(vocabulary.contains) else { throw .outOfRange }
    self.vocabulary = vocabulary
    algorithm = .wordPieces(rule)
  }
}

extension TokenizerDescription {
  private static let mergingTag: UInt8 = 1
  private static let wordPiecesTag: UInt8 = 2

  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case TokenizerDescription.mergingTag:
      guard let splitRule = SplitRule(rawValue: try reader.read()) else { throw .unknownTag }
      let vocabulary = try Vocabulary(from: &reader)
      let merges = try reader.readList(atMost: TextLimits.merges) { (reader) throws(DecodingRejection) in
        Merge(left: try reader.read(), right: try reader.read(), result: try reader.read())
      }
      let beginningToken = try reader.readOptional { (reader) throws(DecodingRejection) in try reader.read(UInt32.self) }
      let rule = MergingRule(
        splitRule: splitRule, merges: merges, beginningToken: beginningToken, addsBeginningToken: try reader.readBool())
      try self.init(vocabulary, rule)
    case TokenizerDescription.wordPiecesTag:
      let folds = try reader.readBool()
      let vocabulary = try Vocabulary(from: &reader)
      try self.init(
        vocabulary, WordPieceRule(folds: folds, unknown: try reader.read(), beginning: try reader.read(), end: try reader.read()))
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch algorithm {
    case .merging(let rule):
      writer.write(TokenizerDescription.mergingTag)
      writer.write(rule.splitRule.rawValue)
      vocabulary.encode(to: &writer)
      writer.writeList(rule.merges) { writer, merge in
        writer.write(merge.left)
        writer.write(merge.right)
        writer.write(merge.result)
      }
      writer.writeOptional(rule.beginningToken) { $0.write($1) }
      writer.write(rule.addsBeginningToken)
    case .wordPieces(let rule):
      writer.write(TokenizerDescription.wordPiecesTag)
      writer.write(rule.folds)
      vocabulary.encode(to: &writer)
      for token in [rule.unknown, rule.beginning, rule.end] { writer.write(token) }
    }
  }
}
