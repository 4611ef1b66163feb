import Bytes

extension TokenizerDescription {
  /// A tokenizer with a token for each byte, numbered by it, and then control tokens: for models that are too small for a vocabulary.
  /// - Parameter controlTokens: how the tokens from 256 on are written; at most `TextLimits.specialTokens`, none of them empty.
  public static func bytes(controlTokens: [String]) throws(DecodingRejection) -> TokenizerDescription {
    let bytes = (0...UInt8.max).map { Token([$0], .byte) }
    let controls = controlTokens.map { Token(Array($0.utf8), .control) }
    return try TokenizerDescription(
      splitRule: .gpt2, tokens: bytes + controls, merges: [], beginningToken: nil, addsBeginningToken: false)
  }
}
