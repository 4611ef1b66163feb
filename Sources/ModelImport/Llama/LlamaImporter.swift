import Bytes
import Foundation
import Inference
import Text

/// Turns a GGUF file of the LLaMA architecture into a model bundle; one file gives the same bytes on every machine. `[MODEL-1]`
///
/// By default weights become 8-bit integers with a 12-bit multiplier for each 32 of them and a 24-bit multiplier for each channel. All arithmetic is
/// IEEE 754 addition, multiplication, division and square root in a fixed order.
public struct LlamaImporter: Sendable {
  /// The bundle's header: graph, tokenizer, name and chat template.
  public let header: BundleHeader
  private let file: GGUFFile
  private let tensors: [LlamaTensor]

  /// Reads the sizes, the tokenizer and the norms, and checks that the graph which they give is valid.
  /// - Parameters:
  ///   - name: a name for people, at most 256 bytes; without one, the file's own.
  ///   - format: what the linear maps become.
  public init(_ file: GGUFFile, name: String? = nil, format: WeightFormat = .a16) throws(ImportError) {
    let sizes = try LlamaSizes(file)
    let name = name ?? file.metadata["general.name"]?.text ?? "llama"
    let template = try file.read { (file) throws(GGUFRejection) in try file.chatTemplate() } ?? ""
    guard name.utf8.count <= 256, template.utf8.count <= ChatTemplate.sourceBytes else { throw .model(.textTooLong) }
    let tokenizer = try file.read { (file) throws(GGUFRejection) in try file.tokenizerDescription() }
    guard tokenizer.vocabulary.count <= sizes.vocabulary else {
      throw .model(.unsupportedSize("the tokenizer's vocabulary", rule: "no larger than the embedding's"))
    }
    let stopTokens = try file.read { (file) throws(GGUFRejection) in try file.stopTokens() }
    var norms: [QuantisedNorm] = []
    for name in LlamaGraph.normNames(layers: sizes.layers) {
      let tensor = try file.tensor(name, dimensions: [sizes.width])
      guard let norm = QuantisedNorm(try file.finiteRow(0, of: tensor)) else { throw .model(.outOfScale(tensor: name)) }
      norms.append(norm)
    }

    let (graph, layout) = try LlamaImporter.longestGraph(sizes, norms, stopTokens, format)
    var known = Set(LlamaGraph.normNames(layers: sizes.layers))
    for case .linear(let name, let channels, let inputs, _, _) in layout.tensors {
      _ = try file.tensor(name, dimensions: [inputs, channels])
      known.insert(name)
    }
    if let unknown = file.tensors.first(where: { !known.contains($0.name) }) { throw .model(.unexpectedTensor(unknown.name)) }
    self.file = file
    tensors = layout.tensors
    header = BundleHeader(graph: graph, tokenizer: tokenizer, name: name, chatTemplate: template)
  }

  /// Writes the bundle. Nothing stands at `path` before the whole bundle does; an older file there is replaced.
  /// - Parameter progress: called now and then with the part that is done, from 0 to 1.
  public func write(to path: String, progress: (Double) -> Void = { _ in }) throws(ImportError) {
    let total = tensors.reduce(0) { $0 + $1.shape.byteCount }
    var done = 0
    var writer = try BundleWriter(path: path)
    try writer.write(header.preamble)
    for tensor in tensors {
      try writer.align()
      for leaf in 0..<tensor.shape.leafCount {
        let bytes = try self.leaf(leaf, of: tensor)
        try writer.write(bytes)
        done += bytes.count
      }
      progress(Double(done) / Double(total))
    }
    try writer.finish()
  }

  /// The graph with the longest context, in steps of 64, whose steps stay within the limits. `[GRAPH-9]`
  private static func longestGraph(
    _ sizes: LlamaSizes, _ norms: [QuantisedNorm], _ stopTokens: [UInt32], _ format: WeightFormat
  ) throws(ImportError) -> (GraphDescription, LlamaGraph) {
    var context = sizes.longestContext > 64 ? sizes.longestContext / 64 * 64 : sizes.longestContext
    while true {
      let layout = LlamaGraph(sizes, norms: norms, context: context, format: format)
      let graph = GraphDescription(
        vocabulary: sizes.vocabulary, context: context, stopTokens: stopTokens, tensors: layout.tensors.map(\.shape),
        segments: layout.segments)
      do throws(GraphRejection) {
        return (try Graph(graph).description, layout)
      } catch {
        guard case .stepTooCostly(let segment) = error, case .attention = graph.segments[segment], context > 64 else {
          throw .model(.graph(error))
        }
        context -= 64
      }
    }
  }

  private func leaf(_ leaf: Int, of tensor: LlamaTensor) throws(ImportError) -> [UInt8] {
    switch tensor {
    case .linear(let name, let channels, let inputs, let factor, let format):
      let source = try file.tensor(name, dimensions: [inputs, channels])
      var rows: [Float] = []
      rows.reserveCapacity(LinearBlock.channels * inputs)
      for row in 0..<LinearBlock.channels { rows += try file.finiteRow(leaf * LinearBlock.channels + row, of: source) }
      guard let bytes = format.leaf(rows: rows, inputs: inputs, factor: factor) else { throw .model(.outOfScale(tensor: name)) }
      return bytes
    case .gains(let norm):
      return encoded(norm.gains)
    case .rotation(let table, _):
      return encoded(table.row(position: leaf))
    }
  }

  private func encoded(_ values: [Int32]) -> [UInt8] {
    var writer = ByteWriter(capacity: 4 * values.count)
    for value in values { writer.write(value) }
    return writer.bytes
  }
}

extension GGUFFile {
  /// A tensor that must be there with these dimensions.
  fileprivate func tensor(_ name: String, dimensions: [Int]) throws(ImportError) -> GGUFTensor {
    guard let tensor = tensor(name) else { throw .model(.missingTensor(name)) }
    guard tensor.dimensions == dimensions else {
      throw .model(.wrongShape(tensor: name, expected: dimensions, found: tensor.dimensions))
    }
    return tensor
  }

  /// A row whose values are all finite.
  fileprivate func finiteRow(_ index: Int, of tensor: GGUFTensor) throws(ImportError) -> [Float] {
    let values = row(index, of: tensor)
    guard values.allSatisfy(\.isFinite) else { throw .model(.notFinite(tensor: tensor.name)) }
    return values
  }
}
