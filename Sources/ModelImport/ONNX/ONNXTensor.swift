import Foundation

/// A constant tensor of an ONNX file, checked: as many values as its dimensions say, of a type that the importer reads.
struct ONNXTensor: Sendable {
  enum Values: Sendable {
    case floats([Float])
    case bytes([Int8])
    case unsignedBytes([UInt8])
    case integers([Int64])
  }

  let name: String
  let dimensions: [Int]
  let values: Values

  /// The most values in a tensor.
  static let countLimit = 1 << 26

  var count: Int { dimensions.reduce(1, *) }

  init(_ proto: Onnx_TensorProto) throws(ONNXRejection) {
    let name = proto.name
    self.name = name
    guard proto.dataLocation == 0 else { throw .tensor(name, rule: "lies outside the file") }
    guard proto.dims.count <= 8, proto.dims.allSatisfy({ (0...Int64(ONNXTensor.countLimit)).contains($0) }) else {
      throw .tensor(name, rule: "has more than 8 dimensions or one out of range")
    }
    var count = 1
    for size in proto.dims {
      let (product, overflows) = count.multipliedReportingOverflow(by: Int(size))
      guard !overflows, product <= ONNXTensor.countLimit else { throw .tensor(name, rule: "has more than 2^26 values") }
      count = product
    }
    dimensions = proto.dims.map { Int($0) }
    let raw = proto.hasRawData ? proto.rawData : nil
    func check(_ found: Int, size: Int) throws(ONNXRejection) {
      guard found == count * size else { throw .tensor(name, rule: "has another number of values than its dimensions say") }
    }
    switch proto.dataType {
    case 1:
      if let raw {
        try check(raw.count, size: 4)
        values = .floats(ONNXTensor.numbers(raw, UInt32.self).map { Float(bitPattern: $0) })
      } else {
        try check(proto.floatData.count, size: 1)
        values = .floats(proto.floatData)
      }
    case 2:
      try check(raw?.count ?? proto.int32Data.count, size: 1)
      values = .unsignedBytes(raw.map { Array($0) } ?? proto.int32Data.map { UInt8(truncatingIfNeeded: $0) })
    case 3:
      try check(raw?.count ?? proto.int32Data.count, size: 1)
      values = .bytes(raw.map { $0.map { Int8(bitPattern: $0) } } ?? proto.int32Data.map { Int8(truncatingIfNeeded: $0) })
    case 6:
      if let raw {
        try check(raw.count, size: 4)
        values = .integers(ONNXTensor.numbers(raw, UInt32.self).map { Int64(Int32(bitPattern: $0)) })
      } else {
        try check(proto.int32Data.count, size: 1)
        values = .integers(proto.int32Data.map { Int64($0) })
      }
    case 7:
      if let raw {
        try check(raw.count, size: 8)
        values = .integers(ONNXTensor.numbers(raw, UInt64.self).map { Int64(bitPattern: $0) })
      } else {
        try check(proto.int64Data.count, size: 1)
        values = .integers(proto.int64Data)
      }
    default: throw .tensor(name, rule: "has the element type \(proto.dataType); float, int8, uint8, int32 and int64 are read")
    }
  }

  /// Finite floats, or nil.
  var floats: [Double]? {
    guard case .floats(let values) = values, values.allSatisfy(\.isFinite) else { return nil }
    return values.map { Double($0) }
  }

  /// Integers of any width.
  var integers: [Int64] {
    switch values {
    case .floats: []
    case .bytes(let values): values.map { Int64($0) }
    case .unsignedBytes(let values): values.map { Int64($0) }
    case .integers(let values): values
    }
  }

  private static func numbers<T: FixedWidthInteger>(_ data: Data, _ type: T.Type) -> [T] {
    let size = MemoryLayout<T>.size
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / size).map { T(littleEndian: bytes.loadUnaligned(fromByteOffset: size * $0, as: T.self)) }
    }
  }
}
