import Bytes
import TestSupport
import Testing
import Text

/// `[TEXT-4]`: one encoding, and no description that decodes can make a tokenizer trap.
@Suite struct TokenizerDescriptionTests {
  private typealias Token = TokenizerDescription.Token

  /// [TEXT-1] [TEXT-2]
  @Test func roundTrips() throws {
    for rule in SplitRule.allCases {
      let description = try SmallTokenizer.load().description(rule)
      #expect(try TokenizerDescription(decoding: description.encoded) == description)
    }
  }

  /// The whole encoding of a tokenizer of three tokens.
  @Test func hasTheEncodingOfTheSpecification() throws {
    let description = try TokenizerDescription(
      splitRule: .smollm, tokens: [Token([0x61], .normal), Token([0x61, 0x61], .normal), Token([0x3c], .control)],
      merges: [.init(left: 0, right: 0, result: 1)], beginningToken: 2, addsBeginningToken: true)
    let expected = "0102" + "03000000" + "010100000061" + "01020000006161" + "03010000003c" + "01000000" + "000000000000000001000000"
    #expect(description.encoded.hex == expected + "0102000000" + "01")
  }

  @Test func survivesMutations() throws {
    var generator = SeededGenerator.printed()
    let small = try TokenizerDescription(
      splitRule: .smollm,
      tokens: (97...122).map { Token([$0], .normal) } + [Token(Array("th".utf8), .normal), Token(Array("<|x|>".utf8), .control)],
      merges: [.init(left: 19, right: 7, result: 26)], beginningToken: 27, addsBeginningToken: false)
    let texts = ["the thin thing", "<|x|>th", "t h"].map { Array($0.utf8) }
    let outcome = generator.mutations(of: [small]) { description in
      let tokenizer = Tokenizer(description)
      for text in texts { _ = try? tokenizer.encode(text) }
      _ = try? tokenizer.decode([0, 26, 27, 28, .max])
    }
    #expect(outcome.isSound && outcome.accepted > 100, "\(outcome)")
  }

  @Test func refusesWhatTheSpecificationRefuses() throws {
    func rejection(
      _ tokens: [Token], merges: [TokenizerDescription.Merge] = [], beginning: UInt32? = nil, adds: Bool = false
    ) -> DecodingRejection? {
      do throws(DecodingRejection) {
        _ = try TokenizerDescription(
          splitRule: .gpt2, tokens: tokens, merges: merges, beginningToken: beginning, addsBeginningToken: adds)
        return nil
      } catch {
        return error
      }
    }
    let pair = [Token([1], .normal), Token([1, 1], .normal)]
    #expect(rejection(pair, merges: [.init(left: 0, right: 0, result: 1)], beginning: 1, adds: true) == nil)
    #expect(rejection([Token([1, 2], .byte)]) == .outOfRange)
    #expect(rejection([Token([], .control)]) == .outOfRange)
    #expect(rejection([Token([0x80], .control)]) == .invalidText)
    #expect(rejection([Token(Array(repeating: 65, count: 65), .control)]) == .countAboveLimit)
    #expect(rejection([Token(Array(repeating: 65, count: 1025), .normal)]) == .countAboveLimit)
    #expect(rejection(Array(repeating: Token([65], .control), count: 8193)) == .countAboveLimit)
    #expect(rejection(pair, merges: [.init(left: 0, right: 1, result: 1)]) == .outOfRange)
    #expect(rejection(pair, merges: [.init(left: 0, right: 2, result: 1)]) == .outOfRange)
    #expect(rejection([Token([1], .unused), Token([1, 1], .normal)], merges: [.init(left: 0, right: 0, result: 1)]) == .outOfRange)
    #expect(rejection(pair, beginning: 2) == .outOfRange)
    #expect(rejection(pair, adds: true) == .outOfRange)
    #expect(throws: DecodingRejection.unknownTag) { try TokenizerDescription(decoding: [3]) }
    #expect(throws: DecodingRejection.unknownTag) { try TokenizerDescription(decoding: [1, 9]) }
    #expect(throws: DecodingRejection.countAboveLimit) { try TokenizerDescription(decoding: [1, 1, 0xff, 0xff, 0xff, 0xff]) }
    #expect(throws: DecodingRejection.truncated) { try TokenizerDescription(decoding: [1, 1, 0, 0, 16, 0]) }
  }
}
