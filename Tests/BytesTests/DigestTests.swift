import Bytes
import TestSupport
import Testing

@Suite("Digests [ENC-3]")
struct DigestTests {
  @Test("Bytes, hexadecimal digits and bits name the same digest")
  func forms() throws {
    var generator = SeededGenerator.printed()
    for _ in 0..<200 {
      let bytes = generator.bytes(32)
      let digest = try #require(Digest(bytes))
      #expect(digest.bytes == bytes)
      #expect(Digest(bytes[...]) == digest)
      #expect(Digest(hex: digest.hex) == digest)
      #expect(Digest(hex: digest.hex.uppercased()) == digest)
      #expect(digest.hex == bytes.hex)
      #expect(bytes.withUnsafeBytes { Digest(prefixOf: $0) } == digest)
      for index in 0..<256 where digest.bit(at: index) != (bytes[index / 8] >> UInt8(7 - index % 8) & 1 == 1) {
        Issue.record("bit \(index), seed \(generator.seed)")
      }
      #expect(try Digest(decoding: digest.encoded) == digest)
    }
  }

  @Test("Digests are ordered as their bytes are")
  func order() throws {
    var generator = SeededGenerator.printed()
    for _ in 0..<2_000 {
      let left = generator.bytes(32)
      // Often equal but for one byte.
      var right = left
      right[Int.random(in: 0..<32, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      let (first, second) = (try #require(Digest(left)), try #require(Digest(right)))
      #expect((first < second) == left.lexicographicallyPrecedes(right), "seed \(generator.seed)")
      #expect((first == second) == (left == right))
    }
    #expect(Digest.zero.bytes == [UInt8](repeating: 0, count: 32))
  }

  @Test("Another length is no digest", arguments: [0, 1, 31, 33, 64])
  func length(_ count: Int) {
    #expect(Digest([UInt8](repeating: 1, count: count)) == nil)
    #expect(Digest(hex: String(repeating: "ab", count: count)) == nil)
  }

  @Test("What is no hexadecimal is refused", arguments: ["0", "0g", "zz", " 00", "0x00", "é", "000"])
  func hexadecimal(_ text: String) {
    #expect([UInt8](hex: text) == nil)
  }
}
