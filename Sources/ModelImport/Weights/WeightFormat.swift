import Inference
import Tensors

/// What a model's linear maps become. `[MODEL-2]`
public enum WeightFormat: String, CaseIterable, Sendable {
  /// 8-bit weights in groups: near to the float model, the default.
  case a16
  /// 8-bit weights and rows, rotated: for speed on processors with 8-bit dot products. The embedding and a head that shares it stay `a16`.
  case h8
  /// 16-bit weights: the float model's text, twice the size.
  case w16

  /// The kind of the embedding's tensor, which cannot be rotated. `[GRAPH-4]`
  var table: LinearFormat { self == .w16 ? .w16 : .a16 }

  /// The kind of the layers' tensors.
  var layers: LinearFormat {
    switch self {
    case .a16: .a16
    case .h8: .h8
    case .w16: .w16
    }
  }
}

extension LinearFormat {
  /// The leaf of 16 rows whose products are to be multiplied by `factor`; nil where a factor has no scale.
  func leaf(rows: [Float], inputs: Int, factor: Double) -> [UInt8]? {
    switch self {
    case .a16: LinearBlock.bytes(rows: rows, inputs: inputs, factor: factor * 0x1p12)
    case .h8: RotatedBlock.bytes(rows: rows, inputs: inputs, factor: factor)
    case .w16: WideBlock.bytes(rows: rows, inputs: inputs, factor: factor)
    }
  }

  /// The bits that a table's scale holds beyond its own: those that the first rounding of a product takes off.
  var tableBits: Int { self == .w16 ? 8 : 12 }
}
