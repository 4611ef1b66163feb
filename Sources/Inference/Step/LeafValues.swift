import Tensors

/// Leaves as numbers, read from bytes that may be hostile. `[GRAPH-3]` `[STEP-5]`
enum LeafValues {
  /// Little-endian `i32` values, bounded by sat32.
  static func int32(_ bytes: [UInt8]) -> [Int32] {
    bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / 4).map { max(-Int32.max, Int32(littleEndian: buffer.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))) }
    }
  }

  /// Little-endian `i16` values, bounded by sat16.
  static func int16(_ bytes: [UInt8]) -> [Int16] {
    bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / 2).map { max(-Int16.max, Int16(littleEndian: buffer.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self))) }
    }
  }

  /// The row of several packed leaves, quantised as one row; nil if an exponent is above 16. `[NUM-5]`
  static func quantisedRow(ofPacked bytes: [UInt8], width: Int) -> TensorParts.QuantisedRow? {
    let leafBytes = 1 + 2 * width
    let chunks = bytes.count / leafBytes
    var exponents: [UInt8] = []
    var packed: [Int16] = []
    packed.reserveCapacity(chunks * width)
    for chunk in 0..<chunks {
      let leaf = bytes[chunk * leafBytes..<(chunk + 1) * leafBytes]
      guard let exponent = leaf.first, exponent <= BlockFloat.maximumExponent else { return nil }
      exponents.append(exponent)
      leaf.dropFirst().withUnsafeBytes { buffer in
        for index in 0..<width { packed.append(Int16(littleEndian: buffer.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))) }
      }
    }
    var q = [Int16](repeating: 0, count: packed.count)
    let exponent = BlockFloat.requantise(packed.span, exponents: exponents.span, chunkColumns: width, into: q.mutableSpan)
    return TensorParts.QuantisedRow(q: q, exponent: exponent)
  }

  /// The bytes of an `i32` leaf.
  static func bytes(_ values: [Int32]) -> [UInt8] { values.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) } }

  /// The bytes of an `i16` leaf.
  static func bytes(_ values: [Int16]) -> [UInt8] { values.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) } }

  /// The bytes of a packed leaf. `[NUM-5]`
  static func packed(_ values: [Int32]) -> [UInt8] {
    var q = [Int16](repeating: 0, count: values.count)
    let exponent = BlockFloat.quantise(values.span, into: q.mutableSpan)
    return [exponent] + bytes(q)
  }
}
