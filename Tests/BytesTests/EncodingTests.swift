import Bytes
import TestSupport
import Testing

@Suite("The canonical encoding [ENC-1] [ENC-2]")
struct EncodingTests {
  /// One of everything that the encoding has.
  private struct Sample: CanonicallyCodable, Equatable {
    var small: UInt8
    var signed: Int32
    var large: UInt64
    var flag: Bool
    var digest: Digest
    var counted: [UInt8]
    var text: [UInt8]
    var list: [UInt16]
    var option: Digest?

    init(_ generator: inout SeededGenerator) {
      small = UInt8(truncatingIfNeeded: generator.next())
      signed = Int32(truncatingIfNeeded: generator.next())
      large = generator.next()
      flag = Bool.random(using: &generator)
      digest = generator.digest()
      counted = generator.bytes(Int.random(in: 0...9, using: &generator))
      text = Array(["", "a", "é", "日本", "🙂"].randomElement(using: &generator)?.utf8 ?? "".utf8)
      list = (0..<Int.random(in: 0...5, using: &generator)).map { UInt16($0) }
      option = Bool.random(using: &generator) ? generator.digest() : nil
    }

    init(from reader: inout ByteReader) throws(DecodingRejection) {
      small = try reader.read()
      signed = try reader.read()
      large = try reader.read()
      flag = try reader.readBool()
      digest = try reader.readDigest()
      counted = try reader.readCounted(atMost: 9)
      text = try reader.readText(atMost: 9)
      list = try reader.readList(atMost: 5) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.read() }
      option = try reader.readOptional { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readDigest() }
    }

    func encode(to writer: inout ByteWriter) {
      writer.write(small)
      writer.write(signed)
      writer.write(large)
      writer.write(flag)
      writer.write(digest)
      writer.writeCounted(counted)
      writer.writeCounted(text)
      writer.writeList(list) { $0.write($1) }
      writer.writeOptional(option) { $0.write($1) }
    }
  }

  @Test("Values come back; changed bytes decode to what encodes to them, or not at all; every cut is refused")
  func roundTrip() throws {
    var generator = SeededGenerator.printed()
    for _ in 0..<3_000 {
      let sample = Sample(&generator)
      let bytes = sample.encoded
      #expect(try Sample(decoding: bytes) == sample)
      #expect(throws: DecodingRejection.trailingBytes) { try Sample(decoding: bytes + [0]) }
      let cut = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &generator)))
      #expect(throws: DecodingRejection.truncated, "seed \(generator.seed)") { try Sample(decoding: cut) }
      let changed = generator.mutated(bytes)
      if let other = try? Sample(decoding: changed) { #expect(other.encoded == changed, "seed \(generator.seed)") }
    }
  }

  @Test("Integers are little-endian, in their full width")
  func integers() throws {
    var writer = ByteWriter()
    writer.write(UInt32(0x0102_0304))
    writer.write(Int16(-2))
    #expect(writer.bytes == [4, 3, 2, 1, 0xfe, 0xff])
    var reader = ByteReader(writer.bytes)
    #expect(try reader.read(UInt32.self) == 0x0102_0304)
    #expect(try reader.read(Int16.self) == -2)
    #expect(reader.remaining == 0)
    #expect(throws: DecodingRejection.truncated) { try reader.read(UInt8.self) }
    for value in [Int64.min, -1, 0, 1, .max] {
      var writer = ByteWriter()
      writer.write(value)
      var reader = ByteReader(writer.bytes)
      #expect(try reader.read(Int64.self) == value)
    }
  }

  @Test("A reader of a slice starts where the slice does")
  func slices() throws {
    var reader = ByteReader([9, 9, 1, 2, 0, 0, 0, 7, 8][2...])
    #expect(try reader.read(UInt8.self) == 1)
    #expect(try reader.readCounted(atMost: 2) == [7, 8])
    #expect(reader.remaining == 0)
    var digests = ByteReader(([UInt8](repeating: 9, count: 5) + [UInt8](repeating: 1, count: 32))[5...])
    #expect(try digests.readDigest() == Digest([UInt8](repeating: 1, count: 32)))
  }

  @Test("Each rejection")
  func rejections() {
    func reject<Value>(
      _ expected: DecodingRejection, _ bytes: [UInt8], _ body: (inout ByteReader) throws(DecodingRejection) -> Value
    ) {
      #expect(throws: expected) { _ = try ByteReader.decode(bytes, body) }
    }
    reject(.truncated, [1]) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.read(UInt16.self) }
    reject(.truncated, [1]) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readDigest() }
    reject(.truncated, [1]) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readFixed(2) }
    reject(.truncated, [1]) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readFixed(-1) }
    reject(.trailingBytes, [1, 2]) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.read(UInt8.self) }
    reject(.unknownTag, [2]) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readBool() }
    reject(.countAboveLimit, [3, 0, 0, 0, 1, 2, 3]) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readCounted(atMost: 2)
    }
    reject(.countAboveLimit, [0xff, 0xff, 0xff, 0xff]) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readCount(atMost: 1 << 31)
    }
    reject(.truncated, [0xff, 0xff, 0xff, 0x7f]) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readList(atMost: 1 << 31) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.read(UInt8.self) }
    }
    reject(.invalidText, [1, 0, 0, 0, 0xff]) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readText(atMost: 9) }
    reject(.invalidText, [3, 0, 0, 0, 0xed, 0xa0, 0x80]) { (reader: inout ByteReader) throws(DecodingRejection) in
      try reader.readText(atMost: 9)
    }
  }
}
