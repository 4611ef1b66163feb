import Bytes
import Cryptography
import Inference
import Text

/// The test model of SPEC.md, built from its seed. `[TESTMODEL-1]`
public enum TinyModel {
  /// The loaded model.
  public static let model: Model = {
    do { return try Model(ModelBytes(copying: bundle)) } catch { fatalError("the test model does not load: \(error)") }
  }()

  /// The trees over its tensors.
  public static let trees = ModelTrees(model)

  /// Its commitment.
  public static let commitment = trees.commitment(to: model)

  /// The bytes of its bundle.
  public static let bundle: [UInt8] = {
    var bytes = header.preamble
    var stream = TestStream(seed: "probity test model 1")
    for (index, shape) in graph.tensors.enumerated() {
      bytes += [UInt8](repeating: 0, count: BundleHeader.padding(after: bytes.count))
      for _ in 0..<shape.leafCount { bytes += leaf(of: shape, shiftBase: shiftBase(ofTensor: index), from: &stream) }
    }
    return bytes
  }()

  /// Its header. `[TESTMODEL-4]`
  public static let header: BundleHeader = {
    let tokens = (0..<256).map { TokenizerDescription.Token([UInt8($0)], .byte) }
    do {
      let tokenizer = try TokenizerDescription(
        splitRule: .gpt2, tokens: tokens, merges: [], beginningToken: nil, addsBeginningToken: false)
      return BundleHeader(graph: graph, tokenizer: tokenizer, name: "probity-test", chatTemplate: "")
    } catch { fatalError("the test tokenizer is refused: \(error)") }
  }()

  /// Its graph. `[TESTMODEL-2]`
  public static let graph: GraphDescription = {
    var tensors: [TensorShape] = [.linear(channels: 256, inputs: 64), .rotation(positions: 64, width: 32)]
    var segments: [Segment] = [.embedding(.init(table: 0, delta: 9))]
    func norm(_ gain: Int) -> Norm { Norm(gain: gain, epsilon: 171_798, shift: 26) }
    for layer in 0..<2 {
      let (t, s, x) = (2 + 9 * layer, 1 + 7 * layer, 7 * layer)
      tensors += [
        .vector(count: 64), .linear(channels: 128, inputs: 64), .linear(channels: 64, inputs: 64), .linear(channels: 64, inputs: 64),
        .linear(channels: 64, inputs: 128), .vector(count: 64), .linear(channels: 128, inputs: 64), .linear(channels: 128, inputs: 64),
        .linear(channels: 64, inputs: 128),
      ]
      segments += [
        .projection(
          .init(source: x, norm: norm(t), map: .init(weights: t + 1), chunk: 32, rotation: 1, shift: 34, isChunkMajor: false)),
        .projection(
          .init(source: x, norm: norm(t), map: .init(weights: t + 2), chunk: 16, rotation: 1, shift: 37, isChunkMajor: true)),
        .projection(
          .init(source: x, norm: norm(t), map: .init(weights: t + 3), chunk: 16, rotation: nil, shift: 6, isChunkMajor: true)),
        .attention(.init(query: s, key: s + 1, value: s + 2, groups: 2, heads: 4, width: 32, scoreShift: 5, valueShift: 6)),
        .residual(.init(source: s + 3, map: .init(weights: t + 4), residual: x, chunk: 32)),
        .gate(
          .init(
            source: s + 4, norm: norm(t + 5), map: .init(weights: t + 6), activation: .silu(up: .init(weights: t + 7)), chunk: 32, shift: 18
          )),
        .residual(.init(source: s + 5, map: .init(weights: t + 8), residual: s + 4, chunk: 16)),
      ]
    }
    tensors.append(.vector(count: 64))
    segments += [.maxima(.init(source: 14, norm: norm(20), weights: 0, chunk: 128)), .argmax(.init(maxima: 15))]
    return GraphDescription(vocabulary: 256, context: 64, stopTokens: [10, 157], tensors: tensors, segments: segments)
  }()

  static func shiftBase(ofTensor index: Int) -> UInt32 {
    guard index >= 2, index < 20 else { return 36 }
    return [0, 36, 36, 36, 32, 0, 35, 36, 31][(index - 2) % 9]
  }

  /// `[TESTMODEL-3]`
  static func leaf(of shape: TensorShape, shiftBase: UInt32, from stream: inout TestStream) -> [UInt8] {
    var writer = ByteWriter(capacity: shape.leafBytes)
    switch shape {
    case .linear(_, let inputs, let format):
      for _ in 0..<16 * inputs {
        if format == .w16 {
          writer.write(Int16(Int(stream.next() as UInt16) % 65535 - 32767))
        } else {
          writer.write(Int8(Int(stream.next() as UInt8) % 255 - 127))
        }
      }
      if format == .a16 { for _ in 0..<inputs / 2 { writer.write(1 + (stream.next() as UInt16) % 4095) } }
      for _ in 0..<16 { writer.write(1 << 23 + (stream.next() as UInt32) % (1 << 23)) }
      for _ in 0..<16 { writer.write(shiftBase + UInt32(stream.next() as UInt8) % 2) }
    case .vector(let count):
      for _ in 0..<count {
        let value: UInt32 = stream.next()
        let magnitude = Int32(1 << 18 + (value >> 1) % (1 << 19))
        writer.write(value.isMultiple(of: 2) ? magnitude : -magnitude)
      }
    case .rotation(_, let width):
      for _ in 0..<width / 2 {
        let t = Int(stream.next() as UInt16)
        let one = 1 << 32
        writer.write(rotationEntry(one - t * t, one + t * t))
        writer.write(rotationEntry(t << 17, one + t * t))
      }
    case .offsets(let count):
      for _ in 0..<count {
        let value: UInt32 = stream.next()
        let magnitude = Int32((value >> 1) % (1 << 18))
        writer.write(value.isMultiple(of: 2) ? magnitude : -magnitude)
      }
    case .convolution, .table: fatalError("the test models of text have no int8 tensors")
    }
    return writer.bytes
  }
}

/// `floor(2^30 * numerator / denominator)`, both not negative and below 2^34.
private func rotationEntry(_ numerator: Int, _ denominator: Int) -> Int32 { Int32((UInt64(numerator) << 30) / UInt64(denominator)) }

/// A stream of bytes from SHA-256 in counter mode. `[TESTMODEL-1]`
public struct TestStream {
  private let seed: [UInt8]
  private var counter: UInt64 = 0
  private var buffer: [UInt8] = []
  private var offset = 0

  /// Makes the stream of a seed.
  public init(seed: String) { self.seed = Array(seed.utf8) }

  /// The next integer, little-endian.
  public mutating func next<Value: FixedWidthInteger & UnsignedInteger>() -> Value {
    var value: Value = 0
    for index in 0..<Value.bitWidth / 8 { value |= Value(truncatingIfNeeded: byte()) << Value(8 * index) }
    return value
  }

  private mutating func byte() -> UInt8 {
    if offset == buffer.count {
      var writer = ByteWriter()
      writer.writeFixed(seed)
      writer.write(counter)
      buffer = Digest.hash(writer.bytes).bytes
      counter += 1
      offset = 0
    }
    defer { offset += 1 }
    return buffer[offset]
  }
}
