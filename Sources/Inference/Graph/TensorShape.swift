import Bytes
import Tensors

/// The kind and size of a tensor, from which its leaves follow. `[MODEL-2]`
public enum TensorShape: Hashable, Sendable {
  /// Weights in blocks of 16 output channels; a leaf is one block.
  case linear(channels: Int, inputs: Int, format: LinearFormat = .a16)
  /// `count` values `i32`; one leaf.
  case vector(count: Int)
  /// Cosine and sine pairs for each position; a leaf is one position.
  case rotation(positions: Int, width: Int)
  /// `count` values `i32` of any magnitude, which are added; one leaf.
  case offsets(count: Int)
  /// Int8 weights in blocks of 8 output channels, with bias, multiplier and shift of each; a leaf is one block. `[MODEL-8]`
  case convolution(channels: Int, inputs: Int)
  /// A function of an `i8`: 256 values; one leaf. `[MODEL-8]`
  case table

  /// Output channels in one block of a linear tensor.
  public static let blockChannels = 16

  /// Bytes in one leaf.
  public var leafBytes: Int {
    switch self {
    case .linear(_, let inputs, .a16): 17 * inputs + 128
    case .linear(_, let inputs, .h8): 16 * inputs + 128
    case .linear(_, let inputs, .w16): 32 * inputs + 128
    case .vector(let count), .offsets(let count): 4 * count
    case .rotation(_, let width): 4 * width
    case .convolution(_, let inputs): Int8Convolution.blockBytes(inputs: inputs)
    case .table: 256
    }
  }

  /// How many leaves the tensor has.
  public var leafCount: Int {
    switch self {
    case .linear(let channels, _, _): channels / TensorShape.blockChannels
    case .vector, .offsets, .table: 1
    case .rotation(let positions, _): positions
    case .convolution(let channels, _): Int8Convolution.blocks(ofChannels: channels)
    }
  }

  /// Bytes in the whole tensor.
  public var byteCount: Int { leafBytes * leafCount }

  /// Whether a tensor graph has such tensors; all other graphs have the others. `[MODEL-8]`
  var isInt8: Bool {
    switch self {
    case .convolution, .table: true
    case .linear, .vector, .rotation, .offsets: false
    }
  }

  var isValid: Bool {
    switch self {
    case .linear(let channels, let inputs, _):
      (16...1 << 20).contains(channels) && channels.isMultiple(of: 16) && (64...16384).contains(inputs) && inputs.isMultiple(of: 64)
    case .vector(let count), .offsets(let count): (1...16384).contains(count)
    case .rotation(let positions, let width): (1...16384).contains(positions) && (16...256).contains(width) && width.isMultiple(of: 16)
    case .convolution(let channels, let inputs):
      (1...Int8Shape.channelLimit).contains(channels) && (1...Int8Convolution.maximumInputs).contains(inputs)
    case .table: true
    }
  }
}

extension TensorShape: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    let tag = try reader.read(UInt8.self)
    switch tag {
    case 1: self = .vector(count: Int(try reader.read(UInt32.self)))
    case 2: self = .rotation(positions: Int(try reader.read(UInt32.self)), width: Int(try reader.read(UInt32.self)))
    case 3: self = .offsets(count: Int(try reader.read(UInt32.self)))
    case 16: self = .convolution(channels: Int(try reader.read(UInt32.self)), inputs: Int(try reader.read(UInt32.self)))
    case 17: self = .table
    default:
      guard let format = LinearFormat(rawValue: tag) else { throw .unknownTag }
      self = .linear(channels: Int(try reader.read(UInt32.self)), inputs: Int(try reader.read(UInt32.self)), format: format)
    }
    guard isValid else { throw .outOfRange }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .linear(let channels, let inputs, let format):
      writer.write(format.rawValue)
      writer.writeCount(channels)
      writer.writeCount(inputs)
    case .vector(let count):
      writer.write(UInt8(1))
      writer.writeCount(count)
    case .rotation(let positions, let width):
      writer.write(UInt8(2))
      writer.writeCount(positions)
      writer.writeCount(width)
    case .offsets(let count):
      writer.write(UInt8(3))
      writer.writeCount(count)
    case .convolution(let channels, let inputs):
      writer.write(UInt8(16))
      writer.writeCount(channels)
      writer.writeCount(inputs)
    case .table: writer.write(UInt8(17))
    }
  }
}
