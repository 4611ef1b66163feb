import TestSupport
import Testing
import Text

/// `[TEXT-6]`: the repair of malformed UTF-8 is that of Swift's own decoding, however the bytes are cut.
@Suite struct TextRepairTests {
  @Test func repairsTheExamplesOfTheSpecification() {
    #expect(TextRepair.repaired([0xf0, 0x9f, 0x98]) == Array("\u{fffd}".utf8))
    #expect(TextRepair.repaired([0xed, 0xa0, 0x80]) == Array("\u{fffd}\u{fffd}\u{fffd}".utf8))
    #expect(TextRepair.repaired([0xe2, 0x82, 0x41]) == Array("\u{fffd}A".utf8))
  }

  /// Every sequence of up to four bytes out of those at the edges of the table of well-formed sequences.
  @Test func agreesWithSwiftOnAllShortSequences() {
    let edges: [UInt8] = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef]
    let bytes = edges + [0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]
    var sequences: [[UInt8]] = [[]]
    for length in 1...4 {
      sequences = (length < 4 ? sequences : sequences.filter { $0[0] >= 0xe0 }).flatMap { head in bytes.map { head + [$0] } }
      for sequence in sequences {
        let expected = Array(String(decoding: sequence, as: UTF8.self).utf8)
        guard TextRepair.repaired(sequence) == expected else {
          Issue.record("\(sequence)")
          return
        }
        guard TextRepair.isWellFormed(sequence) == (expected == sequence) else {
          Issue.record("\(sequence) well-formed")
          return
        }
      }
    }
  }

  @Test func doesNotDependOnTheCut() {
    var generator = SeededGenerator.printed()
    for _ in 0..<2000 {
      let bytes = generator.mutated(generator.text(scalars: 12))
      var repair = TextRepair()
      var text: [UInt8] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...4, using: &generator)
        text += repair.push(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      text += repair.finish()
      #expect(text == Array(String(decoding: bytes, as: UTF8.self).utf8))
      #expect(repair.finish().isEmpty)
    }
  }
}
