import Bytes
import Cryptography
import TestSupport
import Testing

@Suite("Hashing [HASH-1] [HASH-2]")
struct SHA256Tests {
  @Test(
    "The examples of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func example(_ message: String, _ digest: String) {
    #expect(Digest.hash(Array(message.utf8)).hex == digest)
  }

  @Test("Messages hashed together have the digests of messages hashed alone [HASH-1] [TREE-1]", arguments: [true, false])
  func batches(interleaved: Bool) {
    var generator = SeededGenerator.printed()
    for length in Array(0...200) + [1024, 1153] {
      let count = Int.random(in: 1...9, using: &generator)
      let prefixBytes = Int.random(in: 1...2, using: &generator)
      let prefixes = generator.bytes(prefixBytes * count)
      let bytes = generator.bytes(length + count)
      var digests = [Digest](repeating: .zero, count: count)
      bytes.withUnsafeBytes { bytes in
        let starts = (0..<count).compactMap { index in bytes.baseAddress.map { $0 + index } }
        prefixes.withUnsafeBytes { prefixes in
          starts.withUnsafeBufferPointer { starts in
            digests.withUnsafeMutableBufferPointer {
              SHA256Batch.hash(prefixes: prefixes, contents: starts, contentBytes: length, into: $0, interleaved: interleaved)
            }
          }
        }
      }
      for index in 0..<count {
        let message = Array(prefixes[index * prefixBytes..<(index + 1) * prefixBytes]) + bytes[index..<index + length]
        #expect(digests[index] == Digest.hash(message), "length \(length), seed \(generator.seed)")
      }
      var nodes = [Digest](repeating: .zero, count: count / 2)
      nodes.withUnsafeMutableBufferPointer { nodes in
        digests.withUnsafeBufferPointer { SHA256Batch.hashPairs(prefix: 1, $0, into: nodes, interleaved: interleaved) }
      }
      for index in nodes.indices { #expect(nodes[index] == Digest.hash([1] + digests[2 * index].bytes + digests[2 * index + 1].bytes)) }
    }
  }

  @Test("The parts in which bytes arrive make no difference, and a hasher goes on after a digest")
  func parts() {
    var generator = SeededGenerator.printed()
    for count in 0..<200 {
      let bytes = generator.bytes(count)
      var hasher = SHA256()
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = rest.prefix(Int.random(in: 0...70, using: &generator))
        hasher.update(part)
        rest = rest.dropFirst(part.count)
        #expect(hasher.finalized() == Digest.hash(Array(bytes.dropLast(rest.count))))
      }
      #expect(hasher.finalized() == Digest.hash(bytes), "seed \(generator.seed)")
    }
  }

  @Test("A digest and an integer are appended as they are encoded")
  func typedParts() {
    var hasher = SHA256()
    hasher.update(Digest.hash([1]))
    hasher.update(integer: UInt32(0x0102_0304))
    #expect(hasher.finalized() == Digest.hash(Digest.hash([1]).bytes + [4, 3, 2, 1]))
  }

  @Test("A tagged hash is that of BIP-340, and a tag changes it")
  func tagged() {
    let prefix = Digest.hash(Array("probity/example".utf8)).bytes
    let message = Array("abc".utf8)
    let expected = Digest.hash(prefix + prefix + message)
    #expect(Digest.hash(tag: HashTag("probity/example"), message) == expected)
    #expect(expected.hex == "b41f0d6a598472f2b903b45e25db659bc24ffb9906a4e04aa1361c1d4f449a7a", "as in SPEC")
    #expect(Digest.hash(tag: HashTag("probity/other"), message) != expected)
    #expect(
      Digest.hash(tag: HashTag("probity/example"), of: Digest.zero) == Digest.hash(prefix + prefix + [UInt8](repeating: 0, count: 32)))
  }
}
