import Bytes
import Cryptography
import TestSupport
import Testing

@Suite("Addresses [ADDR-1]")
struct AddressTests {
  private static let key = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
  private static let text = "pb1lycg5qvjtrp3qjf5f7zl382j9x6nrjz9sdhenvyxq8c3808qxmusaemh8w"

  @Test(
    "The valid strings of BIP-350",
    arguments: [
      "A1LQFN3A",
      "a1lqfn3a",
      "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
      "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
      "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
      "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
      "?1v759aa",
    ])
  func validString(_ text: String) throws {
    let (prefix, groups) = try Bech32m.decode(text)
    #expect(Bech32m.encode(prefix: prefix, groups: groups) == text.lowercased())
  }

  @Test(
    "The invalid strings of BIP-350",
    arguments: [
      (" 1xj0phk", .invalidCharacter),
      ("\u{7f}1g6xzxy", .invalidCharacter),
      ("\u{80}1vctc34", .invalidCharacter),
      ("an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4", .malformed),
      ("qyrz8wqd2c9m", .malformed),
      ("1qyrz8wqd2c9m", .malformed),
      ("y1b0jsk6g", .invalidCharacter),
      ("lt1igcx5c0", .invalidCharacter),
      ("in1muywd", .malformed),
      ("mm1crxm3i", .invalidCharacter),
      ("au1s5cgom", .invalidCharacter),
      ("M1VUXWEZ", .wrongChecksum),
      ("16plkw9", .malformed),
      ("1p2gdwpf", .malformed),
      // A witness address with the checksum of BIP-173, and one of mixed case.
      ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", .wrongChecksum),
      ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", .mixedCase),
    ] as [(String, AddressRejection)])
  func invalidString(_ text: String, _ rejection: AddressRejection) {
    #expect(throws: rejection) { try Bech32m.decode(text) }
    #expect(throws: rejection) { try Address(text) }
  }

  @Test("The example of SPEC, in small letters and capitals")
  func example() throws {
    let key = try #require(PublicKey(hexBytes(AddressTests.key)))
    #expect(Address(of: key).text == AddressTests.text)
    #expect(try Address(AddressTests.text).key == key)
    #expect(try Address(AddressTests.text.uppercased()).key == key)
  }

  @Test("Another prefix, another length, set filling bits and a point off the curve are refused")
  func wrongContent() throws {
    let (_, groups) = try Bech32m.decode(AddressTests.text)
    #expect(throws: AddressRejection.wrongPrefix) { try Address(Bech32m.encode(prefix: "bc", groups: groups)) }
    for wrong in [groups.dropLast(), groups + [0], groups + [0, 0, 0, 0, 0, 0, 0, 0], []] {
      #expect(throws: AddressRejection.wrongLength) { try Address(Bech32m.encode(prefix: "pb", groups: Array(wrong))) }
    }
    for filling in 1..<UInt8(16) {
      let filled = groups.dropLast() + [(groups.last ?? 0) | filling]
      #expect(throws: AddressRejection.wrongLength) { try Address(Bech32m.encode(prefix: "pb", groups: Array(filled))) }
    }
    let zeros = [UInt8](repeating: 0, count: 52)
    #expect(throws: AddressRejection.notAKey) { try Address(Bech32m.encode(prefix: "pb", groups: zeros)) }
  }

  @Test("Every address reads back; no mistyped one does")
  func mistypes() throws {
    var generator = SeededGenerator.printed()
    for _ in 0..<100 {
      let address = Address(of: PrivateKey(from: SystemRandomBytes()).publicKey)
      #expect(address.text.utf8.count == 61)
      #expect(try Address(address.text) == address)
      for _ in 0..<100 {
        let text = String(decoding: generator.mutated(Array(address.text.utf8)), as: UTF8.self)
        if let read = try? Address(text) { #expect(read == address && text.lowercased() == address.text, "seed \(generator.seed)") }
      }
    }
  }
}
