import Bytes
import Text

extension GGUFFile {
  /// The tokenizer of the file, for the kinds that section 8 of the specification has.
  public func tokenizerDescription() throws(GGUFRejection) -> TokenizerDescription {
    let model = try text("tokenizer.ggml.model")
    guard model == "gpt2" else { throw .unsupportedTokenizer(model) }
    let splitRule = try splitRule()
    let tokens = try tokens()
    let merges = try merges(of: tokens)
    let beginningToken = try optionalToken("tokenizer.ggml.bos_token_id", below: tokens.count)
    let addsBeginningToken = try optionalBoolean("tokenizer.ggml.add_bos_token") ?? false
    do throws(DecodingRejection) {
      return try TokenizerDescription(
        splitRule: splitRule, tokens: tokens, merges: merges, beginningToken: beginningToken, addsBeginningToken: addsBeginningToken)
    } catch {
      throw .invalidTokenizer
    }
  }

  /// The tokens that end a generation: those of the keys for the end of a sequence, of a turn and of a message, ascending.
  public func stopTokens() throws(GGUFRejection) -> [UInt32] {
    let count = try elements("tokenizer.ggml.tokens").count
    var tokens: [UInt32] = []
    for key in ["eos_token_id", "eot_token_id", "eom_token_id"] {
      guard let token = try optionalToken("tokenizer.ggml." + key, below: count), !tokens.contains(token) else { continue }
      tokens.append(token)
    }
    guard !tokens.isEmpty else { throw .missingKey("tokenizer.ggml.eos_token_id") }
    return tokens.sorted()
  }

  /// The chat template of the file, or nil.
  public func chatTemplate() throws(GGUFRejection) -> String? {
    metadata["tokenizer.chat_template"] == nil ? nil : try text("tokenizer.chat_template")
  }

  /// The text of a key.
  func text(_ key: String) throws(GGUFRejection) -> String {
    guard let value = metadata[key] else { throw .missingKey(key) }
    guard let text = value.text else { throw .invalidValue(key: key) }
    return text
  }

  /// The elements of a key's array.
  func elements(_ key: String) throws(GGUFRejection) -> [GGUFValue] {
    guard let value = metadata[key] else { throw .missingKey(key) }
    guard let elements = value.elements else { throw .invalidValue(key: key) }
    return elements
  }

  private func splitRule() throws(GGUFRejection) -> SplitRule {
    let name = try text("tokenizer.ggml.pre")
    switch name {
    case "gpt-2": return .gpt2
    case "smollm": return .smollm
    default: throw .unsupportedSplitRule(name)
    }
  }

  private func tokens() throws(GGUFRejection) -> [TokenizerDescription.Token] {
    let spellings = try elements("tokenizer.ggml.tokens")
    let kinds = try elements("tokenizer.ggml.token_type")
    guard spellings.count == kinds.count, spellings.count <= TextLimits.tokens else {
      throw .invalidValue(key: "tokenizer.ggml.token_type")
    }
    var tokens: [TokenizerDescription.Token] = []
    tokens.reserveCapacity(spellings.count)
    for (index, (spelling, code)) in zip(spellings, kinds).enumerated() {
      guard let bytes = spelling.bytes, let code = code.unsignedInteger.flatMap({ UInt8(exactly: $0) }),
        let kind = TokenizerDescription.TokenKind(rawValue: code)
      else { throw .invalidToken(index) }
      guard let content = kind.isOrdinary ? ByteAlphabet.bytes(spelled: bytes) : bytes, content.count <= TextLimits.tokenBytes else {
        throw .invalidToken(index)
      }
      tokens.append(TokenizerDescription.Token(content, kind))
    }
    return tokens
  }

  private func merges(of tokens: [TokenizerDescription.Token]) throws(GGUFRejection) -> [TokenizerDescription.Merge] {
    var numbers: [[UInt8]: UInt32] = [:]
    for (index, token) in tokens.enumerated() where token.kind.isOrdinary && numbers[token.bytes] == nil {
      numbers[token.bytes] = UInt32(index)
    }
    var merges: [TokenizerDescription.Merge] = []
    for (rank, value) in try elements("tokenizer.ggml.merges").enumerated() {
      let sides = (value.bytes ?? []).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard sides.count == 2, let left = ByteAlphabet.bytes(spelled: Array(sides[0])),
        let right = ByteAlphabet.bytes(spelled: Array(sides[1])), let leftNumber = numbers[left], let rightNumber = numbers[right],
        let result = numbers[left + right]
      else { throw .invalidMerge(rank) }
      merges.append(TokenizerDescription.Merge(left: leftNumber, right: rightNumber, result: result))
    }
    return merges
  }

  private func optionalToken(_ key: String, below count: Int) throws(GGUFRejection) -> UInt32? {
    guard let value = metadata[key] else { return nil }
    guard let token = value.unsignedInteger, token < UInt64(count) else { throw .invalidValue(key: key) }
    return UInt32(token)
  }

  private func optionalBoolean(_ key: String) throws(GGUFRejection) -> Bool? {
    guard let value = metadata[key] else { return nil }
    guard let boolean = value.boolean else { throw .invalidValue(key: key) }
    return boolean
  }
}

/// The letters by which GPT-2's vocabulary files spell bytes: printable Latin-1 as itself, the other 68 bytes as U+0100 and up.
enum ByteAlphabet {
  private static let scalars: [UInt32] = {
    var next: UInt32 = 0x100
    return (0...UInt32(255)).map { byte in
      if (0x21...0x7e).contains(byte) || (0xa1...0xac).contains(byte) || (0xae...0xff).contains(byte) { return byte }
      defer { next += 1 }
      return next
    }
  }()

  private static let bytes: [UInt32: UInt8] = Dictionary(uniqueKeysWithValues: zip(scalars, 0...UInt8.max))

  /// The bytes that a spelling stands for, or nil if it has another letter or is not UTF-8.
  static func bytes(spelled spelling: [UInt8]) -> [UInt8]? {
    guard let text = String(validating: spelling, as: UTF8.self) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(spelling.count)
    for scalar in text.unicodeScalars {
      guard let byte = bytes[scalar.value] else { return nil }
      result.append(byte)
    }
    return result
  }
}
