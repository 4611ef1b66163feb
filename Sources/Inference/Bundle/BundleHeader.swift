import Bytes
import Text

/// Why bytes are not a model bundle. `[MODEL-1]` `[MODEL-4]` `[MODEL-6]`
public enum BundleRejection: Error, Hashable, Sendable {
  /// The file does not begin as a bundle does.
  case notABundle
  /// The header is not a canonical encoding.
  case header(DecodingRejection)
  /// The graph is not valid.
  case graph(GraphRejection)
  /// The tokenizer has more tokens than the graph's vocabulary.
  case tokenizer
  /// Padding is not zero.
  case padding
  /// The file is shorter or longer than its header says.
  case size
  /// A leaf that steps read holds a number out of range.
  case malformedLeaf(tensor: Int, leaf: Int)
}

/// The part of a bundle before its tensors. `[MODEL-1]`
public struct BundleHeader: Sendable {
  /// The graph, not yet checked.
  public var graph: GraphDescription
  /// The tokenizer.
  public var tokenizer: TokenizerDescription
  /// A name for people.
  public var name: String
  /// The chat template, as the model's makers wrote it.
  public var chatTemplate: String

  /// The first bytes of a bundle.
  public static let magic = Array("PROBITY1".utf8)
  /// Every tensor begins at a multiple of this many bytes.
  public static let alignment = 64
  /// The longest tokenizer, in bytes.
  public static let tokenizerByteLimit = 1 << 25
  /// The longest header, in bytes.
  public static let byteLimit = GraphDescription.byteLimit + tokenizerByteLimit + 66_000

  /// Makes a header.
  public init(graph: GraphDescription, tokenizer: TokenizerDescription, name: String, chatTemplate: String) {
    self.graph = graph
    self.tokenizer = tokenizer
    self.name = name
    self.chatTemplate = chatTemplate
  }

  /// Magic, counted header and padding: all bytes before the first tensor.
  public var preamble: [UInt8] {
    var writer = ByteWriter()
    writer.writeFixed(BundleHeader.magic)
    writer.writeCounted(encoded)
    writer.writeFixed([UInt8](repeating: 0, count: BundleHeader.padding(after: writer.bytes.count)))
    return writer.bytes
  }

  /// Zero bytes between `offset` and the next multiple of the alignment.
  public static func padding(after offset: Int) -> Int { (alignment - offset % alignment) % alignment }
}

extension BundleHeader: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    graph = try GraphDescription(decoding: try reader.readCounted(atMost: GraphDescription.byteLimit))
    tokenizer = try TokenizerDescription(decoding: try reader.readCounted(atMost: BundleHeader.tokenizerByteLimit))
    name = String(decoding: try reader.readText(atMost: 256), as: UTF8.self)
    chatTemplate = String(decoding: try reader.readText(atMost: 65_536), as: UTF8.self)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCounted(graph.encoded)
    writer.writeCounted(tokenizer.encoded)
    writer.writeCounted(Array(name.utf8))
    writer.writeCounted(Array(chatTemplate.utf8))
  }
}
