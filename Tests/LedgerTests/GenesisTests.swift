import Bytes
import Cryptography
import Foundation
import Ledger
import TestSupport
import Testing

@Suite("Genesis")
struct GenesisTests {
  let genesis = TestChain().genesis

  static func file(_ name: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: "Genesis/\(name).json")))
  }

  @Test("The networks' files state the roots of their content [GEN-2] [GEN-3]", arguments: ["devnet", "testnet"])
  func networks(name: String) throws {
    let bytes = try GenesisTests.file(name)
    let genesis = try Genesis(file: bytes)
    #expect(genesis.name == Array(name.utf8))
    #expect(Array(genesis.fileText.utf8) == bytes)
    #expect(try Genesis(decoding: genesis.encoded) == genesis)
    #expect(genesis.state.invariantViolation == nil)
    let decoded = try Genesis(decoding: genesis.encoded)
    #expect(decoded.root == genesis.root)
  }

  @Test("The roots are those of the specification [GEN-2] [GEN-4]")
  func roots() throws {
    let devnet = try Genesis(file: GenesisTests.file("devnet"))
    let testnet = try Genesis(file: GenesisTests.file("testnet"))
    #expect(devnet.root.hex == "0d7d3c4217ac8b1518067be8e3c3e64d6a3360d66fc607ca9c6907c4d1e1f8b3")
    #expect(testnet.root.hex == "2ce604334d3f8c2a40bebcb9612bfa7a4ccbef92680d0826d6b010fb1f7be4e5")
    #expect(
      TestChain.key("faucet").publicKey.xCoordinate.hex == "1f9b7097783e5a5d912cc9096c23294dc0f4fb6f7ce936d57d4621e0ec6060c6")
    for name in DevelopmentKey.names {
      #expect(devnet.state.account(TestChain.account(name)).balance > .zero)
    }
  }

  @Test("A genesis file is refused for any member out of place, and for another root [GEN-3]")
  func files() throws {
    let text = genesis.fileText
    func rejection(_ old: String, _ new: String) -> GenesisFileRejection? {
      #expect(text.contains(old))
      do {
        _ = try Genesis(file: Array(text.replacing(old, with: new, maxReplacements: 1).utf8))
        return nil
      } catch {
        return error
      }
    }
    #expect(rejection("\"name\"", "\"name\"") == nil)
    #expect(rejection("{\n", "{\n\"extra\": 1,") == .member("genesis.extra"))
    #expect(rejection("\"time\": 1000,", "") == .member("genesis.time"))
    #expect(rejection("\"time\": 1000,", "\"time\": 1000, \"time\": 1000,") == .json(.repeatedMember("time")))
    for number in ["-1", "1.0", "1e3", "\"1000\"", "18446744073709551616", "null"] {
      #expect(rejection("\"time\": 1000", "\"time\": \(number)") == .member("genesis.time"))
    }
    #expect(rejection("\"time\": 1000", "\"time\": 1001") != nil)
    #expect(rejection("\"time\": 1000", "\"time\": 140737488355328") == .rules(.outOfRange))
    #expect(rejection("\"time\": 1000", "\"time\": 01000") == .json(.unexpected(offset: text.utf8Offset(of: "1000") + 1)))
    #expect(rejection("\"windowBlocks\": 3", "\"windowBlocks\": 4294967297") == .rules(.outOfRange))
    #expect(rejection("\"rewardPermille\": 500", "\"rewardPermille\": 1000") == .rules(.outOfRange))
    #expect(rejection("\"stake\": 0", "\"steak\": 0") == .member("accounts[0].steak"))
    let key = genesis.validators[0].xCoordinate.hex
    #expect(rejection(key, key.uppercased()) == .member("validators[0]"))
    #expect(rejection(key, String(repeating: "f", count: 64)) == .member("validators[0]"))
    #expect(rejection(key, genesis.validators[1].xCoordinate.hex) == .rules(.unordered))
    if case .root(let stated, let computed)? = rejection("\"name\": \"test\"", "\"name\": \"best\"") {
      #expect(stated == genesis.root)
      #expect(computed != stated)
    } else {
      Issue.record("another name makes another root")
    }
    #expect(throws: GenesisFileRejection.tooLarge) {
      try Genesis(file: [UInt8](repeating: 0x20, count: LedgerLimits.genesisFileBytes + 1))
    }
  }

  @Test("Times and bonds that disputes could not live with are refused, to the unit [GEN-1]")
  func balance() throws {
    let text = genesis.fileText
    func isRefused(_ changes: [String: UInt64]) -> Bool {
      var changed = text
      for (name, value) in changes {
        changed = changed.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          line.contains("\"\(name)\":") ? "    \"\(name)\": \(value)\(line.hasSuffix(",") ? "," : "")" : String(line)
        }.joined(separator: "\n")
      }
      do {
        _ = try Genesis(file: Array(changed.utf8))
        return false
      } catch {
        return error == .rules(.outOfRange)
      }
    }
    #expect(!isRefused([:]))
    // rounds = 3 + 8, so 11 * (2 + 1) + 2 = 35 blocks of dispute.
    #expect(!isRefused(["disputeBlocks": 35]))
    #expect(isRefused(["disputeBlocks": 34]))
    #expect(!isRefused(["fanOutBits": 8, "disputeBlocks": 20]))
    #expect(isRefused(["fanOutBits": 8, "disputeBlocks": 19]))
    #expect(isRefused(["windowBlocks": 1]))
    #expect(!isRefused(["unbondingBlocks": 3 + 42 + 2 + 1]))
    #expect(isRefused(["unbondingBlocks": 3 + 42 + 2]))
    #expect(!isRefused(["challengeBond": 2 * (10 + 1024)]))
    #expect(isRefused(["challengeBond": 2 * (10 + 1024) - 1]))
    let fees: UInt64 = 11 * (10 + 1024) + 2 * 10 + (1 << 20 + 1 << 21) + 3 * 3 * (1 << 19)
    #expect(!isRefused(["claimBond": 2 * fees]))
    #expect(isRefused(["claimBond": 2 * fees - 1]))
    #expect(isRefused(["penalty": 0]))
    #expect(isRefused(["stretchBlocks": 16]))
  }

  @Test("The parts of a genesis obey their rules [GEN-1] [LED-8]")
  func rules() throws {
    let key = TestChain.key("alice").publicKey
    func make(
      name: [UInt8] = [0x61], validators: [PublicKey]? = nil, accounts: [(balance: UInt64, stake: UInt64)] = []
    ) throws(DecodingRejection) -> Genesis {
      try Genesis(
        name: name, time: 0, parameters: genesis.parameters, validators: validators ?? genesis.validators,
        accounts: accounts.map { GenesisAccount(key: key, balance: Amount($0.balance), stake: Amount($0.stake)) })
    }
    #expect(try make().supply == .zero)
    #expect(throws: DecodingRejection.outOfRange) { try make(name: []) }
    #expect(throws: DecodingRejection.outOfRange) { try make(name: [UInt8](repeating: 0x61, count: 65)) }
    #expect(throws: DecodingRejection.invalidText) { try make(name: [0xff]) }
    #expect(throws: DecodingRejection.outOfRange) { try make(validators: []) }
    #expect(throws: DecodingRejection.unordered) { try make(validators: genesis.validators.reversed()) }
    #expect(throws: DecodingRejection.unordered) { try make(accounts: [(1, 0), (1, 0)]) }
    #expect(throws: DecodingRejection.outOfRange) { try make(accounts: [(0, 0)]) }
    #expect(throws: DecodingRejection.outOfRange) { try make(accounts: [(1 << 63, 0)]) }
    #expect(throws: DecodingRejection.outOfRange) { try make(accounts: [(.max, 1)]) }
    #expect(try make(accounts: [(1 << 62, (1 << 62) - 1)]).supply == Amount((1 << 63) - 1))
    let size = LedgerLimits.self
    let most = genesis.parameters.requiredFee(
      transactionBytes: size.transactionBytes, blobBytes: size.tokenizerBytes, evidenceBytes: size.evidenceBytes)
    #expect(most.units < 1 << 58)
  }

  @Test("No reader traps on a damaged genesis, binary or JSON [ENC-2] [GEN-3]")
  func mutations() {
    var generator = SeededGenerator.printed()
    let binary = generator.mutations(of: [genesis])
    #expect(binary.isSound && binary.accepted > 100, "\(binary)")
    let text = Array(genesis.fileText.utf8)
    let file = generator.mutations(of: [text]) { (bytes: [UInt8]) throws(GenesisFileRejection) in
      // What is read has the root that the file states, so it is this network; its text may be spaced otherwise.
      #expect(try Genesis(file: bytes) == genesis)
      return bytes
    }
    #expect(file.isSound, "\(file)")
  }

  @Test("JSON is read to the letter of RFC 8259 [GEN-3]")
  func json() throws {
    #expect(
      try JSONValue(Array(#" {"a": [1, -0.5e+3, true, false, null, "\u00e9\ud83d\ude00\n\/"]} "#.utf8))
        == .object(["a": .array([.number("1"), .number("-0.5e+3"), .bool(true), .bool(false), .null, .string("é😀\n/")])]))
    for text in [
      "", " ", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "-", "1e", "nul", "tru", "NaN", "[1 2]", "{\"a\" 1}", "{a:1}", "\"", "\"\\x\"",
      "\"\\u12\"", "\"\\u12g4\"", "\"\t\"", "1 1", "'a'", "[", "{", "{\"a\":", "//", "\u{feff}1",
    ] {
      #expect(throws: JSONRejection.self, "\(text)") { try JSONValue(Array(text.utf8)) }
    }
    for text in [#""\ud800""#, #""\ud800x""#, #""\ud800\u0041""#, #""\udc00""#] {
      #expect(throws: JSONRejection.invalidText(offset: text.contains("dc00") ? 2 : 2)) { try JSONValue(Array(text.utf8)) }
    }
    #expect(throws: JSONRejection.invalidText(offset: 0)) { try JSONValue([0x22, 0xff, 0x22]) }
    #expect(throws: JSONRejection.repeatedMember("a")) { try JSONValue(Array(#"{"a":1,"\u0061":2}"#.utf8)) }
    #expect(throws: JSONRejection.tooDeep(offset: 2)) { try JSONValue(Array("[[[".utf8), depth: 2) }
    #expect(throws: JSONRejection.self) { try JSONValue([UInt8](repeating: 0x5b, count: 1_000_000)) }
    let quoted = JSONValue.quoted("a\"\\\u{1}é")
    #expect(quoted == "\"a\\\"\\\\\\u0001é\"")
    #expect(try JSONValue(Array(quoted.utf8)) == .string("a\"\\\u{1}é"))
  }
}

extension String {
  /// How many bytes stand before the first occurrence of `part`.
  fileprivate func utf8Offset(of part: String) -> Int {
    range(of: part).map { utf8.distance(from: startIndex, to: $0.lowerBound) } ?? -1
  }
}
