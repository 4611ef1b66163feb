import Bytes
import Inference
import ModelImport
import TestSupport
import Testing

@Suite("Small ONNX networks of other forms")
struct ONNXNetworkTests {
  private func quantised(_ x: Double, _ scale: Float, _ zero: Int) -> Int {
    max(-128, min(127, Int((x / Double(scale)).rounded(.toNearestOrEven)) + zero))
  }

  @Test("A perceptron of three layers gives what it is in floating point, but for roundings at ties [GRAPH-24]")
  func perceptron() throws {
    var random = SeededGenerator(seed: 8)
    let sizes = [20, 40, 24, 7]
    var b = ONNXBuilder()
    b.input = ("x", [1, 20])
    var name = b.quantise("x", scale: 0.03, zero: 5)
    var layers: [(weights: [Int8], bias: [Float], zero: Int)] = []
    for (layer, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let weights = (0..<inputs * outputs).map { _ in Int8.random(in: -127...127, using: &random) }
      let bias = (0..<outputs).map { _ in Float(Int.random(in: -50...50, using: &random)) / 64 }
      let w = b.weights("w\(layer)", [Int64(outputs), Int64(inputs)], weights, scales: [0.004])
      b.floats("b\(layer)", [Int64(outputs)], bias)
      b.node("Gemm", "gemm\(layer)", [name, w, "b\(layer)"], "g\(layer)", [("transB", .integer(1))])
      let isLast = layer == 2
      if !isLast { b.node("Relu", "relu\(layer)", ["g\(layer)"], "r\(layer)") }
      layers.append((weights, bias, isLast ? 3 : -128))
      name = b.quantise(isLast ? "g\(layer)" : "r\(layer)", scale: 0.05, zero: isLast ? 3 : -128)
    }
    b.output = name
    let model = try Model(ModelBytes(copying: ONNXImporter(try ONNXFile(b.file)).bundle))
    #expect(model.graph.segments.map(\.name) == ["input", "convolution", "convolution", "convolution"])
    var equal = 0
    for _ in 0..<60 {
      let input = random.bytes(20).map { Int8(bitPattern: $0) }
      var values = input.map { Double(Int($0) - 5) * Double(Float(0.03)) }
      var last: [Int] = []
      for layer in layers {
        let sums = layer.bias.indices.map { output in
          values.indices.reduce(Double(layer.bias[output])) {
            $0 + values[$1] * Double(layer.weights[output * values.count + $1]) * Double(Float(0.004))
          }
        }
        last = sums.map { quantised(layer.zero == 3 ? $0 : max(0, $0), 0.05, layer.zero) }
        values = last.map { Double($0 - layer.zero) * Double(Float(0.05)) }
      }
      let found = try model.run(input, tracing: false).values.map { Int($0) }
      #expect(zip(found, last).allSatisfy { abs($0 - $1) <= 1 }, "\(found) is not \(last)")
      equal += zip(found, last).count { $0 == $1 }
    }
    #expect(equal >= 410, "\(equal) of 420 values are equal")
  }

  @Test("A sum joins the product before it only where nothing else reads that", arguments: ["Identity", "Flatten"])
  func sharedOperand(kind: String) throws {
    func network(isShared: Bool) throws -> Model {
      var b = ONNXBuilder()
      b.input = ("x", [1, 4])
      let x = b.quantise("x", scale: 0.5, zero: 0)
      let w = b.weights("w", [4, 4], [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2], scales: [0.5])
      b.node("MatMul", "product", [x, w], "p")
      let p = b.quantise("p", scale: 0.5, zero: 0)
      b.node(kind, "between", [p], "q")
      b.node("Add", "sum", ["q", x], "s")
      let s = b.quantise("s", scale: 0.5, zero: 0)
      guard isShared else {
        b.output = s
        return try Model(ModelBytes(copying: ONNXImporter(try ONNXFile(b.file)).bundle))
      }
      b.node("Mul", "last", [s, "q"], "o")
      b.output = b.quantise("o", scale: 0.25, zero: 0)
      return try Model(ModelBytes(copying: ONNXImporter(try ONNXFile(b.file)).bundle))
    }
    let joined = try network(isShared: false)
    #expect(joined.graph.segments.map(\.name) == ["input", "convolution"])
    #expect(try joined.run([1, -2, 3, 4], tracing: false).values == [2, -4, 6, 8])
    let apart = try network(isShared: true)
    #expect(apart.graph.segments.map(\.name) == ["input", "convolution", "pair", "pair"])
    #expect(try apart.run([1, -2, 3, 4], tracing: false).values == [2, 8, 18, 32])
  }
}
