import Bytes
import Tensors

extension Int8Segment {
  /// The tag of the segment's kind. `[GRAPH-22]`
  public var tag: UInt8 {
    switch self {
    case .input: 16
    case .convolution: 17
    case .pool: 18
    case .pair: 19
    case .table: 20
    case .concatenation: 21
    }
  }

  /// The tags of all kinds.
  static let tags: ClosedRange<UInt8> = 16...21

  /// The name of the segment's kind, as SPEC.md has it.
  public var name: String {
    switch self {
    case .input: "input"
    case .convolution: "convolution"
    case .pool: "pool"
    case .pair: "pair"
    case .table: "table"
    case .concatenation: "concatenation"
    }
  }

  /// Reads the fields of a kind.
  init(tag: UInt8, from reader: inout ByteReader) throws(DecodingRejection) {
    switch tag {
    case 16: self = .input(Input(rows: try index(&reader), columns: try index(&reader), channels: try index(&reader)))
    case 17:
      var fields = Convolution(
        source: try index(&reader), weights: try index(&reader), sweep: try Sweep(from: &reader), isDepthwise: try reader.readBool(),
        inputZero: try reader.read(), range: try Int8Range(from: &reader), chunk: try index(&reader))
      if try reader.readBool() {
        fields.addend = try index(&reader)
        fields.sum = try Sum(from: &reader)
      }
      self = .convolution(fields)
    case 18:
      self = .pool(
        Pool(
          source: try index(&reader), sweep: try Sweep(from: &reader), isMaximum: try reader.readBool(), inputZero: try reader.read(),
          scale: try Int8Scale(from: &reader), range: try Int8Range(from: &reader)))
    case 19:
      self = .pair(
        Pair(isProduct: try reader.readBool(), left: try index(&reader), right: try index(&reader), sum: try Sum(from: &reader)))
    case 20: self = .table(Table(source: try index(&reader), table: try index(&reader)))
    case 21:
      let sources = try reader.readList(atMost: Concatenation.sourceLimit) { (reader: inout ByteReader) throws(DecodingRejection) in
        try index(&reader)
      }
      self = .concatenation(Concatenation(sources: sources))
    default: throw .unknownTag
    }
  }

  /// Writes the fields, after the tag.
  func encodeFields(to writer: inout ByteWriter) {
    switch self {
    case .input(let fields):
      for field in [fields.rows, fields.columns, fields.channels] { writer.writeCount(field) }
    case .convolution(let fields):
      for field in [fields.source, fields.weights] { writer.writeCount(field) }
      fields.sweep.encode(to: &writer)
      writer.write(fields.isDepthwise)
      writer.write(fields.inputZero)
      fields.range.encode(to: &writer)
      writer.writeCount(fields.chunk)
      guard let addend = fields.addend, let sum = fields.sum else { return writer.write(false) }
      writer.write(true)
      writer.writeCount(addend)
      sum.encode(to: &writer)
    case .pool(let fields):
      writer.writeCount(fields.source)
      fields.sweep.encode(to: &writer)
      writer.write(fields.isMaximum)
      writer.write(fields.inputZero)
      fields.scale.encode(to: &writer)
      fields.range.encode(to: &writer)
    case .pair(let fields):
      writer.write(fields.isProduct)
      for field in [fields.left, fields.right] { writer.writeCount(field) }
      fields.sum.encode(to: &writer)
    case .table(let fields):
      for field in [fields.source, fields.table] { writer.writeCount(field) }
    case .concatenation(let fields):
      writer.writeList(fields.sources) { $0.writeCount($1) }
    }
  }
}

private func index(_ reader: inout ByteReader) throws(DecodingRejection) -> Int { Int(try reader.read(UInt32.self)) }

extension Int8Range: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    self.init(zero: try reader.read(), low: try reader.read(), high: try reader.read())
  }

  public func encode(to writer: inout ByteWriter) {
    for value in [zero, low, high] { writer.write(value) }
  }
}

extension Int8Scale: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    self.init(multiplier: try reader.read(), shift: Int(try reader.read(UInt8.self)))
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(multiplier)
    writer.write(UInt8(shift))
  }
}

extension Int8Operand: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    self.init(zero: try reader.read(), scale: try Int8Scale(from: &reader))
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(zero)
    scale.encode(to: &writer)
  }
}

extension Int8Segment.Sum: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    self.init(
      left: try Int8Operand(from: &reader), right: try Int8Operand(from: &reader), scale: try Int8Scale(from: &reader),
      range: try Int8Range(from: &reader))
  }

  public func encode(to writer: inout ByteWriter) {
    left.encode(to: &writer)
    right.encode(to: &writer)
    scale.encode(to: &writer)
    range.encode(to: &writer)
  }
}

extension Int8Segment.Sweep: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    func side(_ reader: inout ByteReader) throws(DecodingRejection) -> Int { Int(try reader.read(UInt16.self)) }
    self.init(
      window: Int8Window(
        height: try side(&reader), width: try side(&reader), strideY: try side(&reader), strideX: try side(&reader),
        top: try side(&reader), left: try side(&reader), dilationY: try side(&reader), dilationX: try side(&reader)),
      rows: try index(&reader), columns: try index(&reader))
  }

  public func encode(to writer: inout ByteWriter) {
    for side in [
      window.height, window.width, window.strideY, window.strideX, window.top, window.left, window.dilationY, window.dilationX,
    ] { writer.write(UInt16(side)) }
    for side in [rows, columns] { writer.writeCount(side) }
  }
}
