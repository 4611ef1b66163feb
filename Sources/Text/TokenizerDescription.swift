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

  /// How text is cut before merging.
  public let splitRule: SplitRule
  /// The vocabulary.
  public let vocabulary: Vocabulary
  /// The merges in order of rank.
  public let merges: [Merge]
  /// The token that begins a text, if the model has one.
  public let beginningToken: UInt32?
  /// Whether every encoding starts with `beginningToken`.
  public let addsBeginningToken: Bool

  /// Makes a description, or throws where it would break a rule of `[TEXT-4]`.
  public init(
    splitRule: SplitRule, tokens: [Token], merges: [Merge], beginningToken: UInt32?, addsBeginningToken: Bool
  ) throws(DecodingRejection) {
    guard tokens.count <= TextLimits.tokens else { throw .countAboveLimit }
    var vocabulary = Vocabulary()
    for token in tokens { try vocabulary.append(token.bytes, kind: token.kind) }
    try self.init(
      splitRule: splitRule, vocabulary: vocabulary, merges: merges, beginningToken: beginningToken,
      addsBeginningToken: addsBeginningToken)
  }

  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    guard try reader.read(UInt8.self) == TokenizerDescription.byteLevelMerging else { throw .unknownTag }
    guard let splitRule = SplitRule(rawValue: try reader.read()) else { throw .unknownTag }
    var vocabulary = Vocabulary()
    for _ in 0..<(try reader.readCount(atMost: TextLimits.tokens)) {
      guard let kind = TokenKind(rawValue: try reader.read()) else { throw .unknownTag }
      try vocabulary.append(try reader.readCounted(atMost: TextLimits.tokenBytes), kind: kind)
    }
    let merges = try reader.readList(atMost: TextLimits.merges) { (reader) throws(DecodingRejection) in
      Merge(left: try reader.read(), right: try reader.read(), result: try reader.read())
    }
    let beginningToken = try reader.readOptional { (reader) throws(DecodingRejection) in try reader.read(UInt32.self) }
    let addsBeginningToken = try reader.readBool()
    try self.init(
      splitRule: splitRule, vocabulary: vocabulary, merges: merges, beginningToken: beginningToken,
      addsBeginningToken: addsBeginningToken)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(TokenizerDescription.byteLevelMerging)
    writer.write(splitRule.rawValue)
    writer.writeCount(vocabulary.count)
    for token in vocabulary.tokens {
      writer.write(vocabulary.kind(of: token).rawValue)
      writer.writeCounted(vocabulary.bytes(of: token))
    }
    writer.writeList(merges) { writer, merge in
      writer.write(merge.left)
      writer.write(merge.right)
      writer.write(merge.result)
    }
    writer.writeOptional(beginningToken) { $0.write($1) }
    writer.write(addsBeginningToken)
  }

  /// The tag of the only algorithm so far.
  private static let byteLevelMerging: UInt8 = 1

  private init(
    splitRule: SplitRule, vocabulary: Vocabulary, merges: [Merge], beginningToken: UInt32?, addsBeginningToken: Bool
  ) throws(DecodingRejection) {
    guard merges.count <= TextLimits.merges else { throw .countAboveLimit }
    for merge in merges {
      guard vocabulary.isOrdinary(merge.left), vocabulary.isOrdinary(merge.right), vocabulary.isOrdinary(merge.result) else {
        throw .outOfRange
      }
      guard vocabulary.concatenates(merge) else { throw .outOfRange }
    }
    if let beginningToken { guard vocabulary.contains(beginningToken) else { throw .outOfRange } }
    guard beginningToken != nil || !addsBeginningToken else { throw .outOfRange }
    self.splitRule = splitRule
    self.vocabulary = vocabulary
    self.merges = merges
    self.beginningToken = beginningToken
    self.addsBeginningToken = addsBeginningToken
  }
}
