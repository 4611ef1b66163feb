/// Why text has no tokens, or tokens have no text. `[TEXT-1]`
public enum TextRejection: Error, Hashable, Sendable {
  /// The text to encode is longer than `TextLimits.promptBytes`, or the decoded text than `TextLimits.answerBytes`.
  case textTooLong
  /// The text is not well-formed UTF-8.
  case notUTF8
  /// The vocabulary has no token for a byte of the text.
  case unencodableByte
  /// Tokens of word pieces stand for no text. `[TEXT-8]`
  case noDecoding
}

/// The bounds on text and on tokenizers. `[TEXT-1]`
public enum TextLimits {
  /// The most bytes of a text to encode.
  public static let promptBytes = 65_536
  /// The most bytes of a decoded text.
  public static let answerBytes = 262_144
  /// The most tokens of a vocabulary.
  public static let tokens = 1 << 20
  /// The most bytes of one token.
  public static let tokenBytes = 1024
  /// The most bytes of all tokens of a vocabulary together.
  public static let vocabularyBytes = 1 << 24
  /// The most merges.
  public static let merges = 1 << 20
  /// The most special tokens: those that are matched in text before it is split.
  public static let specialTokens = 8192
  /// The most bytes of a special token.
  public static let specialTokenBytes = 64
}
