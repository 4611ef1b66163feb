import Bytes
import Cryptography
import TestSupport
import Testing

/// The same bytes again and again, so that a key file can be compared with one on record.
private struct FixedBytes: RandomBytes {
  func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }
}

@Suite("Key files [KEY-1] [KEY-2]")
struct KeystoreTests {
  private static let password = Array("correct horse".utf8)

  private let key: PrivateKey
  private let cost: ScryptCost
  private let file: [UInt8]

  init() throws {
    key = try #require(PrivateKey([UInt8](repeating: 7, count: 32)))
    cost = try #require(ScryptCost(exponent: 10, blockSize: 1, parallelism: 1))
    file = Keystore.seal(key, password: KeystoreTests.password, cost: cost, random: FixedBytes())
  }

  @Test("A key comes back, with the standard cost too, and its public key without a password")
  func roundTrip() throws {
    #expect(file.count == Keystore.byteCount)
    #expect(try Keystore.open(file, password: KeystoreTests.password).publicKey == key.publicKey)
    #expect(try Keystore.publicKey(of: file) == key.publicKey)
    let standard = Keystore.seal(key, password: KeystoreTests.password)
    #expect(try Keystore.open(standard, password: KeystoreTests.password).publicKey == key.publicKey)
    #expect(try Keystore.open(Keystore.seal(key, password: [], cost: cost), password: []).publicKey == key.publicKey)
  }

  @Test("The secret is nowhere in the file")
  func secretIsHidden() {
    #expect(!file.hex.contains(String(repeating: "07", count: 8)))
  }

  @Test("A wrong password is not a damaged file")
  func wrongPassword() {
    for password in [[], Array("correct horse ".utf8), Array("Correct horse".utf8), KeystoreTests.password + [1]] {
      #expect(throws: KeystoreRejection.wrongPassword) { try Keystore.open(file, password: password) }
    }
  }

  @Test("Each changed byte is named as damage, or as another format")
  func damage() {
    for place in file.indices {
      var changed = file
      changed[place] ^= 0x10
      let expected: KeystoreRejection = place < 11 ? .notAKeyFile : place == 11 ? .unknownVersion : .damaged
      #expect(throws: expected) { try Keystore.open(changed, password: KeystoreTests.password) }
    }
    #expect(throws: KeystoreRejection.notAKeyFile) { try Keystore.open(file.dropLast(), password: KeystoreTests.password) }
    #expect(throws: KeystoreRejection.notAKeyFile) { try Keystore.open(file + [0], password: KeystoreTests.password) }
    #expect(throws: KeystoreRejection.notAKeyFile) { try Keystore.open([], password: KeystoreTests.password) }
  }

  @Test("A file with a good checksum is still held to the bounds of the cost, to the curve and to its own key")
  func hostile() throws {
    func resealed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
      var content = Array(file.dropLast(32))
      change(&content)
      return content + Digest.hash(tag: HashTag("probity/keystore"), content).bytes
    }
    for change in [(12, UInt8(9)), (12, 21), (12, 255), (13, 0), (13, 17), (16, 1), (17, 0), (17, 5), (20, 0x80)] {
      let hostile = resealed { $0[change.0] = change.1 }
      #expect(throws: KeystoreRejection.costOutOfRange) { try Keystore.open(hostile, password: KeystoreTests.password) }
    }
    // 2^20 * 128 * 16 is 2 GiB: each part is in range, their product is not.
    let large = resealed { ($0[12], $0[13]) = (20, 16) }
    #expect(throws: KeystoreRejection.costOutOfRange) { try Keystore.open(large, password: KeystoreTests.password) }
    let noPoint = resealed { content in for place in 65..<97 { content[place] = 0 } }
    #expect(throws: KeystoreRejection.damaged) { try Keystore.open(noPoint, password: KeystoreTests.password) }
    let other = try #require(PrivateKey([UInt8](repeating: 8, count: 32))).publicKey
    let otherKey = resealed { $0.replaceSubrange(65..<97, with: other.bytes) }
    #expect(throws: KeystoreRejection.wrongPassword) { try Keystore.open(otherKey, password: KeystoreTests.password) }
  }

  @Test("Mutated key files are refused by name, and only the very same file opens")
  func mutations() {
    var generator = SeededGenerator.printed()
    let raw = generator.mutations(of: [file]) { (bytes: [UInt8]) throws(KeystoreRejection) in
      let opened = try Keystore.open(bytes, password: KeystoreTests.password)
      #expect(opened.publicKey == key.publicKey)
      return file
    }
    #expect(raw.isSound, "\(raw)")
    // With a checksum that fits, the faults reach what stands behind it.
    let sealed = generator.mutations(of: [Array(file.dropLast(32))]) { (content: [UInt8]) throws(KeystoreRejection) in
      let bytes = content + Digest.hash(tag: HashTag("probity/keystore"), content).bytes
      _ = try Keystore.publicKey(of: bytes)
      // The cost may have become another one within the bounds: only then would opening take long.
      if content.dropFirst(12).prefix(9) == file.dropFirst(12).prefix(9), bytes != file {
        #expect(throws: KeystoreRejection.self) { try Keystore.open(bytes, password: KeystoreTests.password) }
      }
      return content
    }
    #expect(sealed.isSound && sealed.accepted > 100, "\(sealed)")
  }

  @Test("A file that authenticates but names another public key is damaged")
  func foreignPublicKey() throws {
    let other = try #require(PrivateKey([UInt8](repeating: 8, count: 32))).publicKey
    var header = Array(file[..<97])
    header.replaceSubrange(65..<97, with: other.bytes)
    let (salt, nonce) = (Array(file[21..<53]), Array(file[53..<65]))
    let fileKey = try #require(AuthenticatedEncryption.deriveKey(password: KeystoreTests.password, salt: salt, cost: cost))
    let sealed = try #require(
      SecretBytes([UInt8](repeating: 7, count: 32)).withBytes {
        AuthenticatedEncryption.seal($0, key: fileKey, nonce: nonce, additional: header)
      })
    let content = header + sealed
    let forged = content + Digest.hash(tag: HashTag("probity/keystore"), content).bytes
    #expect(throws: KeystoreRejection.damaged) { try Keystore.open(forged, password: KeystoreTests.password) }
  }

  @Test("scrypt as in RFC 7914, section 12")
  func scryptVector() throws {
    let cost = try #require(ScryptCost(exponent: 14, blockSize: 8, parallelism: 1))
    let key = AuthenticatedEncryption.deriveKey(password: Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8), cost: cost)
    let bytes = try #require(key).withBytes { Array($0) }
    #expect(bytes.hex == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
  }

  @Test("AES-256-GCM as in test case 16 of its specification")
  func cipherVector() throws {
    let key = SecretBytes(try hexBytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let plain = try hexBytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
    let nonce = try hexBytes("cafebabefacedbaddecaf888")
    let additional = try hexBytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    let sealed = plain.withUnsafeBytes { AuthenticatedEncryption.seal($0, key: key, nonce: nonce, additional: additional) }
    let expected = try hexBytes(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b")
    #expect(sealed == expected)
    #expect(AuthenticatedEncryption.open(expected, key: key, nonce: nonce, additional: additional)?.withBytes { Array($0) } == plain)
    #expect(AuthenticatedEncryption.open(expected, key: key, nonce: nonce, additional: []) == nil)
  }
}
