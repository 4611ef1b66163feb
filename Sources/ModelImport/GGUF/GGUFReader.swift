import Foundation

/// Reads the fields of a GGUF file in order, within its bytes and within the importer's limits.
struct GGUFReader {
  /// The most bytes of a key or a tensor's name.
  static let nameBytes = 256
  /// The most bytes of a string value.
  static let stringBytes = 1 << 20
  /// The most elements of all arrays of a file together.
  static let arrayElements = 1 << 22

  private let data: Data
  private(set) var offset = 0
  private var elementsLeft = GGUFReader.arrayElements

  init(_ data: Data) { self.data = data }

  mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(GGUFRejection) -> Value {
    let width = Value.bitWidth / 8
    guard data.count - offset >= width else { throw .truncated }
    var value: Value = 0
    withUnsafeMutableBytes(of: &value) { target in
      let start = data.startIndex + offset
      _ = data.copyBytes(to: target, from: start..<start + width)
    }
    offset += width
    return Value(littleEndian: value)
  }

  mutating func readCount(atMost limit: Int) throws(GGUFRejection) -> Int {
    let count = try read(UInt64.self)
    guard count <= UInt64(limit) else { throw .countAboveLimit }
    return Int(count)
  }

  mutating func readBytes(atMost limit: Int) throws(GGUFRejection) -> [UInt8] {
    let count = try read(UInt64.self)
    guard count <= UInt64(limit) else { throw .stringTooLong }
    guard data.count - offset >= Int(count) else { throw .truncated }
    let start = data.startIndex + offset
    offset += Int(count)
    return [UInt8](data[start..<start + Int(count)])
  }

  mutating func readName() throws(GGUFRejection) -> String {
    guard let name = String(validating: try readBytes(atMost: GGUFReader.nameBytes), as: UTF8.self) else { throw .invalidName }
    return name
  }

  mutating func readValue() throws(GGUFRejection) -> GGUFValue {
    let type = try read(UInt32.self)
    guard type == GGUFReader.arrayType else { return try readScalar(type) }
    let elementType = try read(UInt32.self)
    guard elementType != GGUFReader.arrayType else { throw .nestedArray }
    let count = try readCount(atMost: elementsLeft)
    elementsLeft -= count
    var elements: [GGUFValue] = []
    elements.reserveCapacity(min(count, 1024))
    for _ in 0..<count { elements.append(try readScalar(elementType)) }
    return .array(elements)
  }

  private static let arrayType: UInt32 = 9

  private mutating func readScalar(_ type: UInt32) throws(GGUFRejection) -> GGUFValue {
    switch type {
    case 0: return .unsigned(UInt64(try read(UInt8.self)))
    case 1: return .signed(Int64(try read(Int8.self)))
    case 2: return .unsigned(UInt64(try read(UInt16.self)))
    case 3: return .signed(Int64(try read(Int16.self)))
    case 4: return .unsigned(UInt64(try read(UInt32.self)))
    case 5: return .signed(Int64(try read(Int32.self)))
    case 6: return .float(Double(Float(bitPattern: try read(UInt32.self))))
    case 7:
      switch try read(UInt8.self) {
      case 0: return .bool(false)
      case 1: return .bool(true)
      default: throw .invalidBoolean
      }
    case 8: return .string(try readBytes(atMost: GGUFReader.stringBytes))
    case 10: return .unsigned(try read(UInt64.self))
    case 11: return .signed(try read(Int64.self))
    case 12: return .float(Double(bitPattern: try read(UInt64.self)))
    default: throw .unknownValueType(type)
    }
  }
}
