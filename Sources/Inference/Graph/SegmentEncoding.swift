import Bytes

extension Norm {
  /// Reads the choice of a norm: none, RMS, layer. `[GRAPH-4]`
  static func readOptional(_ reader: inout ByteReader) throws(DecodingRejection) -> Norm? {
    let tag = try reader.read(UInt8.self)
    guard tag > 0 else { return nil }
    guard tag <= 2 else { throw .unknownTag }
    var norm = Norm(gain: try readIndex(&reader), epsilon: try reader.read(), shift: Int(try reader.read(UInt8.self)))
    if tag == 2 { norm.offset = try readIndex(&reader) }
    return norm
  }

  /// Writes the choice of a norm.
  static func write(_ norm: Norm?, to writer: inout ByteWriter) {
    guard let norm else { return writer.write(UInt8(0)) }
    writer.write(UInt8(norm.offset == nil ? 1 : 2))
    writer.writeCount(norm.gain)
    writer.write(norm.epsilon)
    writer.write(UInt8(norm.shift))
    if let offset = norm.offset { writer.writeCount(offset) }
  }
}

extension LinearMap: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    self.init(weights: try readIndex(&reader), bias: try reader.readOptional(readIndex))
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCount(weights)
    writer.writeOptional(bias) { $0.writeCount($1) }
  }
}

extension Segment.Activation: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .silu(up: try LinearMap(from: &reader))
    case 1: self = .gelu
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .silu(let up):
      writer.write(UInt8(0))
      up.encode(to: &writer)
    case .gelu:
      writer.write(UInt8(1))
    }
  }
}

extension Segment: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    let tag = try reader.read(UInt8.self)
    switch tag {
    case Int8Segment.tags:
      self = .int8(try Int8Segment(tag: tag, from: &reader))
    case 0:
      self = .embedding(
        Embedding(
          table: try readIndex(&reader), delta: Int(try reader.read(Int8.self)),
          positions: try reader.readOptional { (reader) throws(DecodingRejection) in
            Embedding.Positions(table: try readIndex(&reader), delta: Int(try reader.read(Int8.self)))
          }))
    case 1:
      self = .projection(
        Projection(
          source: try readIndex(&reader), norm: try Norm.readOptional(&reader), map: try LinearMap(from: &reader),
          chunk: try readIndex(&reader), rotation: try reader.readOptional(readIndex), shift: Int(try reader.read(UInt8.self)),
          isChunkMajor: try reader.readBool()))
    case 2:
      self = .attention(
        Attention(
          query: try readIndex(&reader), key: try readIndex(&reader), value: try readIndex(&reader), groups: try readIndex(&reader),
          heads: try readIndex(&reader), width: try readIndex(&reader), scoreShift: Int(try reader.read(UInt8.self)),
          valueShift: Int(try reader.read(UInt8.self)), isCausal: try reader.readBool()))
    case 3:
      self = .residual(
        Residual(
          source: try readIndex(&reader), map: try LinearMap(from: &reader), residual: try readIndex(&reader),
          norm: try Norm.readOptional(&reader), chunk: try readIndex(&reader)))
    case 4:
      self = .gate(
        Gate(
          source: try readIndex(&reader), norm: try Norm.readOptional(&reader), map: try LinearMap(from: &reader),
          activation: try Activation(from: &reader), chunk: try readIndex(&reader), shift: Int(try reader.read(UInt8.self))))
    case 5:
      self = .maxima(
        Maxima(
          source: try readIndex(&reader), norm: try Norm.readOptional(&reader), weights: try readIndex(&reader),
          chunk: try readIndex(&reader)))
    case 6:
      self = .argmax(Argmax(maxima: try readIndex(&reader)))
    case 7:
      let source = try readIndex(&reader)
      guard let norm = try Norm.readOptional(&reader) else { throw .outOfRange }
      self = .norm(NormRows(source: source, norm: norm, chunk: try readIndex(&reader)))
    case 8:
      self = .mean(Mean(source: try readIndex(&reader)))
    case 9:
      self = .unit(Unit(source: try readIndex(&reader), shift: Int(try reader.read(UInt8.self))))
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
      writer.writeOptional(fields.positions) { writer, positions in
        writer.writeCount(positions.table)
        writer.write(Int8(positions.delta))
      }
    case .projection(let fields):
      writer.writeCount(fields.source)
      Norm.write(fields.norm, to: &writer)
      fields.map.encode(to: &writer)
      writer.writeCount(fields.chunk)
      writer.writeOptional(fields.rotation) { $0.writeCount($1) }
      writer.write(UInt8(fields.shift))
      writer.write(fields.isChunkMajor)
    case .attention(let fields):
      for field in [fields.query, fields.key, fields.value, fields.groups, fields.heads, fields.width] { writer.writeCount(field) }
      writer.write(UInt8(fields.scoreShift))
      writer.write(UInt8(fields.valueShift))
      writer.write(fields.isCausal)
    case .residual(let fields):
      writer.writeCount(fields.source)
      fields.map.encode(to: &writer)
      writer.writeCount(fields.residual)
      Norm.write(fields.norm, to: &writer)
      writer.writeCount(fields.chunk)
    case .gate(let fields):
      writer.writeCount(fields.source)
      Norm.write(fields.norm, to: &writer)
      fields.map.encode(to: &writer)
      fields.activation.encode(to: &writer)
      writer.writeCount(fields.chunk)
      writer.write(UInt8(fields.shift))
    case .maxima(let fields):
      writer.writeCount(fields.source)
      Norm.write(fields.norm, to: &writer)
      for field in [fields.weights, fields.chunk] { writer.writeCount(field) }
    case .argmax(let fields):
      writer.writeCount(fields.maxima)
    case .norm(let fields):
      writer.writeCount(fields.source)
      Norm.write(fields.norm, to: &writer)
      writer.writeCount(fields.chunk)
    case .mean(let fields):
      writer.writeCount(fields.source)
    case .unit(let fields):
      writer.writeCount(fields.source)
      writer.write(UInt8(fields.shift))
    case .int8(let segment):
      segment.encodeFields(to: &writer)
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
    case .norm: 7
    case .mean: 8
    case .unit: 9
    case .int8(let segment): segment.tag
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
    case .norm: "norm"
    case .mean: "mean"
    case .unit: "unit"
    case .int8(let segment): segment.name
    }
  }
}

private func readIndex(_ reader: inout ByteReader) throws(DecodingRejection) -> Int { Int(try reader.read(UInt32.self)) }
