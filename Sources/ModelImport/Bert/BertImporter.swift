import Bytes
import Inference
import Text

/// Turns a folder with a sentence encoder of the BERT architecture into a model bundle; the same files give the same bytes on every machine.
/// `[MODEL-1]`
public struct BertImporter: Sendable {
  /// The bundle's header: graph, tokenizer, name; there is no chat template.
  public let header: BundleHeader
  private let file: SafetensorsFile
  private let sizes: BertSizes
  private let tensors: [BertTensor]

  /// Reads the sizes, the tokenizer and the norms, and checks that the graph which they give is valid.
  /// - Parameter name: a name for people, at most 256 bytes.
  public init(_ folder: BertFolder, name: String) throws(ImportError) {
    guard name.utf8.count <= 256 else { throw .model(.textTooLong) }
    let sizes = try BertSizes(folder.configuration)
    let file = folder.tensors
    let tokenizer: TokenizerDescription
    do throws(ModelFolderRejection) { tokenizer = try folder.tokenizer.description() } catch { throw .folder(error) }
    guard tokenizer.vocabulary.count <= sizes.tokens else {
      throw .model(.unsupportedSize("the tokenizer's vocabulary", rule: "no larger than the embedding's"))
    }
    let norms = try BertImporter.norms(file, sizes)
    let layout = BertGraph(sizes, norms: norms, context: sizes.positions)
    let graph = GraphDescription(
      task: .embedding, vocabulary: sizes.vocabulary, context: sizes.positions, stopTokens: [], tensors: layout.tensors.map(\.shape),
      segments: layout.segments)
    do throws(GraphRejection) { _ = try Graph(graph) } catch { throw .model(.graph(error)) }

    var known = BertTensor.unused.union(BertTensor.normNames(layers: sizes.layers).map { $0 + ".weight" })
    for source in layout.tensors.flatMap({ $0.sources(sizes) }) + [(BertTensor.kinds, [folder.configuration.typeVocabSize, sizes.width])] {
      _ = try file.tensor(source.0, dimensions: source.1)
      known.insert(source.0)
    }
    if let unknown = file.tensors.first(where: { !known.contains($0.name) }) { throw .model(.unexpectedTensor(unknown.name)) }
    self.file = file
    self.sizes = sizes
    tensors = layout.tensors
    header = BundleHeader(graph: graph, tokenizer: tokenizer, name: name, chatTemplate: "")
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

  /// The gains of all norms, with the most fraction bits that leave each of them 4 times the room that its outputs can take up.
  private static func norms(_ file: SafetensorsFile, _ sizes: BertSizes) throws(ImportError) -> [QuantisedNorm] {
    var rows: [(name: String, gains: [Float], room: Double)] = []
    for name in BertTensor.normNames(layers: sizes.layers) {
      let gains = try file.vector(name + ".weight", count: sizes.width)
      let offsets = try file.vector(name + ".bias", count: sizes.width)
      rows.append((name + ".weight", gains, Double(offsets.reduce(0) { max($0, $1.magnitude) })))
    }
    var bits = FractionBits.encoderRow
    for row in rows {
      guard let norm = QuantisedNorm(row.gains, besides: row.room, mostOutputBits: bits) else {
        throw .model(.outOfScale(tensor: row.name))
      }
      bits = norm.outputBits
    }
    var norms: [QuantisedNorm] = []
    for row in rows {
      guard let norm = QuantisedNorm(row.gains, besides: row.room, mostOutputBits: bits) else {
        throw .model(.outOfScale(tensor: row.name))
      }
      norms.append(norm)
    }
    return norms
  }

  private func leaf(_ leaf: Int, of tensor: BertTensor) throws(ImportError) -> [UInt8] {
    // A table's values become fixed point of the rows by its factor alone. [NUM-12]
    let rowFactor = Double(sign: .plus, exponent: rowBits, significand: 1)
    switch tensor {
    case .linear(let name, let channels, let inputs, let factor):
      return try block(leaf, inputs: inputs, factor: factor, name: name) { (channel) throws(ImportError) in
        try file.finiteRow(channel, of: try file.tensor(name, dimensions: [channels, inputs]))
      }
    case .words(let tokens, _, let inputs):
      return try block(leaf, inputs: inputs, factor: rowFactor, name: BertTensor.words) { (token) throws(ImportError) in
        guard token < tokens else { return [Float](repeating: 0, count: inputs) }
        return try file.finiteRow(token, of: try file.tensor(BertTensor.words, dimensions: [sizes.tokens, inputs]))
      }
    case .positions(let positions, _, let inputs):
      return try block(leaf, inputs: inputs, factor: rowFactor, name: BertTensor.positions) { (position) throws(ImportError) in
        guard position < positions, let kinds = file.tensor(BertTensor.kinds) else { return [Float](repeating: 0, count: inputs) }
        let place = try file.finiteRow(position, of: try file.tensor(BertTensor.positions, dimensions: [sizes.positions, inputs]))
        return zip(place, try file.finiteRow(0, of: kinds)).map { $0 + $1 }
      }
    case .gains(let norm): return encoded(norm.gains)
    case .offsets(let name, let count, let factor):
      var values: [Int32] = []
      for value in try file.vector(name, count: count) {
        let scaled = roundedToNearest(Double(value) * factor)
        guard scaled.magnitude < 0x1p29 else { throw .model(.outOfScale(tensor: name)) }
        values.append(Int32(scaled))
      }
      return encoded(values)
    }
  }

  private var rowBits: Int {
    for case .gains(let norm) in tensors { return norm.outputBits }
    return FractionBits.encoderRow
  }

  private func block(
    _ leaf: Int, inputs: Int, factor: Double, name: String, row: (Int) throws(ImportError) -> [Float]
  ) throws(ImportError) -> [UInt8] {
    var rows: [Float] = []
    rows.reserveCapacity(LinearBlock.channels * inputs)
    for channel in 0..<LinearBlock.channels { rows += try row(leaf * LinearBlock.channels + channel) }
    guard let bytes = LinearBlock.bytes(rows: rows, inputs: inputs, factor: factor) else { throw .model(.outOfScale(tensor: name)) }
    return bytes
  }

  private func encoded(_ values: [Int32]) -> [UInt8] {
    var writer = ByteWriter(capacity: 4 * values.count)
    for value in values { writer.write(value) }
    return writer.bytes
  }
}

extension SafetensorsFile {
  /// A tensor that must be there with these dimensions.
  fileprivate func tensor(_ name: String, dimensions: [Int]) throws(ImportError) -> SafetensorsTensor {
    guard let tensor = tensor(name) else { throw .model(.missingTensor(name)) }
    guard tensor.dimensions == dimensions else {
      throw .model(.wrongShape(tensor: name, expected: dimensions, found: tensor.dimensions))
    }
    return tensor
  }

  /// A row whose values are all finite.
  fileprivate func finiteRow(_ index: Int, of tensor: SafetensorsTensor) throws(ImportError) -> [Float] {
    guard let values = row(index, of: tensor) else { throw .model(.notFloatingPoint(tensor: tensor.name)) }
    guard values.allSatisfy(\.isFinite) else { throw .model(.notFinite(tensor: tensor.name)) }
    return values
  }

  /// The values of a vector.
  fileprivate func vector(_ name: String, count: Int) throws(ImportError) -> [Float] {
    try finiteRow(0, of: try tensor(name, dimensions: [count]))
  }
}
