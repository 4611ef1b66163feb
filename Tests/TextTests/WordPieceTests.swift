import Bytes
import TestSupport
import Testing
import Text

private typealias Token = TokenizerDescription.Token

private struct WordPieceVectors: Decodable {
  struct Vector: Decodable {
    let text: String
    let tokens: [UInt32]
  }
  let tokens: [String]
  let specials: Int
  let unknown: UInt32
  let beginning: UInt32
  let end: UInt32
  let folded: [Vector]
  let unfolded: [Vector]

  func description(folds: Bool) throws -> TokenizerDescription {
    let tokens = tokens.enumerated().map { number, spelling in
      let kind: TokenizerDescription.TokenKind = number >= specials ? .normal : number == Int(unknown) ? .unknown : .control
      return TokenizerDescription.Token(Array(spelling.utf8), kind)
    }
    return try TokenizerDescription(
      tokens: tokens, wordPieces: .init(folds: folds, unknown: unknown, beginning: beginning, end: end))
  }
}

/// `[TEXT-8]` against HuggingFace's tokenizers.
@Suite struct WordPieceTests {
  private let vectors: WordPieceVectors

  init() throws { vectors = try Vectors.load("word-pieces") }

  @Test(arguments: [true, false]) func agreesWithTheVectors(folds: Bool) throws {
    let tokenizer = Tokenizer(try vectors.description(folds: folds))
    let cases = folds ? vectors.folded : vectors.unfolded
    #expect(cases.count > 300)
    for vector in cases {
      #expect(try tokenizer.encode(Array(vector.text.utf8)) == vector.tokens, "\(vector.text.debugDescription)")
    }
  }

  @Test func hasTheClassesOfTheSpecification() {
    var counts = [0, 0, 0, 0, 0]
    for scalar in 0..<UInt32(0x110000) where !(0xd800..<0xe000).contains(scalar) { counts[Int(WordClass(of: scalar).rawValue)] += 1 }
    #expect(counts[1...] == [137_694, 22, 828, 1950])
  }

  @Test func foldsAsTheSpecificationSays() {
    func folded(_ text: String) -> String {
      String(
        String.UnicodeScalarView(text.unicodeScalars.flatMap { ScalarFolding.unicode.folded($0.value) }.compactMap(Unicode.Scalar.init)))
    }
    #expect(folded("ÀÉİßΣǅ\u{301}a").unicodeScalars.elementsEqual("aeißσǆa".unicodeScalars))
    #expect(folded("한가").unicodeScalars.elementsEqual("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1161}".unicodeScalars))
    #expect(folded("\u{f900}\u{1fef}").unicodeScalars.elementsEqual("\u{8c48}`".unicodeScalars))
  }

  @Test func encodesAndDecodesItself() throws {
    for folds in [true, false] {
      let description = try vectors.description(folds: folds)
      #expect(try TokenizerDescription(decoding: description.encoded) == description)
      for count in stride(from: 0, to: description.encoded.count, by: 97) {
        #expect(throws: DecodingRejection.self) { try TokenizerDescription(decoding: Array(description.encoded.prefix(count))) }
      }
    }
  }

  @Test func refusesWhatTheSpecificationRefuses() throws {
    func make(_ tokens: [Token], unknown: UInt32 = 0, beginning: UInt32 = 1, end: UInt32 = 2) throws {
      _ = try TokenizerDescription(tokens: tokens, wordPieces: .init(folds: true, unknown: unknown, beginning: beginning, end: end))
    }
    let fine = [Token([0x3f], .unknown), Token([0x5b], .control), Token([0x5d], .control)]
    try make(fine)
    #expect(throws: DecodingRejection.outOfRange) { try make(fine + [Token([65], .byte)]) }
    #expect(throws: DecodingRejection.outOfRange) { try make(fine + [Token([], .normal)]) }
    #expect(throws: DecodingRejection.invalidText) { try make(fine + [Token([0xff], .normal)]) }
    #expect(throws: DecodingRejection.outOfRange) { try make(fine, unknown: 3) }
    #expect(throws: DecodingRejection.outOfRange) { try make(fine, beginning: 3) }
    #expect(throws: DecodingRejection.outOfRange) { try make(fine, end: 3) }
    #expect(throws: DecodingRejection.unknownTag) { try TokenizerDescription(decoding: [2, 2]) }
  }

  @Test func refusesTextAndTokensThatHaveNoMeaning() throws {
    let tokenizer = Tokenizer(try vectors.description(folds: true))
    #expect(throws: TextRejection.notUTF8) { try tokenizer.encode([0x61, 0xff]) }
    #expect(throws: TextRejection.textTooLong) { try tokenizer.encode([UInt8](repeating: 0x61, count: 65_537)) }
    #expect(throws: TextRejection.noDecoding) { try tokenizer.decode([4]) }
    #expect(try tokenizer.encode([]) == [2, 3])
  }

  /// Cut by a slow twin: the longest spelling that is in the list, looked for from the longest down.
  @Test func cutsAsTheSlowTwinDoes() throws {
    var generator = SeededGenerator.printed()
    let tokenizer = Tokenizer(try vectors.description(folds: true))
    var numbers: [String: UInt32] = [:]
    for (number, spelling) in vectors.tokens.enumerated().dropFirst(vectors.specials) where numbers[spelling] == nil {
      numbers[spelling] = UInt32(number)
    }
    for _ in 0..<500 {
      let word = String((0..<Int.random(in: 1...20, using: &generator)).map { _ in "etaoinshrdlu".randomElement(using: &generator) ?? "e" })
      var pieces: [UInt32] = []
      var rest = Substring(word)
      while !rest.isEmpty {
        let prefix = pieces.isEmpty ? "" : "##"
        guard let length = (1...rest.count).reversed().first(where: { numbers[prefix + rest.prefix($0)] != nil }) else { break }
        pieces.append(numbers[prefix + rest.prefix(length)] ?? 0)
        rest = rest.dropFirst(length)
      }
      let expected = rest.isEmpty ? pieces : [vectors.unknown]
      #expect(try tokenizer.encode(Array(word.utf8)) == [vectors.beginning] + expected + [vectors.end], "\(word)")
    }
  }
}
