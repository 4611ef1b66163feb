import Bytes

extension Norm: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    self.init(gain: try readIndex(&reader), epsilon: try reader.read(), shift: Int(try reader.read(UInt8.self)))
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCount(gain)
    writer.write(epsilon)
    writer.write(UInt8(shift))
  }
}

extension Segment: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0:
      self = .embedding(Embedding(table: try readIndex(&reader), delta: Int(try reader.read(Int8.self))))
    case 1:
      self = .projection(
        Projection(
          source: try readIndex(&reader), norm: try Norm(from: &reader), weights: try readIndex(&reader), chunk: try readIndex(&reader),
          rotation: try reader.readOptional(readIndex), shift: Int(try reader.read(UInt8.self)), isChunkMajor: try reader.readBool()))
    case 2:
      self = .attention(
        Attention(
          query: try readIndex(&reader), key: try readIndex(&reader), value: try readIndex(&reader), groups: try readIndex(&reader),
          heads: try readIndex(&reader), width: try readIndex(&reader), scoreShift: Int(try reader.read(UInt8.self)),
          valueShift: Int(try reader.read(UInt8.self))))
    case 3:
      self = .residual(
        Residual(
          source: try readIndex(&reader), weights: try readIndex(&reader), residual: try readIndex(&reader), chunk: try readIndex(&reader)))
    case 4:
      self = .gate(
        Gate(
          source: try readIndex(&reader), norm: try Norm(from: &reader), gate: try readIndex(&reader), up: try readIndex(&reader),
          chunk: try readIndex(&reader), shift: Int(try reader.read(UInt8.self))))
    case 5:
      self = .maxima(
        Maxima(
          source: try readIndex(&reader), norm: try Norm(from: &reader), weights: try readIndex(&reader), chunk: try readIndex(&reader)))
    case 6:
      self = .argmax(Argmax(maxima: try readIndex(&reader)))
    default:
      throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(tag)
    switch self {
    case .embedding(let fields):
      writer.writeCount(fields.table)
      writer.write(Int8(fields.delta))
    case .projection(let fields):
      writer.writeCount(fields.source)
      fields.norm.encode(to: &writer)
      writer.writeCount(fields.weights)
      writer.writeCount(fields.chunk)
      writer.writeOptional(fields.rotation) { $0.writeCount($1) }
      writer.write(UInt8(fields.shift))
      writer.write(fields.isChunkMajor)
    case .attention(let fields):
      for field in [fields.query, fields.key, fields.value, fields.groups, fields.heads, fields.width] { writer.writeCount(field) }
      writer.write(UInt8(fields.scoreShift))
      writer.write(UInt8(fields.valueShift))
    case .residual(let fields):
      for field in [fields.source, fields.weights, fields.residual, fields.chunk] { writer.writeCount(field) }
    case .gate(let fields):
      writer.writeCount(fields.source)
      fields.norm.encode(to: &writer)
      for field in [fields.gate, fields.up, fields.chunk] { writer.writeCount(field) }
      writer.write(UInt8(fields.shift))
    case .maxima(let fields):
      writer.writeCount(fields.source)
      fields.norm.encode(to: &writer)
      for field in [fields.weights, fields.chunk] { writer.writeCount(field) }
    case .argmax(let fields):
      writer.writeCount(fields.maxima)
    }
  }

  /// The tag of the segment's kind.
  public var tag: UInt8 {
    switch self {
    case .embedding: 0
    case .projection: 1
    case .attention: 2
    case .residual: 3
    case .gate: 4
    case .maxima: 5
    case .argmax: 6
    }
  }

  /// The name of the segment's kind, as SPEC.md has it.
  public var name: String {
    switch self {
    case .embedding: "embedding"
    case .projection: "projection"
    case .attention: "attention"
    case .residual: "residual"
    case .gate: "gate"
    case .maxima: "maxima"
    case .argmax: "argmax"
    }
  }
}

private func readIndex(_ reader: inout ByteReader) throws(DecodingRejection) -> Int { Int(try reader.read(UInt32.self)) }
