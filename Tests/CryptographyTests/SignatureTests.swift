import Bytes
import Cryptography
import TestSupport
import Testing

@Suite("Signatures [SIG-1] [SIG-2] [SIG-3]")
struct SignatureTests {
  @Test("The vectors of BIP-340", arguments: BIP340Vector.all)
  func officialVector(_ vector: BIP340Vector) throws {
    let message = try hexBytes(vector.message)
    let signature = try #require(Signature(hexBytes(vector.signature)))
    let key = try PublicKey(hexBytes(vector.publicKey))
    #expect(key?.verify(signature, of: message) ?? false == vector.isValid)
    // Vectors 5 and 14 are those whose public key is none.
    #expect((key == nil) == [5, 14].contains(vector.index))

    guard !vector.secretKey.isEmpty else { return }
    let privateKey = try #require(PrivateKey(hexBytes(vector.secretKey)))
    #expect(privateKey.publicKey == key)
    let auxiliary = try hexDigest(vector.auxiliary)
    #expect(privateKey.sign(message: message, auxiliary: auxiliary) == signature)
  }

  @Test("A secret of zero, or of the order or more, is no key")
  func secretOutOfRange() throws {
    let order = try hexBytes("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
    #expect(PrivateKey([UInt8](repeating: 0, count: 32)) == nil)
    #expect(PrivateKey(order) == nil)
    #expect(PrivateKey([UInt8](repeating: 0xff, count: 32)) == nil)
    #expect(PrivateKey([1]) == nil)
    #expect(PrivateKey(order.dropLast() + [0x40]) != nil)
  }

  @Test("A signature verifies for its own key and message alone")
  func bindsKeyAndMessage() throws {
    let (first, second) = (PrivateKey(from: SystemRandomBytes()), PrivateKey(from: SystemRandomBytes()))
    let digest = Digest.hash([1, 2, 3])
    let signature = first.sign(digest)
    #expect(first.publicKey.verify(signature, of: digest))
    #expect(!second.publicKey.verify(signature, of: digest))
    #expect(!first.publicKey.verify(signature, of: Digest.hash([1, 2])))
    #expect(first.sign(digest) != signature, "fresh randomness, another signature")
  }

  @Test("No changed signature verifies, whatever was changed")
  func mutations() throws {
    var generator = SeededGenerator.printed()
    let key = try #require(PrivateKey([UInt8](repeating: 7, count: 32)))
    let digest = Digest.hash([9])
    let signature = key.sign(digest, auxiliary: .zero)
    for _ in 0..<2_000 {
      let bytes = generator.mutated(signature.bytes)
      guard bytes != signature.bytes, let changed = Signature(bytes) else { continue }
      #expect(!key.publicKey.verify(changed, of: digest), "seed \(generator.seed)")
    }
  }

  @Test("Keys and signatures have one encoding, and a key off the curve is refused")
  func encoding() throws {
    let key = try #require(PrivateKey([UInt8](repeating: 7, count: 32)))
    #expect(try PublicKey(decoding: key.publicKey.encoded) == key.publicKey)
    let signature = key.sign(.zero, auxiliary: .zero)
    #expect(try Signature(decoding: signature.encoded) == signature)
    #expect(signature.encoded.count == Signature.byteCount)
    let offCurve = try hexBytes(BIP340Vector.all[5].publicKey)
    #expect(throws: DecodingRejection.outOfRange) { try PublicKey(decoding: offCurve) }
    #expect(throws: DecodingRejection.truncated) { try Signature(decoding: [UInt8](repeating: 0, count: 63)) }
    #expect(throws: DecodingRejection.trailingBytes) { try Signature(decoding: [UInt8](repeating: 0, count: 65)) }
  }

  @Test("A private key's description shows no secret")
  func description() throws {
    let secret = [UInt8](repeating: 7, count: 32)
    let key = try #require(PrivateKey(secret))
    #expect(!"\(key)".contains(secret.hex))
    #expect("\(key)".contains(key.publicKey.xCoordinate.hex))
  }
}
