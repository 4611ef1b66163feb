import Foundation

/// A tensor of a safetensors file.
public struct SafetensorsTensor: Hashable, Sendable {
  /// The tensor's name.
  public let name: String
  /// The dimensions, the slowest first: a matrix of a linear layer has its outputs, then its inputs.
  public let dimensions: [Int]
  /// How values are stored.
  public let type: SafetensorsType
  /// The tensor's bytes, as offsets in the file.
  public let byteRange: Range<Int>

  /// How many values a row has.
  public var rowWidth: Int { dimensions.last ?? 1 }
  /// How many rows there are.
  public var rowCount: Int { dimensions.dropLast().reduce(1, *) }
}

/// The types of the format.
public enum SafetensorsType: String, CaseIterable, Hashable, Sendable {
  /// IEEE 754 half, single and double precision, and the upper half of single precision.
  case f16 = "F16"
  case f32 = "F32"
  case f64 = "F64"
  case bf16 = "BF16"
  /// Integers and Booleans.
  case i8 = "I8"
  case u8 = "U8"
  case i16 = "I16"
  case u16 = "U16"
  case i32 = "I32"
  case u32 = "U32"
  case i64 = "I64"
  case u64 = "U64"
  case bool = "BOOL"

  /// Bytes of a value.
  public var byteCount: Int {
    switch self {
    case .i8, .u8, .bool: 1
    case .f16, .bf16, .i16, .u16: 2
    case .f32, .i32, .u32: 4
    case .f64, .i64, .u64: 8
    }
  }
}

/// A safetensors file whose header has been read and checked; tensor data stays in the file until a row is asked for.
///
/// The file may be hostile: every way in which it can be wrong is a `SafetensorsRejection`, and what is allocated is bounded by its size.
public struct SafetensorsFile: Sendable {
  /// The most tensors.
  public static let entries = 1 << 16
  /// The longest header, in bytes.
  public static let headerBytes = 1 << 24

  /// The tensors, in the order of their bytes.
  public let tensors: [SafetensorsTensor]
  private let places: [String: Int]
  private let data: Data

  /// Reads the header of a file that is mapped into memory; the file must not change while it is.
  public init(contentsOf path: String) throws(ImportError) {
    let data: Data
    do throws(FileFailure) { data = try MappedFile.data(path) } catch { throw .file(error) }
    do throws(SafetensorsRejection) { try self.init(data) } catch { throw .safetensors(error) }
  }

  /// Reads the header of a file that is in memory.
  public init(_ data: Data) throws(SafetensorsRejection) {
    guard data.count >= 8 else { throw .truncated }
    let size = (0..<8).reduce(UInt64(0)) { $0 | UInt64(data[data.startIndex + $1]) << UInt64(8 * $1) }
    guard size <= UInt64(min(SafetensorsFile.headerBytes, data.count - 8)) else { throw .truncated }
    let start = 8 + Int(size)
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: data[data.startIndex + 8..<data.startIndex + start])
    } catch { throw .invalidHeader }
    guard header.entries.count <= SafetensorsFile.entries else { throw .countAboveLimit }
    var tensors: [SafetensorsTensor] = []
    for (name, entry) in header.entries { tensors.append(try SafetensorsFile.tensor(name, entry, from: start, to: data.count)) }
    // Every byte belongs to one tensor, so that a name that stands twice in the header leaves a gap and is refused, too.
    tensors.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name) < ($1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name)
    }
    var end = start
    for tensor in tensors {
      guard tensor.byteRange.lowerBound == end else { throw .notContiguous(tensor.name) }
      end = tensor.byteRange.upperBound
    }
    guard end == data.count else { throw .trailingBytes }
    self.tensors = tensors
    self.data = data
    places = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// The tensor of a name.
  public func tensor(_ name: String) -> SafetensorsTensor? { places[name].map { tensors[$0] } }

  /// One row of a tensor of this file: `tensor.rowWidth` values, or nil if the tensor holds no numbers of at most single precision.
  /// - Precondition: `row` is in `0..<tensor.rowCount`.
  public func row(_ row: Int, of tensor: SafetensorsTensor) -> [Float]? {
    precondition(row >= 0 && row < tensor.rowCount, "no such row")
    let width = tensor.rowWidth * tensor.type.byteCount
    let start = data.startIndex + tensor.byteRange.lowerBound + row * width
    return data[start..<start + width].withUnsafeBytes { bytes -> [Float]? in
      func half(_ index: Int) -> UInt16 { UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)) }
      switch tensor.type {
      case .f32:
        return (0..<tensor.rowWidth).map {
          Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
      case .bf16: return (0..<tensor.rowWidth).map { Float(bitPattern: UInt32(half($0)) << 16) }
      case .f16: return (0..<tensor.rowWidth).map { Float(halfBits: half($0)) }
      case .f64, .i8, .u8, .i16, .u16, .i32, .u32, .i64, .u64, .bool: return nil
      }
    }
  }

  private static func tensor(
    _ name: String, _ entry: Header.Entry, from start: Int, to end: Int
  ) throws(SafetensorsRejection) -> SafetensorsTensor {
    guard let type = SafetensorsType(rawValue: entry.dtype) else { throw .unknownType(tensor: name) }
    guard entry.shape.count <= 8 else { throw .invalidShape(tensor: name) }
    var values = 1
    for dimension in entry.shape {
      let (product, overflows) = values.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflows, product < 1 << 48 else { throw .invalidShape(tensor: name) }
      values = product
    }
    guard entry.dataOffsets.count == 2 else { throw .invalidShape(tensor: name) }
    let (first, last) = (entry.dataOffsets[0], entry.dataOffsets[1])
    guard first >= 0, last >= first, last <= end - start else { throw .tensorOutsideFile(name) }
    guard last - first == values * type.byteCount else { throw .invalidShape(tensor: name) }
    return SafetensorsTensor(name: name, dimensions: entry.shape, type: type, byteRange: start + first..<start + last)
  }

  private struct Header: Decodable {
    struct Entry: Decodable {
      let dtype: String
      let shape: [Int]
      let dataOffsets: [Int]

      private enum CodingKeys: String, CodingKey {
        case dtype
        case shape
        case dataOffsets = "data_offsets"
      }
    }
    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var entries: [String: Entry] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for key in container.allKeys where key.stringValue != "__metadata__" {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }
}
