import Bytes

/// Turns text into tokens and tokens into text, one way only: both are consensus rules. `[TEXT-5]` `[TEXT-6]`
public struct Tokenizer: Sendable {
  /// What the tokenizer was made from.
  public let description: TokenizerDescription
  private let specials: TokenTrie
  private let rangeEncoder: RangeEncoder

  /// How the text between special tokens is encoded.
  private enum RangeEncoder: Sendable {
    case merging(SplitRule, PairMerger)
    case wordPieces(WordPieceEncoder)
  }

  /// Makes the tokenizer of a description; this builds its look-up tables, so make it once and keep it.
  public init(_ description: TokenizerDescription) {
    self.description = description
    specials = TokenTrie(specialsOf: description.vocabulary)
    rangeEncoder =
      switch description.algorithm {
      case .merging(let rule): .merging(rule.splitRule, PairMerger(description.vocabulary, rule.merges))
      case .wordPieces(let rule): .wordPieces(WordPieceEncoder(description.vocabulary, rule))
      }
  }

  /// The one encoding of a text as tokens; special tokens are recognised as they are written. `[TEXT-5]` `[TEXT-8]`
  /// - Parameter text: well-formed UTF-8 of at most `TextLimits.promptBytes` bytes.
  public func encode(_ text: [UInt8]) throws(TextRejection) -> [UInt32] {
    let text = try ScalarText(text)
    var tokens: [UInt32] = []
    if description.addsBeginningToken, let token = description.beginningToken { tokens.append(token) }
    var start = 0
    var position = 0
    while position < text.scalars.count {
      guard let (token, end) = specials.match(in: text.bytes, at: text.offsets[position]) else {
        position += 1
        continue
      }
      try appendTokens(of: text, in: start..<position, to: &tokens)
      tokens.append(token)
      // A special token is well-formed UTF-8, so it ends where a scalar ends.
      while text.offsets[position] < end { position += 1 }
      start = position
    }
    try appendTokens(of: text, in: start..<position, to: &tokens)
    if let token = description.endToken { tokens.append(token) }
    return tokens
  }

  /// The one decoding of tokens as text: their bytes, with each malformed subpart replaced by U+FFFD. `[TEXT-6]`
  /// - Returns: well-formed UTF-8 of at most `TextLimits.answerBytes` bytes.
  public func decode(_ tokens: [UInt32]) throws(TextRejection) -> [UInt8] {
    guard case .merging = description.algorithm else { throw .noDecoding }
    var repair = TextRepair()
    var text: [UInt8] = []
    for token in tokens {
      text += repair.push(bytes(of: token))
      guard text.count <= TextLimits.answerBytes else { throw .textTooLong }
    }
    text += repair.finish()
    guard text.count <= TextLimits.answerBytes else { throw .textTooLong }
    return text
  }

  /// The bytes that a token stands for: none for a control, unknown or unused token and for a number outside the vocabulary. `[TEXT-6]`
  ///
  /// They need not be well-formed UTF-8; to stream an answer, push them into one `TextRepair`.
  public func bytes(of token: UInt32) -> ArraySlice<UInt8> {
    let vocabulary = description.vocabulary
    guard vocabulary.contains(token), vocabulary.kind(of: token).isText else { return [] }
    return vocabulary.bytes(of: token)
  }

  /// The first token that steers the model, a control or unknown token, whose bytes stand somewhere in a text; nil if there is none. Text of
  /// strangers that holds one would not be read as text. `[TEXT-5]`
  public func steeringToken(in text: [UInt8]) -> UInt32? {
    for offset in text.indices {
      guard let (token, _) = specials.match(in: text, at: offset) else { continue }
      if description.vocabulary.kind(of: token) != .userDefined { return token }
    }
    return nil
  }

  private func appendTokens(of text: ScalarText, in range: Range<Int>, to tokens: inout [UInt32]) throws(TextRejection) {
    switch rangeEncoder {
    case .merging(let splitRule, let merger):
      var start = range.lowerBound
      for end in splitRule.pieceEnds(of: text, in: range) {
        try merger.appendTokens(of: text.bytes[text.offsets[start]..<text.offsets[end]], to: &tokens)
        start = end
      }
    case .wordPieces(let encoder): encoder.appendTokens(of: text.scalars[range], to: &tokens)
    }
  }
}
