import Bytes
import Inference
import Tensors
import Text

/// Turns an ONNX model that is quantised to static int8 (QDQ) into a model bundle; one file gives the same bytes on every machine. `[MODEL-1]`
///
/// Between QuantizeLinear nodes everything becomes integer arithmetic with 31-bit multipliers. All floating point here is IEEE 754 addition,
/// multiplication and division in a fixed order.
public struct ONNXImporter: Sendable {
  /// The bundle's header; there is no tokenizer and no chat template.
  public let header: BundleHeader
  /// What was left out, in words.
  public let notes: [String]
  private let leaves: [[UInt8]]

  /// Converts a file and checks that the graph is valid.
  /// - Parameter name: a name for people, at most 256 bytes; without one, the file's own.
  public init(_ file: ONNXFile, name: String? = nil) throws(ImportError) {
    let converter: ONNXConverter
    do { converter = try ONNXConverter(file) } catch { throw .onnx(error) }
    let name = name ?? (file.name.isEmpty ? "onnx" : file.name)
    guard name.utf8.count <= 256 else { throw .model(.textTooLong) }
    let graph = GraphDescription(tensors: converter.tensors.map(\.shape), int8Segments: converter.segments)
    do {
      _ = try Graph(graph)
    } catch {
      guard let segment = error.segment, converter.names.indices.contains(segment) else { throw .model(.graph(error)) }
      throw .onnx(
        .unsupported(
          node: converter.names[segment], what: "a shape that the graph cannot have (\(error))",
          rule: "rows of at most 2^22 values, and steps within 2^20 bytes and 2^22 multiply-adds"))
    }
    header = BundleHeader(graph: graph, tokenizer: try ONNXImporter.noTokenizer(), name: name, chatTemplate: "")
    notes = converter.notes
    leaves = converter.tensors.map(\.bytes)
  }

  /// A tokenizer of no tokens.
  private static func noTokenizer() throws(ImportError) -> TokenizerDescription {
    do {
      return try TokenizerDescription(splitRule: .gpt2, tokens: [], merges: [], beginningToken: nil, addsBeginningToken: false)
    } catch {
      throw .model(.graph(.parameters))
    }
  }

  /// The whole bundle.
  public var bundle: [UInt8] {
    var bytes = header.preamble
    for tensor in leaves {
      bytes += [UInt8](repeating: 0, count: BundleHeader.padding(after: bytes.count))
      bytes += tensor
    }
    return bytes
  }

  /// Writes the bundle. Nothing stands at `path` before the whole bundle does; an older file there is replaced.
  public func write(to path: String) throws(ImportError) {
    var writer = try BundleWriter(path: path)
    try writer.write(header.preamble)
    for tensor in leaves {
      try writer.align()
      try writer.write(tensor)
    }
    try writer.finish()
  }
}

extension ONNXConverter.TensorPlan {
  /// All leaves, one after the other. `[MODEL-8]`
  var bytes: [UInt8] {
    switch self {
    case .table(let entries): return entries.map { UInt8(bitPattern: $0) }
    case .convolution(let channels, let inputs, let weights, let biases, let scales):
      let block = Int8Convolution.channelsPerBlock
      var writer = ByteWriter(capacity: Int8Convolution.blocks(ofChannels: channels) * Int8Convolution.blockBytes(inputs: inputs))
      for first in stride(from: 0, to: channels, by: block) {
        for pair in 0..<(inputs + 1) / 2 {
          for channel in first..<first + block {
            for input in [2 * pair, 2 * pair + 1] {
              writer.write(channel < channels && input < inputs ? weights[channel * inputs + input] : 0)
            }
          }
        }
        for channel in first..<first + block { writer.write(channel < channels ? biases[channel] : 0) }
        for channel in first..<first + block { writer.write(channel < channels ? scales[channel].multiplier : 0) }
        for channel in first..<first + block { writer.write(UInt32(channel < channels ? scales[channel].shift : 2)) }
      }
      return writer.bytes
    }
  }
}
