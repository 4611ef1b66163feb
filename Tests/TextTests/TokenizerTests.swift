import TestSupport
import Testing
import Text

/// `[TEXT-3]` `[TEXT-5]` `[TEXT-6]` against llama.cpp and against slow twins.
@Suite struct TokenizerTests {
  @Test(arguments: SplitRule.allCases) func agreesWithTheVectors(_ rule: SplitRule) throws {
    let small = try SmallTokenizer.load()
    let tokenizer = Tokenizer(try small.description(rule))
    let vectors = rule == .gpt2 ? small.gpt2 : small.smollm
    #expect(vectors.count > 400)
    for vector in vectors {
      #expect(try tokenizer.encode(Array(vector.text.utf8)) == vector.tokens, "\(vector.text.debugDescription)")
    }
  }

  @Test func cutsTheExampleOfTheSpecification() throws {
    let text = try ScalarText(Array("it's  42".utf8))
    #expect(SplitRule.gpt2.pieceEnds(of: text, in: 0..<8) == [2, 4, 5, 8])
    #expect(SplitRule.smollm.pieceEnds(of: text, in: 0..<8) == [2, 4, 6, 7, 8])
  }

  @Test func hasTheClassesOfTheSpecification() {
    var counts = [0, 0, 0, 0]
    for scalar in 0..<UInt32(0x110000) { counts[Int(UnicodeClass(of: scalar).rawValue)] += 1 }
    #expect(counts[1...] == [131_756, 1791, 25])
    for scalar in "azAZéЖ中".unicodeScalars { #expect(UnicodeClass(of: scalar.value) == .letter) }
    for scalar in "09½Ⅷ٣".unicodeScalars { #expect(UnicodeClass(of: scalar.value) == .number) }
    for scalar in " \t\n\u{85}\u{a0}\u{3000}".unicodeScalars { #expect(UnicodeClass(of: scalar.value) == .space) }
    for scalar in "!_'\u{0}\u{301}\u{10ffff}\u{378}\u{200b}".unicodeScalars { #expect(UnicodeClass(of: scalar.value) == .other) }
  }

  @Test func decodesWhatItEncoded() throws {
    var generator = SeededGenerator.printed()
    let tokenizer = Tokenizer(try SmallTokenizer.load().description(.smollm))
    for _ in 0..<1000 {
      let text = generator.text(scalars: Int.random(in: 0...60, using: &generator))
      #expect(try tokenizer.decode(try tokenizer.encode(text)) == text)
    }
  }

  @Test func mergesAsTheSlowTwinDoes() throws {
    var generator = SeededGenerator.printed()
    let description = try SmallTokenizer.load().description(.gpt2)
    let merger = PairMerger(description.vocabulary, description.merges)
    for _ in 0..<300 {
      let letters = Array(["etaoin srhl", "th e", "ab", "\n \t"].randomElement(using: &generator)?.utf8 ?? "".utf8)
      let piece = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in letters.randomElement(using: &generator) }
      var tokens: [UInt32] = []
      try merger.appendTokens(of: piece[...], to: &tokens)
      #expect(tokens == slowlyMerged(piece, by: description))
    }
  }

  @Test func findsTheLongestSpecialToken() throws {
    let specials = ["<a>", "<a><b>", "<a>", "é", "ab", "abc", "bcd"]
    let tokenizer = Tokenizer(try .bytes(controlTokens: specials))
    #expect(try tokenizer.encode(Array("<a><b><a>x<a".utf8)) == [257, 256, 120, 60, 97])
    #expect(try tokenizer.encode(Array("é".utf8)) == [259])
    #expect(try tokenizer.encode(Array("abcd".utf8)) == [261, 100])
    #expect(try tokenizer.decode([257, 65, 256, 66]) == Array("AB".utf8))
  }

  @Test func addsTheBeginning() throws {
    let tokens = (0...UInt8.max).map { TokenizerDescription.Token([$0], .byte) }
    let description = try TokenizerDescription(
      splitRule: .gpt2, tokens: tokens, merges: [], beginningToken: 65, addsBeginningToken: true)
    #expect(try Tokenizer(description).encode([]) == [65])
    #expect(try Tokenizer(description).encode([66]) == [65, 66])
  }

  @Test func refusesWhatHasNoEncoding() throws {
    let tokenizer = Tokenizer(try .bytes(controlTokens: []))
    #expect(throws: TextRejection.notUTF8) { try tokenizer.encode([0xff]) }
    #expect(throws: TextRejection.notUTF8) { try tokenizer.encode([0xe2, 0x82]) }
    #expect(throws: TextRejection.notUTF8) { try tokenizer.encode([0xed, 0xa0, 0x80]) }
    #expect(throws: TextRejection.textTooLong) { try tokenizer.encode(Array(repeating: 65, count: TextLimits.promptBytes + 1)) }
    let noA = (0...UInt8.max).map { TokenizerDescription.Token([$0], $0 == 65 ? .unused : .byte) }
    let lacking = Tokenizer(
      try TokenizerDescription(splitRule: .gpt2, tokens: noA, merges: [], beginningToken: nil, addsBeginningToken: false))
    #expect(throws: TextRejection.unencodableByte) { try lacking.encode([65]) }
    #expect(try lacking.decode([65, 66]) == [66])
  }

  @Test func findsTokensThatSteer() throws {
    let tokens: [TokenizerDescription.Token] = [
      .init(Array("<x>".utf8), .control), .init(Array("<u>".utf8), .userDefined), .init(Array("<?>".utf8), .unknown),
    ]
    let bytes = (0...UInt8.max).map { TokenizerDescription.Token([$0], .byte) }
    let tokenizer = Tokenizer(
      try TokenizerDescription(splitRule: .gpt2, tokens: tokens + bytes, merges: [], beginningToken: nil, addsBeginningToken: false))
    #expect(tokenizer.steeringToken(in: Array("a <x> b".utf8)) == 0)
    #expect(tokenizer.steeringToken(in: Array("<u><?>".utf8)) == 2)
    for text in ["", "<x", "x>", "<u>", "< x >", "<X>", "é<"] { #expect(tokenizer.steeringToken(in: Array(text.utf8)) == nil) }
  }

  @Test func decodesEveryListOfNumbers() throws {
    let tokenizer = Tokenizer(try .bytes(controlTokens: ["<x>"]))
    #expect(try tokenizer.decode([]) == [])
    #expect(try tokenizer.decode([256, 257, .max, 65]) == [65])
    #expect(try tokenizer.decode([0xf0, 0x9f, 0x98]) == [0xef, 0xbf, 0xbd])
    // 87,382 times three bytes are more than 262,144.
    #expect(try tokenizer.decode(Array(repeating: 0x80, count: 87_381)).count == 262_143)
    #expect(throws: TextRejection.textTooLong) { try tokenizer.decode(Array(repeating: 0x80, count: 87_382)) }
  }

  @Test(arguments: ["a", " ", "ab", "the ", "1", "<|im_end|>", "<", "'", "é"]) func encodesLongTextsOfOneKind(_ part: String) throws {
    let tokenizer = Tokenizer(try SmallTokenizer.load().description(.smollm))
    let text = Array(String(repeating: part, count: TextLimits.promptBytes / part.utf8.count).utf8)
    let tokens = try tokenizer.encode(text)
    #expect(tokens.flatMap { tokenizer.description.vocabulary.bytes(of: $0) } == text)
  }
}

/// Merging by its definition: find the best pair in the whole list, again and again.
private func slowlyMerged(_ piece: [UInt8], by description: TokenizerDescription) -> [UInt32] {
  let vocabulary = description.vocabulary
  var tokens = piece.compactMap { byte in vocabulary.tokens.first { vocabulary.isOrdinary($0) && vocabulary.bytes(of: $0) == [byte] } }
  for _ in piece {
    var best: (rank: Int, place: Int)?
    for place in tokens.indices.dropLast() {
      let rank = description.merges.firstIndex { $0.left == tokens[place] && $0.right == tokens[place + 1] }
      if let rank, rank < best?.rank ?? .max { best = (rank, place) }
    }
    guard let best else { break }
    tokens.replaceSubrange(best.place...best.place + 1, with: [description.merges[best.rank].result])
  }
  return tokens
}

extension SeededGenerator {
  /// Text of random scalars of many scripts, as UTF-8.
  mutating func text(scalars count: Int) -> [UInt8] {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7e, 0x20...0x7e, 0x61...0x7a, 0x09...0x0d, 0x30...0x39, 0xa0...0x24f, 0x370...0x52f, 0x590...0x6ff, 0x900...0xdff,
      0x2000...0x206f, 0x3000...0x30ff, 0x4e00...0x9fff, 0xac00...0xd7a3, 0x1f300...0x1faff, 0...0xd7ff, 0xe000...0x10ffff,
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<count {
      let range = ranges.randomElement(using: &self) ?? 0x20...0x7e
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
    }
    return Array(String(text).utf8)
  }
}
