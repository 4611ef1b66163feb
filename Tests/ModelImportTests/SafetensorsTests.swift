import Foundation
import ModelImport
import TestSupport
import Testing

/// Files of safetensors, well formed and hostile.
@Suite struct SafetensorsTests {
  private func file(_ header: String, _ data: [UInt8] = []) -> Data {
    Data(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data)
  }

  private func rejection(_ data: Data) -> SafetensorsRejection? {
    do throws(SafetensorsRejection) {
      _ = try SafetensorsFile(data)
      return nil
    } catch {
      return error
    }
  }

  @Test func readsTensorsOfEachFloatingType() throws {
    let header = """
      {"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,2],"data_offsets":[4,20]},"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},
      "c":{"dtype":"BF16","shape":[],"data_offsets":[20,22]},"d":{"dtype":"I64","shape":[1],"data_offsets":[22,30]}}
      """
    let floats: [Float] = [1, -2.5, 3e-9, 4]
    var data: [UInt8] = [0x00, 0x3c, 0x00, 0xc0]
    for value in floats { withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0 } }
    data += [0x40, 0xbf]
    let read = try SafetensorsFile(file(header, data + [UInt8](repeating: 0, count: 8)))
    #expect(read.tensors.map(\.name) == ["a", "b", "c", "d"])
    let a = try #require(read.tensor("a"))
    #expect(read.row(0, of: a) == [1, -2])
    let b = try #require(read.tensor("b"))
    #expect(b.dimensions == [2, 2] && b.rowCount == 2)
    #expect(read.row(1, of: b) == [3e-9, 4])
    #expect(read.row(0, of: try #require(read.tensor("c"))) == [-0.75])
    #expect(read.row(0, of: try #require(read.tensor("d"))) == nil)
    #expect(read.tensor("e") == nil)
  }

  @Test func refusesByName() {
    func entry(_ dtype: String = "F32", _ shape: String = "[1]", _ offsets: String = "[0,4]") -> String {
      #"{"x":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }
    let four = [UInt8](repeating: 0, count: 4)
    #expect(rejection(file(entry(), four)) == nil)
    #expect(rejection(file("{}")) == nil)
    #expect(rejection(Data([1, 2, 3])) == .truncated)
    #expect(rejection(Data([9, 0, 0, 0, 0, 0, 0, 0, 0x7b])) == .truncated)
    #expect(rejection(Data([UInt8](repeating: 255, count: 16))) == .truncated)
    #expect(rejection(file("[1,2]")) == .invalidHeader)
    #expect(rejection(file("{\"x\":1}")) == .invalidHeader)
    #expect(rejection(file("{\"x\"")) == .invalidHeader)
    #expect(rejection(file(String(repeating: "[", count: 100_000))) == .invalidHeader)
    #expect(rejection(file(entry("F31"), four)) == .unknownType(tensor: "x"))
    #expect(rejection(file(entry("F32", "[2]"), four)) == .invalidShape(tensor: "x"))
    #expect(rejection(file(entry("F32", "[-1]"), four)) == .invalidShape(tensor: "x"))
    #expect(rejection(file(entry("F32", "[4611686018427387904,4]"), four)) == .invalidShape(tensor: "x"))
    #expect(rejection(file(entry("F32", "[1,1,1,1,1,1,1,1,1]"), four)) == .invalidShape(tensor: "x"))
    #expect(rejection(file(entry("F32", "[1]", "[0]"), four)) == .invalidShape(tensor: "x"))
    #expect(rejection(file(entry("F32", "[1]", "[0,8]"), four)) == .tensorOutsideFile("x"))
    #expect(rejection(file(entry("F32", "[1]", "[-4,0]"), four)) == .tensorOutsideFile("x"))
    #expect(rejection(file(entry("F32", "[1]", "[4,0]"), four)) == .tensorOutsideFile("x"))
    #expect(rejection(file(entry(), four + [0])) == .trailingBytes)
    let twice = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    #expect(rejection(file(twice, four)) == .notContiguous("y"))
    let gap = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
    #expect(rejection(file(gap, four + four)) == .notContiguous("x"))
    let many = "{" + (0...65_536).map { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# }.joined(separator: ",") + "}"
    #expect(rejection(file(many)) == .countAboveLimit)
  }

  @Test func survivesMutations() {
    var generator = SeededGenerator.printed()
    let fine = [UInt8](file(#"{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#, [UInt8](repeating: 7, count: 24)))
    for _ in 0..<2000 {
      var bytes = fine
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      guard let file = try? SafetensorsFile(Data(bytes)) else { continue }
      for tensor in file.tensors { for row in 0..<min(tensor.rowCount, 4) { _ = file.row(row, of: tensor) } }
    }
  }
}
