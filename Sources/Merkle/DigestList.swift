import Bytes

extension ByteReader {
  /// Reads a count of at most `limit`, then so many digests.
  mutating func readDigests(atMost limit: Int) throws(DecodingRejection) -> [Digest] {
    try readList(atMost: limit) { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readDigest() }
  }
}

extension ByteWriter {
  /// Writes a count, then the digests.
  mutating func writeDigests(_ digests: [Digest]) { writeList(digests) { $0.write($1) } }
}
