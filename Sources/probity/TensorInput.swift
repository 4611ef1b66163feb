import Foundation
import Inference
import Tensors

/// A tensor in a file, as the values that a tensor model takes: rows, columns, channels fastest.
enum TensorInput {
  /// Reads a file: `.npy` (int8 or uint8), `.ppm` (P6, 8 bits), anything else as bare int8 values. An unsigned byte p is the value p - 128.
  /// - Parameter shape: the model's input.
  static func values(_ path: String, shape: Int8Shape) throws -> [Int8] {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch { throw CommandFailure("\(path): \(error.localizedDescription)") }
    let values: [Int8]
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "npy": values = try numbers(ofNumPy: data, path: path, shape: shape)
    case "ppm": values = try pixels(of: data, path: path, shape: shape)
    default: values = data.map { Int8(bitPattern: $0) }
    }
    guard values.count == shape.count else {
      throw CommandFailure(
        "\(path) has \(values.count) values; the model takes \(shape.rows) rows of \(shape.columns) columns of \(shape.channels) channels")
    }
    return values
  }

  private static func unsigned(_ bytes: some Sequence<UInt8>) -> [Int8] { bytes.map { Int8(Int($0) - 128) } }

  /// A NumPy array of format 1, in C order, of rows, columns and channels, perhaps after a batch of 1.
  private static func numbers(ofNumPy data: Data, path: String, shape: Int8Shape) throws -> [Int8] {
    let bytes = Array(data)
    guard bytes.count >= 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes[6] == 1 else {
      throw CommandFailure("\(path) is not a .npy file of format 1")
    }
    let start = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    guard start <= bytes.count else { throw CommandFailure("\(path) ends early") }
    let header = String(decoding: bytes[10..<start], as: UTF8.self).filter { !$0.isWhitespace }
    guard header.contains("'fortran_order':False") else { throw CommandFailure("\(path) is not in C order") }
    let sizes = [shape.rows, shape.columns, shape.channels]
    let shapes = [sizes, [1] + sizes, [shape.count]].map { "'shape':(" + $0.map(String.init).joined(separator: ",") }
    guard shapes.contains(where: { header.contains($0 + ")") || header.contains($0 + ",)") }) else {
      throw CommandFailure("\(path) has another shape than (\(sizes.map(String.init).joined(separator: ", ")))")
    }
    if header.contains("'descr':'|i1'") { return bytes[start...].map { Int8(bitPattern: $0) } }
    guard header.contains("'descr':'|u1'") else { throw CommandFailure("\(path) holds neither int8 nor uint8") }
    return unsigned(bytes[start...])
  }

  /// An image in binary PPM with as many rows and columns as the model takes.
  private static func pixels(of data: Data, path: String, shape: Int8Shape) throws -> [Int8] {
    let bytes = Array(data)
    var place = 2
    var numbers: [Int] = []
    guard bytes.starts(with: Array("P6".utf8)) else { throw CommandFailure("\(path) is not a binary PPM image (P6)") }
    while numbers.count < 3 {
      while place < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[place]) { place += 1 }
      if place < bytes.count, bytes[place] == UInt8(ascii: "#") {
        while place < bytes.count, bytes[place] != 0x0a { place += 1 }
        continue
      }
      let digits = bytes[place...].prefix(9).prefix { (0x30...0x39).contains($0) }
      guard let number = Int(String(decoding: digits, as: UTF8.self)) else { throw CommandFailure("\(path) has a broken header") }
      numbers.append(number)
      place += digits.count
    }
    guard numbers == [shape.columns, shape.rows, 255], shape.channels == 3, place < bytes.count else {
      throw CommandFailure(
        "\(path) is an image of \(numbers[0]) by \(numbers[1]); the model takes \(shape.columns) by \(shape.rows) with \(shape.channels) channels"
      )
    }
    return unsigned(bytes[(place + 1)...])
  }
}

extension InferCommand {
  /// Runs a tensor model and prints the five largest values of its output.
  func printTensor(_ model: Model, _ path: String) throws {
    let values = try TensorInput.values(path, shape: model.graph.shapes[0])
    let clock = ContinuousClock()
    let start = clock.now
    let run: TensorRun
    do {
      run = try model.run(values, workers: Workers(count: threads), tracing: trace)
    } catch {
      throw CommandFailure("the tensor cannot be run: \(error)")
    }
    let milliseconds = (clock.now - start) / .milliseconds(1)
    // Of equal values the one with the lower index comes first.
    let best = run.values.indices.sorted { (run.values[$0], $1) > (run.values[$1], $0) }.prefix(5)
    if json {
      let fields: [String: Any] = [
        "top": best.map { ["index": $0, "value": Int(run.values[$0])] }, "values": run.values.map { Int($0) },
        "traceRoot": run.trace?.root.hex ?? NSNull(), "milliseconds": milliseconds,
      ]
      print(String(decoding: try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys]), as: UTF8.self))
      return
    }
    for index in best { print("\(index)\t\(run.values[index])") }
    FileHandle.standardError.write(Data("\(Int(milliseconds)) ms\n".utf8))
    if let trace = run.trace { print("trace root \(trace.root)") }
  }
}
