/// The tensor types that this importer reads; the raw values are those of the format.
public enum GGUFTensorType: UInt32, CaseIterable, Hashable, Sendable {
  /// IEEE 754 single precision.
  case f32 = 0
  /// IEEE 754 half precision.
  case f16 = 1
  /// Blocks of 32: a scale and 4-bit integers around zero.
  case q40 = 2
  /// Blocks of 32: a scale, a minimum and 4-bit integers.
  case q41 = 3
  /// Blocks of 32: a scale and 5-bit integers around zero.
  case q50 = 6
  /// Blocks of 32: a scale, a minimum and 5-bit integers.
  case q51 = 7
  /// Blocks of 32: a scale and 8-bit integers.
  case q80 = 8
  /// Blocks of 256: 8 scales and minima of 6 bits, 4-bit integers.
  case q4K = 12
  /// Blocks of 256: 16 scales of 8 bits, 6-bit integers around zero.
  case q6K = 14
  /// The upper half of single precision.
  case bf16 = 30

  /// How many values a block holds.
  public var blockValues: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q40, .q41, .q50, .q51, .q80: 32
    case .q4K, .q6K: 256
    }
  }

  /// How many bytes a block takes up.
  public var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q40: 18
    case .q41: 20
    case .q50: 22
    case .q51: 24
    case .q80: 34
    case .q4K: 144
    case .q6K: 210
    }
  }

  /// The name that the format's tools use.
  public var name: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .q40: "Q4_0"
    case .q41: "Q4_1"
    case .q50: "Q5_0"
    case .q51: "Q5_1"
    case .q80: "Q8_0"
    case .q4K: "Q4_K"
    case .q6K: "Q6_K"
    case .bf16: "BF16"
    }
  }
}

/// Where a tensor lies in a GGUF file, and how.
public struct GGUFTensor: Hashable, Sendable {
  /// The tensor's name.
  public let name: String
  /// The dimensions, the fastest first: a matrix of a linear layer has its inputs, then its outputs.
  public let dimensions: [Int]
  /// How values are stored.
  public let type: GGUFTensorType
  /// The tensor's bytes, as offsets in the file.
  public let byteRange: Range<Int>

  /// How many values a row has.
  public var rowWidth: Int { dimensions.first ?? 0 }
  /// How many rows there are.
  public var rowCount: Int { dimensions.dropFirst().reduce(1, *) }
  /// How many bytes a row takes up.
  public var rowBytes: Int { rowWidth / type.blockValues * type.blockBytes }
}
