/// Writes small ONNX files, field by field.
struct ONNXBuilder {
  /// A message of protocol buffers under construction.
  struct Message {
    var bytes: [UInt8] = []

    mutating func number(_ field: UInt64, _ value: Int64) {
      varint(field << 3)
      varint(UInt64(bitPattern: value))
    }

    mutating func data(_ field: UInt64, _ content: [UInt8]) {
      varint(field << 3 | 2)
      varint(UInt64(content.count))
      bytes += content
    }

    mutating func text(_ field: UInt64, _ content: String) { data(field, Array(content.utf8)) }

    mutating func message(_ field: UInt64, _ body: (inout Message) -> Void) {
      var inner = Message()
      body(&inner)
      data(field, inner.bytes)
    }

    private mutating func varint(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
  }

  enum Attribute {
    case integers([Int64])
    case integer(Int64)
    case float(Float)
    case text(String)
  }

  var nodes: [[UInt8]] = []
  var tensors: [[UInt8]] = []
  var opset: Int64 = 17
  var input = ("x", [Int64(1), 2, 4, 5])
  var inputType: Int64 = 1
  var output = "y"
  var otherInputs: [String] = []
  var otherOutputs: [String] = []

  mutating func node(
    _ kind: String, _ name: String, _ inputs: [String], _ output: String, _ attributes: [(String, Attribute)] = [], domain: String = ""
  ) {
    var node = Message()
    for input in inputs { node.text(1, input) }
    node.text(2, output)
    node.text(3, name)
    node.text(4, kind)
    if !domain.isEmpty { node.text(7, domain) }
    for (key, value) in attributes {
      node.message(5) {
        $0.text(1, key)
        switch value {
        case .integer(let integer): $0.number(3, integer)
        case .integers(let integers): for integer in integers { $0.number(8, integer) }
        case .text(let text): $0.text(4, text)
        case .float(let float):
          $0.bytes.append(2 << 3 | 5)
          $0.bytes += withUnsafeBytes(of: float.bitPattern.littleEndian, Array.init)
        }
      }
    }
    nodes.append(node.bytes)
  }

  mutating func tensor(_ name: String, _ dimensions: [Int64], type: Int64, _ content: [UInt8]) {
    var tensor = Message()
    for size in dimensions { tensor.number(1, size) }
    tensor.number(2, type)
    tensor.text(8, name)
    tensor.data(9, content)
    tensors.append(tensor.bytes)
  }

  mutating func floats(_ name: String, _ dimensions: [Int64], _ values: [Float]) {
    tensor(name, dimensions, type: 1, values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
  }

  mutating func bytes(_ name: String, _ dimensions: [Int64], _ values: [Int8]) {
    tensor(name, dimensions, type: 3, values.map { UInt8(bitPattern: $0) })
  }

  mutating func integers(_ name: String, _ dimensions: [Int64], _ values: [Int64]) {
    tensor(name, dimensions, type: 7, values.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) })
  }

  /// QuantizeLinear and DequantizeLinear after a value; returns the new name.
  mutating func quantise(_ name: String, scale: Float, zero: Int8) -> String {
    floats(name + "_scale", [], [scale])
    bytes(name + "_zero", [], [zero])
    node("QuantizeLinear", name + "_quantise", [name, name + "_scale", name + "_zero"], name + "_q")
    node("DequantizeLinear", name + "_dequantise", [name + "_q", name + "_scale", name + "_zero"], name + "_r")
    return name + "_r"
  }

  /// Int8 weights with a scale for each place of an axis; returns the name of their real values.
  mutating func weights(_ name: String, _ dimensions: [Int64], _ values: [Int8], scales: [Float], axis: Int64 = 0) -> String {
    bytes(name + "_q", dimensions, values)
    floats(name + "_scale", [Int64(scales.count)], scales)
    bytes(name + "_zero", [Int64(scales.count)], [Int8](repeating: 0, count: scales.count))
    node("DequantizeLinear", name + "_dequantise", [name + "_q", name + "_scale", name + "_zero"], name, [("axis", .integer(axis))])
    return name
  }

  var file: [UInt8] {
    var model = Message()
    model.number(1, 8)
    model.message(7) { graph in
      for node in nodes { graph.data(1, node) }
      graph.text(2, "test")
      for tensor in tensors { graph.data(5, tensor) }
      graph.message(11) { ONNXBuilder.value(&$0, input.0, input.1, type: inputType) }
      for name in otherInputs { graph.message(11) { ONNXBuilder.value(&$0, name, [1, 2]) } }
      for name in [output] + otherOutputs { graph.message(12) { ONNXBuilder.value(&$0, name, []) } }
    }
    model.message(8) { $0.number(2, opset) }
    return model.bytes
  }

  private static func value(_ message: inout Message, _ name: String, _ dimensions: [Int64], type elementType: Int64 = 1) {
    message.text(1, name)
    message.message(2) { type in
      type.message(1) { tensor in
        tensor.number(1, elementType)
        tensor.message(2) { shape in
          for size in dimensions { shape.message(1) { $0.number(1, size) } }
        }
      }
    }
  }
}
