import Foundation
import Testing
import Text

/// The small tokenizer of the vectors: five special tokens, the 256 bytes in the order of their letters, what 1200 merges make.
struct SmallTokenizer: Decodable {
  struct Vector: Decodable, Sendable {
    let text: String
    let tokens: [UInt32]?
  }

  struct Table: Decodable {
    let tokens: [String]
    let kinds: [UInt8]
    let merges: [String]
  }

  let tokenizer: Table
  let gpt2: [Vector]
  let smollm: [Vector]

  enum CodingKeys: String, CodingKey {
    case tokenizer, smollm
    case gpt2 = "gpt-2"
  }

  /// Reads a file of `Tests/Vectors`.
  static func file(_ name: String) throws -> Data {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: folder.appendingPathComponent("Vectors/" + name))
  }

  static func load() throws -> SmallTokenizer { try JSONDecoder().decode(SmallTokenizer.self, from: try file("small-tokenizer.json")) }

  /// The description, with the letters of GPT-2's vocabulary files read by an own table.
  func description(_ rule: SplitRule) throws -> TokenizerDescription {
    var byteOfLetter: [Unicode.Scalar: UInt8] = [:]
    for (byte, letter) in tokenizer.tokens[5..<261].enumerated() {
      byteOfLetter[try #require(letter.unicodeScalars.first)] = UInt8(byte)
    }
    func bytes(_ letters: Substring) throws -> [UInt8] { try letters.unicodeScalars.map { try #require(byteOfLetter[$0]) } }
    var numbers: [[UInt8]: UInt32] = [:]
    var tokens: [TokenizerDescription.Token] = []
    for (number, (text, code)) in zip(tokenizer.tokens, tokenizer.kinds).enumerated() {
      let kind = try #require(TokenizerDescription.TokenKind(rawValue: code))
      let content = kind.isSpecial ? Array(text.utf8) : try bytes(text[...])
      tokens.append(.init(content, kind))
      if kind.isOrdinary { numbers[content] = UInt32(number) }
    }
    let merges = try tokenizer.merges.map { merge in
      let sides = merge.split(separator: " ")
      let (left, right) = (try bytes(sides[0]), try bytes(sides[1]))
      return TokenizerDescription.Merge(
        left: try #require(numbers[left]), right: try #require(numbers[right]), result: try #require(numbers[left + right]))
    }
    return try TokenizerDescription(splitRule: rule, tokens: tokens, merges: merges, beginningToken: 1, addsBeginningToken: false)
  }
}
