import Bytes
import Inference
import ModelImport
import TestSupport
import Testing

/// A small network with most operators, and what it is by its definition in floating point.
private struct SmallNetwork {
  var builder = ONNXBuilder()
  let first: [Int8]
  let depthwise: [Int8]
  let last: [Int8]

  init() {
    var random = SeededGenerator(seed: 3)
    func draw(_ count: Int) -> [Int8] { (0..<count).map { _ in Int8.random(in: -127...127, using: &random) } }
    first = draw(4 * 2 * 3 * 3)
    depthwise = draw(4 * 3 * 3)
    last = draw(6 * 4)
    var b = ONNXBuilder()
    let x = b.quantise("x", scale: 0.02, zero: -3)
    let w = b.weights("w", [4, 2, 3, 3], first, scales: [0.01, 0.02, 0.005, 0.01])
    b.floats("bias", [4], [0.5, -0.25, 0, 1])
    b.node("Conv", "first", [x, w, "bias"], "a", [("pads", .integers([1, 1, 1, 1])), ("kernel_shape", .integers([3, 3]))])
    b.node("Relu", "relu", ["a"], "a2")
    let a = b.quantise("a2", scale: 0.03, zero: -128)
    let d = b.weights("d", [4, 1, 3, 3], depthwise, scales: [0.004])
    b.node("Conv", "depthwise", [a, d], "c", [("pads", .integers([1, 1, 1, 1])), ("group", .integer(4))])
    let c = b.quantise("c", scale: 0.05, zero: 7)
    b.node("Add", "sum", [c, a], "s")
    let s = b.quantise("s", scale: 0.06, zero: -20)
    b.node("GlobalAveragePool", "pool", [s], "p")
    let p = b.quantise("p", scale: 0.02, zero: 0)
    b.node("Flatten", "flatten", [p], "f")
    let l = b.weights("l", [6, 4], last, scales: [0.01])
    b.node("Gemm", "last", ["f", l], "g", [("transB", .integer(1))])
    b.output = b.quantise("g", scale: 0.04, zero: 5)
    builder = b
  }

  static func quantised(_ x: Double, _ scale: Float, _ zero: Int) -> Int {
    max(-128, min(127, Int((x / Double(scale)).rounded(.toNearestOrEven)) + zero))
  }

  static func real(_ q: Int, _ scale: Float, _ zero: Int) -> Double { Double(q - zero) * Double(scale) }

  /// The output for input values `[row][column][channel]`, every node in floating point and every QuantizeLinear rounded.
  func output(_ input: [Int8]) -> [Int] {
    let x = (0..<40).map { Self.real(Int(input[$0]), 0.02, -3) }
    func at(_ values: [Double], _ channels: Int, _ y: Int, _ l: Int, _ c: Int) -> Double {
      (0..<4).contains(y) && (0..<5).contains(l) ? values[(y * 5 + l) * channels + c] : 0
    }
    let scales: [Float] = [0.01, 0.02, 0.005, 0.01]
    let bias: [Double] = [0.5, -0.25, 0, 1]
    var a: [Double] = []
    for y in 0..<4 {
      for l in 0..<5 {
        for o in 0..<4 {
          var sum = bias[o]
          for i in 0..<2 {
            for k in 0..<9 {
              sum += Double(first[(o * 2 + i) * 9 + k]) * Double(scales[o]) * at(x, 2, y + k / 3 - 1, l + k % 3 - 1, i)
            }
          }
          a.append(Self.real(Self.quantised(max(0, sum), 0.03, -128), 0.03, -128))
        }
      }
    }
    var pooled = [Double](repeating: 0, count: 4)
    for y in 0..<4 {
      for l in 0..<5 {
        for o in 0..<4 {
          let sum = (0..<9).reduce(0.0) {
            $0 + Double(depthwise[o * 9 + $1]) * Double(Float(0.004)) * at(a, 4, y + $1 / 3 - 1, l + $1 % 3 - 1, o)
          }
          let c = Self.real(Self.quantised(sum, 0.05, 7), 0.05, 7)
          pooled[o] += Self.real(Self.quantised(c + at(a, 4, y, l, o), 0.06, -20), 0.06, -20)
        }
      }
    }
    let p = pooled.map { Self.real(Self.quantised($0 / 20, 0.02, 0), 0.02, 0) }
    return (0..<6).map { o in
      Self.quantised((0..<4).reduce(0.0) { $0 + Double(last[o * 4 + $1]) * Double(Float(0.01)) * p[$1] }, 0.04, 5)
    }
  }
}

@Suite("ONNX models of static int8 become bundles")
struct ONNXImporterTests {
  @Test("A small network gives what its definition in floating point gives, but for roundings at ties [GRAPH-24] [GRAPH-25]")
  func smallNetwork() throws {
    let network = SmallNetwork()
    let importer = try ONNXImporter(try ONNXFile(network.builder.file))
    #expect(importer.notes.isEmpty)
    #expect(importer.header.graph.segments.map(\.name) == ["input", "convolution", "convolution", "pool", "convolution"])
    let model = try Model(ModelBytes(copying: importer.bundle))
    var random = SeededGenerator(seed: 4)
    var equal = 0
    for _ in 0..<50 {
      let input = random.bytes(40).map { Int8(bitPattern: $0) }
      let found = try model.run(input, tracing: false).values.map { Int($0) }
      let expected = network.output(input)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1 }, "\(found) is not \(expected)")
      equal += zip(found, expected).count { $0 == $1 }
    }
    #expect(equal >= 290, "\(equal) of 300 values are equal")
  }

  @Test("The same file gives the same bytes")
  func reproducible() throws {
    let file = SmallNetwork().builder.file
    #expect(try ONNXImporter(try ONNXFile(file)).bundle == ONNXImporter(try ONNXFile(file)).bundle)
  }

  /// The operators that the small network lacks.
  @Test func otherOperators() throws {
    var b = ONNXBuilder()
    let x = b.quantise("x", scale: 0.05, zero: 0)
    b.floats("low", [], [-1])
    b.floats("high", [], [3])
    b.node("Clip", "clip", [x, "low", "high"], "c")
    let c = b.quantise("c", scale: 0.02, zero: -50)
    b.node("MaxPool", "largest", [c], "m", [("kernel_shape", .integers([2, 2])), ("strides", .integers([2, 2]))])
    let m = b.quantise("m", scale: 0.02, zero: -50)
    b.node("AveragePool", "mean", [x], "n", [("kernel_shape", .integers([2, 2])), ("strides", .integers([2, 2]))])
    let n = b.quantise("n", scale: 0.05, zero: 3)
    b.node("Concat", "both", [m, n], "k", [("axis", .integer(1))])
    let k = b.quantise("k", scale: 0.06, zero: 1)
    b.node("Sigmoid", "sigmoid", [k], "g")
    let g = b.quantise("g", scale: 1.0 / 256, zero: -128)
    b.node("Mul", "gated", [k, g], "h")
    let h = b.quantise("h", scale: 0.05, zero: 0)
    b.floats("gains", [1, 4, 1, 1], [1, -2, 0.5, 0])
    b.node("Mul", "scaled", [h, "gains"], "i")
    let i = b.quantise("i", scale: 0.1, zero: 0)
    b.integers("shape", [2], [1, -1])
    b.node("Reshape", "reshape", [i, "shape"], "f")
    let w = b.weights("w", [16, 3], [Int8](repeating: 10, count: 48), scales: [0.01, 0.02, 0.01], axis: 1)
    b.node("MatMul", "product", ["f", w], "o")
    b.floats("bias", [3], [0.5, 1, -1])
    b.node("Add", "biased", ["o", "bias"], "o2")
    let o = b.quantise("o2", scale: 0.1, zero: 0)
    b.node("Softmax", "softmax", [o], "z", [("axis", .integer(-1))])
    b.output = "z"
    let importer = try ONNXImporter(try ONNXFile(b.file))
    #expect(importer.notes.count == 1 && importer.notes[0].contains("softmax"))
    let model = try Model(ModelBytes(copying: importer.bundle))
    let input = (0..<40).map { Int8($0 * 6 - 120) }
    let x0 = { (y: Int, l: Int, c: Int) in Double(input[(y * 5 + l) * 2 + c]) * Double(Float(0.05)) }
    var flat: [Double] = []
    for channel in 0..<4 {
      for y in 0..<2 {
        for l in 0..<2 {
          let cells = [(0, 0), (0, 1), (1, 0), (1, 1)].map { x0(2 * y + $0.0, 2 * l + $0.1, channel % 2) }
          let value = channel < 2 ? (cells.map { max(-1, min(3, $0)) }.max() ?? 0) : cells.reduce(0, +) / 4
          flat.append(value / (1 + ElementaryFunctions.exponential(-value)) * [1, -2, 0.5, 0][channel])
        }
      }
    }
    let sum = flat.reduce(0, +) * 10
    let expected = [sum * 0.01 + 0.5, sum * 0.02 + 1, sum * 0.01 - 1].map { $0 / 0.1 }
    let found = try model.run(input, tracing: false).values
    for (value, real) in zip(found, expected) { #expect(abs(Double(value) - real) < 5, "\(found) is not near \(expected)") }
  }

  private func rejection(_ change: (inout ONNXBuilder) -> Void) -> ONNXRejection? {
    var builder = SmallNetwork().builder
    change(&builder)
    return rejection(of: builder.file)
  }

  private func rejection(of file: [UInt8]) -> ONNXRejection? {
    do {
      _ = try ONNXImporter(try ONNXFile(file))
    } catch let rejection as ONNXRejection {
      return rejection
    } catch ImportError.onnx(let rejection) {
      return rejection
    } catch {
      Issue.record("\(error) is no rejection of ONNX")
    }
    return nil
  }

  /// A network of the input, quantised, one node and its output, quantised.
  private func single(
    _ kind: String, _ attributes: [(String, ONNXBuilder.Attribute)] = [], inputs: (inout ONNXBuilder, String) -> [String] = { [$1] },
    scale: Float = 0.1
  ) -> ONNXRejection? {
    var b = ONNXBuilder()
    let x = b.quantise("x", scale: 0.05, zero: 0)
    let names = inputs(&b, x)
    b.node(kind, "it", names, "o", attributes)
    b.output = b.quantise("o", scale: scale, zero: 0)
    return rejection(of: b.file)
  }

  @Test("Every rejection names the node or the tensor at fault")
  func rejections() throws {
    #expect(rejection { _ in } == nil)
    #expect(rejection(of: [1, 2, 3]) == .notONNX)
    #expect(rejection(of: []) == .notONNX)
    #expect(rejection { $0.opset = 9 } == .model("does not use the standard operator set of a version from 13 to 25"))
    #expect(rejection { $0.nodes = [] } == .model("has no nodes"))
    #expect(rejection { for _ in 0...65536 { $0.nodes.append([]) } } == .tooLarge)
    guard case .tensor("w_q", _) = rejection({ $0.tensor("w_q", [1], type: 3, [1]) }) else {
      Issue.record("a tensor that stands there twice passed")
      return
    }
    for (type, content) in [(Int64(1), [UInt8](repeating: 0, count: 3)), (11, [0])] {
      guard case .tensor("new", _) = rejection({ $0.tensor("new", [1], type: type, content) }) else {
        Issue.record("a broken tensor of type \(type) passed")
        return
      }
    }
    guard case .tensor("new", _) = rejection({ $0.tensor("new", [1 << 40, 1 << 40], type: 3, []) }) else {
      Issue.record("a huge tensor passed")
      return
    }
    #expect(single("Einsum") == .unsupportedOperator(node: "it", kind: "Einsum"))
    #expect(single("Relu", inputs: { _, _ in ["nothing"] }) == .unknownName(node: "it", name: "nothing"))
    #expect(
      single(
        "Relu",
        inputs: {
          $0.floats("gain", [1, 2, 1, 1], [1e30, 1])
          $0.node("Mul", "large", [$1, "gain"], "l")
          return ["l"]
        })
        == .outOfScale(node: "o_quantise"))
    let window: [(String, ONNXBuilder.Attribute)] = [("kernel_shape", .integers([2, 2]))]
    for attributes in [
      window + [("auto_pad", .text("SAME_UPPER"))], window + [("ceil_mode", .integer(1))], window + [("pads", .integers([1, 0, 0, 0]))],
      window + [("strides", .integers([0, 1]))], [("kernel_shape", .integers([9, 9]))], [("kernel_shape", .integers([-1, 2]))],
    ] {
      guard case .unsupported("it", _, _) = single("AveragePool", attributes) else {
        Issue.record("\(attributes) passed")
        return
      }
    }
    guard case .unsupported("it", _, _) = single("Conv", inputs: { [$1, $1] }) else {
      Issue.record("weights that are no constant passed")
      return
    }
    guard case .unsupported("it", _, _) = single("Softmax") else {
      Issue.record("a softmax of an image passed")
      return
    }
    #expect(single("Relu")?.description.contains("output") == true, "the output has several rows")
  }

  @Test("Ten thousand mutations of a file never make the importer stop, and what it imports loads and runs")
  func mutations() throws {
    var generator = SeededGenerator.printed()
    let file = SmallNetwork().builder.file
    var imported = 0
    for _ in 0..<10_000 {
      guard let read = try? ONNXFile(generator.mutated(file)), let importer = try? ONNXImporter(read) else { continue }
      imported += 1
      let model = try Model(ModelBytes(copying: importer.bundle))
      if imported % 16 == 0, model.graph.shapes[0].count <= 4096 {
        _ = try model.run([Int8](repeating: 1, count: model.graph.shapes[0].count))
      }
    }
    #expect(imported > 0)
  }
}
