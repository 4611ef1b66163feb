import Foundation
import SwiftProtobuf

/// An ONNX model file: nodes in order, constants, one input and one output. Nothing of it is trusted.
public struct ONNXFile: Sendable {
  let nodes: [ONNXNode]
  let constants: [String: ONNXTensor]
  let input: ONNXInput
  let output: String
  let name: String

  /// The longest file, in bytes.
  public static let byteLimit = 1 << 28
  /// The most nodes, and the most tensors.
  static let countLimit = 65536

  /// Reads a file.
  public init(contentsOf path: String) throws(ImportError) {
    let data: Data
    do {
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
      guard size <= ONNXFile.byteLimit else { throw ONNXRejection.tooLarge }
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch let rejection as ONNXRejection {
      throw .onnx(rejection)
    } catch {
      throw .file(FileFailure(operation: "read", path: path, code: errno))
    }
    do { try self.init(data) } catch { throw .onnx(error) }
  }

  /// Reads bytes.
  public init(_ bytes: some Collection<UInt8>) throws(ONNXRejection) { try self.init(Data(bytes)) }

  private init(_ data: Data) throws(ONNXRejection) {
    guard data.count <= ONNXFile.byteLimit else { throw .tooLarge }
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    let model: Onnx_ModelProto
    do { model = try Onnx_ModelProto(serializedBytes: data, partial: true, options: options) } catch { throw .notONNX }
    guard model.hasGraph else { throw .notONNX }
    let graph = model.graph
    guard graph.node.count <= ONNXFile.countLimit, graph.initializer.count <= ONNXFile.countLimit else { throw .tooLarge }
    guard let standard = model.opsetImport.first(where: { $0.domain.isEmpty || $0.domain == "ai.onnx" }),
      (13...25).contains(standard.version)
    else { throw .model("does not use the standard operator set of a version from 13 to 25") }
    var constants: [String: ONNXTensor] = [:]
    for tensor in graph.initializer {
      guard constants.updateValue(try ONNXTensor(tensor), forKey: tensor.name) == nil else {
        throw .tensor(tensor.name, rule: "stands there twice")
      }
    }
    let inputs = graph.input.filter { constants[$0.name] == nil }
    guard inputs.count == 1, graph.output.count == 1 else { throw .model("has not one input and one output") }
    self.constants = constants
    input = try ONNXInput(inputs[0])
    output = graph.output[0].name
    name = graph.name
    nodes = graph.node.enumerated().map { ONNXNode($1, index: $0) }
  }
}

/// The model's input: a float tensor for one example.
struct ONNXInput: Sendable {
  let name: String
  /// Without the batch.
  let dimensions: [Int]

  init(_ proto: Onnx_ValueInfoProto) throws(ONNXRejection) {
    name = proto.name
    let dimensions = proto.type.tensorType.shape.dim
    guard proto.type.tensorType.elemType == 1, let batch = dimensions.first, !batch.hasDimValue || batch.dimValue == 1 else {
      throw .tensor(name, rule: "is not a float tensor with a first dimension of 1")
    }
    guard (2...4).contains(dimensions.count), dimensions.dropFirst().allSatisfy({ (1...65536).contains($0.dimValue) }) else {
      throw .tensor(name, rule: "has not 1 to 3 known dimensions after the batch's")
    }
    self.dimensions = dimensions.dropFirst().map { Int($0.dimValue) }
  }
}

/// One node, with its attributes by name.
struct ONNXNode: Sendable {
  let name: String
  let kind: String
  let inputs: [String]
  let outputs: [String]
  private let integers: [String: [Int64]]
  private let floats: [String: Float]
  private let texts: [String: String]

  init(_ proto: Onnx_NodeProto, index: Int) {
    name = proto.name.isEmpty ? "number \(index) (\(proto.opType))" : proto.name
    kind = proto.domain.isEmpty || proto.domain == "ai.onnx" ? proto.opType : "\(proto.domain).\(proto.opType)"
    inputs = proto.input
    outputs = proto.output
    var integers: [String: [Int64]] = [:]
    var floats: [String: Float] = [:]
    var texts: [String: String] = [:]
    for attribute in proto.attribute {
      if attribute.hasI { integers[attribute.name] = [attribute.i] }
      if !attribute.ints.isEmpty { integers[attribute.name] = attribute.ints }
      if attribute.hasF { floats[attribute.name] = attribute.f }
      if attribute.hasS { texts[attribute.name] = String(decoding: attribute.s.prefix(64), as: UTF8.self) }
    }
    self.integers = integers
    self.floats = floats
    self.texts = texts
  }

  /// An input that may be absent.
  func optionalInput(_ place: Int) -> String? {
    guard inputs.indices.contains(place), !inputs[place].isEmpty else { return nil }
    return inputs[place]
  }

  func input(_ place: Int) throws(ONNXRejection) -> String {
    guard let name = optionalInput(place) else {
      throw .unsupported(node: name, what: "\(inputs.count) inputs", rule: "at least \(place + 1)")
    }
    return name
  }

  func integer(_ key: String, default value: Int) throws(ONNXRejection) -> Int {
    guard let found = integers[key] else { return value }
    guard found.count == 1, let number = Int(exactly: found[0]) else {
      throw .unsupported(node: name, what: "\(key) \(found)", rule: "one integer")
    }
    return number
  }

  /// Integers, each within 0...1024, or the default.
  func sizes(_ key: String, count: Int, default value: Int) throws(ONNXRejection) -> [Int] {
    guard let found = integers[key] else { return [Int](repeating: value, count: count) }
    guard found.count == count, found.allSatisfy({ (0...1024).contains($0) }) else {
      throw .unsupported(node: name, what: "\(key) \(found.prefix(8))", rule: "\(count) integers of 0 to 1024")
    }
    return found.map { Int($0) }
  }

  func float(_ key: String, default value: Float) throws(ONNXRejection) -> Double {
    let found = floats[key] ?? value
    guard found.isFinite else { throw .unsupported(node: name, what: "\(key) \(found)", rule: "a finite number") }
    return Double(found)
  }

  func text(_ key: String, default value: String) -> String { texts[key] ?? value }
}
