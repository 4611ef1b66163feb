import Bytes
import Inference
import ModelImport
import TestSupport
import Testing

/// What the importer cannot run is refused by the name of the node or tensor at fault, with what is supported instead.
@Suite("ONNX models that cannot be run are refused by name")
struct ONNXRefusalTests {
  /// What the importer says of a file; nil if it takes it.
  private func refusal(_ builder: ONNXBuilder) -> String? {
    do {
      _ = try ONNXImporter(try ONNXFile(builder.file))
      return nil
    } catch let rejection as ONNXRejection {
      return rejection.description
    } catch {
      return "\(error)"
    }
  }

  /// A network of the input, quantised, what `body` makes of it, and the output, quantised.
  private func network(
    input: [Int64] = [1, 2, 4, 5], type: Int64 = 1, _ body: (inout ONNXBuilder, String) -> String
  ) -> ONNXBuilder {
    var b = ONNXBuilder()
    b.input = ("x", input)
    b.inputType = type
    let x = b.quantise("x", scale: 0.05, zero: 0)
    let y = body(&b, x)
    b.output = b.quantise(y, scale: 0.1, zero: 0)
    return b
  }

  private func expect(_ refusal: String?, _ words: [String], _ location: SourceLocation = #_sourceLocation) {
    for word in words { #expect(refusal?.contains(word) == true, "\(refusal ?? "taken"), not \(word)", sourceLocation: location) }
  }

  @Test(
    "Operators without a rule, among them those of other architectures",
    arguments: ["LSTM", "GRU", "LayerNormalization", "Attention", "If", "QLinearConv", "ConvInteger", "DynamicQuantizeLinear", "Resize"])
  func operators(kind: String) {
    let found = refusal(
      network {
        $0.node(kind, "the node", [$1], "o")
        return "o"
      })
    expect(found, ["the node the node has the operator \(kind)", "supported are Add, AveragePool", "Conv", "Gemm"])
    let foreign = refusal(
      network {
        $0.node("Relu", "the node", [$1], "o", domain: "com.example")
        return "o"
      })
    expect(foreign, ["the node the node has the operator com.example.Relu"])
  }

  @Test("Element types without a rule")
  func types() {
    for (type, size) in [(Int64(11), 8), (10, 2), (5, 2), (9, 1), (22, 1)] {
      let found = refusal(
        network {
          $0.tensor("factor", [1], type: type, [UInt8](repeating: 0, count: size))
          $0.node("Mul", "it", [$1, "factor"], "o")
          return "o"
        })
      expect(found, ["the tensor factor has the element type \(type)", "float, int8, uint8, int32 and int64"])
    }
    for type: Int64 in [2, 3, 7, 10, 11] {
      expect(refusal(network(type: type) { $1 }), ["the tensor x is not a float tensor"])
    }
    let unsigned = refusal(
      network {
        $0.tensor("w_q", [3, 2, 1, 1], type: 2, [1, 2, 3, 4, 5, 6])
        $0.floats("w_scale", [1], [0.5])
        $0.node("DequantizeLinear", "weights", ["w_q", "w_scale"], "w")
        $0.node("Conv", "it", [$1, "w"], "o")
        return "o"
      })
    expect(unsigned, ["the node weights has constants of another type", "int8 weights and int32 biases"])
    let shifted = refusal(
      network {
        $0.bytes("w_q", [3, 2, 1, 1], [1, 2, 3, 4, 5, 6])
        $0.floats("w_scale", [1], [0.5])
        $0.bytes("w_zero", [1], [3])
        $0.node("DequantizeLinear", "weights", ["w_q", "w_scale", "w_zero"], "w")
        $0.node("Conv", "it", [$1, "w"], "o")
        return "o"
      })
    expect(shifted, ["the node weights has zero points of constants that are not 0"])
  }

  @Test("Shapes without a rule")
  func shapes() {
    for input: [Int64] in [[], [1], [2, 3, 4, 4], [1, 0, 4, 4], [1, 2, 3, 4, 5], [1, 70_000, 1, 1]] {
      expect(refusal(network(input: input) { $1 }), ["the tensor x"])
    }
    let wide = refusal(network(input: [1, 65536, 1, 65536]) { $1 })
    expect(wide, ["the node x_quantise has an output of 1 rows, 65536 columns and 65536 channels", "at most 16384 rows"])
    let grouped = refusal(
      network(input: [1, 4, 4, 5]) {
        let w = $0.weights("w", [4, 2, 1, 1], [Int8](repeating: 1, count: 8), scales: [0.5])
        $0.node("Conv", "it", [$1, w], "o", [("group", .integer(2))])
        return "o"
      })
    expect(grouped, ["the node it has 2 groups", "one group, or a group for each channel"])
    let volume = refusal(
      network {
        let w = $0.weights("w", [4, 2, 1, 1, 1], [Int8](repeating: 1, count: 8), scales: [0.5])
        $0.node("Conv", "it", [$1, w], "o")
        return "o"
      })
    expect(volume, ["the node it has weights of 5 dimensions", "4 dimensions"])
    let product = refusal(
      network(input: [1, 7]) {
        let w = $0.weights("w", [6, 3], [Int8](repeating: 1, count: 18), scales: [0.5])
        $0.node("MatMul", "it", [$1, w], "o")
        return "o"
      })
    expect(product, ["the node it has", "supported is"])
    let sum = refusal(
      network {
        $0.node("GlobalAveragePool", "pool", [$1], "p")
        let p = $0.quantise("p", scale: 0.1, zero: 0)
        $0.node("MaxPool", "half", [$1], "h", [("kernel_shape", .integers([2, 2])), ("strides", .integers([2, 2]))])
        let h = $0.quantise("h", scale: 0.1, zero: 0)
        $0.node("Concat", "it", [p, h], "o")
        return "o"
      })
    expect(sum, ["the node it has axis 1", "images of equal rows and columns"])
  }

  @Test("Models of other forms: not quantised, of several inputs or outputs")
  func forms() {
    var floating = ONNXBuilder()
    floating.floats("w", [3, 2, 1, 1], [Float](repeating: 1, count: 6))
    floating.node("Conv", "it", ["x", "w"], "y")
    expect(refusal(floating), ["the node it has an input that is not quantised (x)", "QuantizeLinear and DequantizeLinear before"])
    var weights = network {
      $0.floats("w", [3, 2, 1, 1], [Float](repeating: 1, count: 6))
      $0.node("Conv", "it", [$1, "w"], "o")
      return "o"
    }
    expect(refusal(weights), ["the node it has weights that are no quantised constant (w)", "an int8 constant"])
    weights = network { $1 }
    weights.otherInputs = ["second"]
    expect(refusal(weights), ["the model has not one input and one output"])
    weights = network { $1 }
    weights.otherOutputs = ["second"]
    expect(refusal(weights), ["the model has not one input and one output"])
  }

  @Test("A file of a few hundred bytes that doubles its channels with each node")
  func doubling() {
    let found = refusal(
      network(input: [1, 60_000, 1, 1]) {
        var name = $1
        for index in 0..<80 {
          $0.node("Concat", "node \(index)", [String](repeating: name, count: 16), "o\(index)", [("axis", .integer(1))])
          name = $0.quantise("o\(index)", scale: 0.05, zero: 0)
        }
        return name
      })
    expect(found, ["the node o0_quantise has an output of 1 rows, 1 columns and 960000 channels"])
  }
}
