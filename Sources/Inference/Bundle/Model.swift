import Bytes
import Cryptography
import Merkle
import Tensors
import Text

/// A loaded bundle: every leaf that a step can read is well formed, so the executor can run without a check. `[MODEL-1]` `[MODEL-4]`
public final class Model: Sendable {
  /// The program.
  public let graph: Graph
  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// A name for people.
  public let name: String
  /// The chat template, as the model's makers wrote it.
  public let chatTemplate: String
  /// SHA-256 of the tokenizer's encoding.
  public let tokenizerDigest: Digest

  /// The bundle.
  package let bytes: ModelBytes
  private let offsets: [Int]
  /// Copies of weights that decoding reads faster, if the model is prepared for it.
  let coded: CodedWeights?

  /// Checks and loads a bundle; it reads every byte that a run can read once. `[MODEL-4]` `[MODEL-6]`
  public init(_ bytes: ModelBytes) throws(BundleRejection) {
    let buffer = bytes.buffer
    let prefix = BundleHeader.magic.count + 4
    guard buffer.count >= prefix, buffer.prefix(BundleHeader.magic.count).elementsEqual(BundleHeader.magic) else { throw .notABundle }
    let headerBytes = Int(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: BundleHeader.magic.count, as: UInt32.self)))
    guard headerBytes <= BundleHeader.byteLimit else { throw .header(.countAboveLimit) }
    guard headerBytes <= buffer.count - prefix else { throw .size }
    let header: BundleHeader
    do { header = try BundleHeader(decoding: Array(buffer[prefix..<prefix + headerBytes])) } catch { throw .header(error) }
    let graph: Graph
    do { graph = try Graph(header.graph) } catch { throw .graph(error) }
    guard graph.fits(header.tokenizer) else { throw .tokenizer }
    var offset = prefix + headerBytes
    var offsets: [Int] = []
    for shape in graph.tensors {
      let padding = BundleHeader.padding(after: offset)
      guard buffer.count - offset >= padding + shape.byteCount else { throw .size }
      guard buffer[offset..<offset + padding].allSatisfy({ $0 == 0 }) else { throw .padding }
      offsets.append(offset + padding)
      offset += padding + shape.byteCount
    }
    guard offset == buffer.count else { throw .size }
    self.graph = graph
    self.offsets = offsets
    self.bytes = bytes
    coded = nil
    tokenizer = Tokenizer(header.tokenizer)
    tokenizerDigest = Digest.hash(header.tokenizer.encoded)
    name = header.name
    chatTemplate = header.chatTemplate
    for (tensor, (shape, usedCount)) in zip(graph.tensors, graph.usedLeafCounts).enumerated() {
      for leaf in 0..<usedCount where !shape.isWellFormed(self.leaves(leaf..<leaf + 1, of: tensor)) {
        throw .malformedLeaf(tensor: tensor, leaf: leaf)
      }
    }
  }

  /// The same model with copies of its weights.
  init(_ model: Model, coded: CodedWeights) {
    graph = model.graph
    offsets = model.offsets
    bytes = model.bytes
    self.coded = coded
    tokenizer = model.tokenizer
    tokenizerDigest = model.tokenizerDigest
    name = model.name
    chatTemplate = model.chatTemplate
  }

  /// The bytes of a range of a tensor's leaves; valid while the model lives.
  /// - Precondition: tensor and range exist.
  public func leaves(_ range: Range<Int>, of tensor: Int) -> UnsafeRawBufferPointer {
    let shape = graph.tensors[tensor]
    precondition(range.lowerBound >= 0 && range.upperBound <= shape.leafCount)
    let start = offsets[tensor] + range.lowerBound * shape.leafBytes
    return UnsafeRawBufferPointer(rebasing: bytes.buffer[start..<start + range.count * shape.leafBytes])
  }

  /// All bytes of a tensor; valid while the model lives.
  public func tensor(_ index: Int) -> UnsafeRawBufferPointer { leaves(0..<graph.tensors[index].leafCount, of: index) }
}

extension TensorShape {
  /// Whether one leaf holds only numbers in range. `[MODEL-4]`
  func isWellFormed(_ leaf: UnsafeRawBufferPointer) -> Bool {
    guard leaf.count == leafBytes else { return false }
    switch self {
    case .linear(_, let inputs, let format): return format.isValidBlock(leaf, inputs: inputs)
    case .vector: return TensorShape.values(of: leaf).allSatisfy { $0.magnitude < 1 << 23 }
    case .rotation: return TensorShape.values(of: leaf).allSatisfy { $0.magnitude <= 1 << 30 }
    case .convolution(_, let inputs): return Int8Convolution.isValidBlock(leaf, inputs: inputs)
    case .table: return true
    case .offsets: return TensorShape.values(of: leaf).allSatisfy { $0 > Int32.min }
    }
  }

  /// The `i32` values of a vector or rotation leaf.
  static func values(of leaf: UnsafeRawBufferPointer) -> [Int32] {
    (0..<leaf.count / 4).map { Int32(littleEndian: leaf.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
  }
}
