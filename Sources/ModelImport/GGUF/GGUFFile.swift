import Foundation

/// A GGUF file (version 2 or 3) whose header has been read and checked; tensor data stays in the file until a row is asked for.
///
/// The file may be hostile: every way in which it can be wrong is a `GGUFRejection`, and what is allocated is bounded by its size.
public struct GGUFFile: Sendable {
  /// The most keys, and the most tensors.
  public static let entries = 1 << 16

  /// The metadata, by key.
  public let metadata: [String: GGUFValue]
  /// The tensors, in the order of the file.
  public let tensors: [GGUFTensor]
  private let tensorPlaces: [String: Int]
  private let data: Data

  /// Reads the header of a file that is mapped into memory; the file must not change while it is.
  public init(contentsOf path: String) throws(ImportError) {
    let data: Data
    do throws(FileFailure) { data = try MappedFile.data(path) } catch { throw .file(error) }
    do throws(GGUFRejection) { try self.init(data) } catch { throw .source(error) }
  }

  /// Reads the header of a file that is in memory.
  public init(_ data: Data) throws(GGUFRejection) {
    var reader = GGUFReader(data)
    guard try reader.read(UInt32.self) == GGUFFile.magic else { throw .notGGUF }
    let version = try reader.read(UInt32.self)
    guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
    let tensorCount = try reader.readCount(atMost: GGUFFile.entries)
    let keyCount = try reader.readCount(atMost: GGUFFile.entries)

    var metadata: [String: GGUFValue] = [:]
    for _ in 0..<keyCount {
      let key = try reader.readName()
      guard metadata.updateValue(try reader.readValue(), forKey: key) == nil else { throw .duplicateKey(key) }
    }
    var entries: [GGUFEntry] = []
    for _ in 0..<tensorCount { entries.append(try GGUFEntry(from: &reader)) }

    let alignment = try GGUFFile.alignment(metadata)
    let dataStart = (reader.offset + alignment - 1) / alignment * alignment
    let tensors = try GGUFFile.place(entries, from: dataStart, to: data.count, alignment: alignment)
    var places: [String: Int] = [:]
    for (index, tensor) in tensors.enumerated() {
      guard places.updateValue(index, forKey: tensor.name) == nil else { throw .duplicateTensor(tensor.name) }
    }
    self.metadata = metadata
    self.tensors = tensors
    tensorPlaces = places
    self.data = data
  }

  /// The tensor of a name.
  public func tensor(_ name: String) -> GGUFTensor? { tensorPlaces[name].map { tensors[$0] } }

  /// One row of a tensor of this file, dequantised: `tensor.rowWidth` values.
  /// - Precondition: `row` is in `0..<tensor.rowCount`.
  public func row(_ row: Int, of tensor: GGUFTensor) -> [Float] {
    precondition(row >= 0 && row < tensor.rowCount, "no such row")
    let start = data.startIndex + tensor.byteRange.lowerBound + row * tensor.rowBytes
    return tensor.type.dequantise([UInt8](data[start..<start + tensor.rowBytes]))
  }

  private static let magic: UInt32 = 0x4655_4747

  private static func alignment(_ metadata: [String: GGUFValue]) throws(GGUFRejection) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard let alignment = value.unsignedInteger, (1...65536).contains(alignment), alignment.nonzeroBitCount == 1 else {
      throw .invalidAlignment
    }
    return Int(alignment)
  }

  /// Finds each tensor's bytes, and that they lie within the file, aligned, and apart from one another.
  private static func place(
    _ entries: [GGUFEntry], from start: Int, to end: Int, alignment: Int
  ) throws(GGUFRejection) -> [GGUFTensor] {
    var tensors: [GGUFTensor] = []
    for entry in entries {
      guard entry.offset.isMultiple(of: UInt64(alignment)) else { throw .misalignedTensor(entry.name) }
      guard start <= end, entry.offset <= UInt64(end - start), entry.byteCount <= end - start - Int(entry.offset) else {
        throw .tensorOutsideFile(entry.name)
      }
      let first = start + Int(entry.offset)
      tensors.append(
        GGUFTensor(name: entry.name, dimensions: entry.dimensions, type: entry.type, byteRange: first..<first + entry.byteCount))
    }
    let inOrder = tensors.sorted { $0.byteRange.lowerBound < $1.byteRange.lowerBound }
    for (tensor, next) in zip(inOrder, inOrder.dropFirst()) where next.byteRange.lowerBound < tensor.byteRange.upperBound {
      throw .overlappingTensor(next.name)
    }
    return tensors
  }
}

/// A tensor as the header announces it.
private struct GGUFEntry {
  let name: String
  let dimensions: [Int]
  let type: GGUFTensorType
  let offset: UInt64
  let byteCount: Int

  init(from reader: inout GGUFReader) throws(GGUFRejection) {
    name = try reader.readName()
    let dimensionCount = try reader.read(UInt32.self)
    guard dimensionCount <= 4 else { throw .countAboveLimit }
    guard dimensionCount >= 1 else { throw .invalidShape(tensor: name) }
    var dimensions: [Int] = []
    var values = 1
    for _ in 0..<dimensionCount {
      let dimension = try reader.read(UInt64.self)
      // Fewer than 2^48 values in all, so that no product below overflows.
      guard dimension >= 1, dimension < 1 << 40 else { throw .invalidShape(tensor: name) }
      let (product, overflows) = values.multipliedReportingOverflow(by: Int(dimension))
      guard !overflows, product < 1 << 48 else { throw .invalidShape(tensor: name) }
      values = product
      dimensions.append(Int(dimension))
    }
    let code = try reader.read(UInt32.self)
    guard let type = GGUFTensorType(rawValue: code) else { throw .unsupportedTensorType(tensor: name, type: code) }
    guard dimensions[0].isMultiple(of: type.blockValues) else { throw .invalidShape(tensor: name) }
    self.dimensions = dimensions
    self.type = type
    offset = try reader.read(UInt64.self)
    byteCount = values / type.blockValues * type.blockBytes
  }
}
