import CKernels

/// An `i8` operand of a sum or a product: its zero point, and for a sum its factor. `[NUM-44]`
public struct Int8Operand: Hashable, Sendable {
  /// The value that stands for 0.
  public var zero: Int8
  /// The factor to the common scale.
  public var scale: Int8Scale

  /// Makes an operand.
  public init(zero: Int8, scale: Int8Scale) {
    self.zero = zero
    self.scale = scale
  }
}

/// Operations on int8 tensors that need no weights.
public enum Int8Operations {
  /// The sum, or the maximum, of each channel over each window of one output row, rescaled. `[NUM-43]`
  /// - Parameter out: `[columns][channels]`.
  public static func pool(
    _ rows: Int8Rows, window: Int8Window, row: Int, columns: Int, isMaximum: Bool, zero: Int8, scale: Int8Scale, range: Int8Range,
    into out: UnsafeMutableBufferPointer<Int8>
  ) {
    precondition(window.isValid && scale.isValid && range.isValid && row >= 0 && columns >= 1 && out.count == columns * rows.shape.channels)
    var fields = window.kernels
    rows.withKernels { ck_int8_pool($0, &fields, row, columns, isMaximum, zero, scale.kernels, range.kernels, out.baseAddress) }
  }

  /// `out = clamp(rescale(rescale(a - za) + rescale(b - zb)) + z)`; `out` may be `a`. `[NUM-44]`
  public static func add(
    _ a: UnsafeBufferPointer<Int8>, _ left: Int8Operand, _ b: UnsafeBufferPointer<Int8>, _ right: Int8Operand, scale: Int8Scale,
    range: Int8Range, into out: UnsafeMutableBufferPointer<Int8>
  ) {
    precondition(a.count == b.count && out.count == a.count)
    precondition(left.scale.isValid && right.scale.isValid && scale.isValid && range.isValid)
    ck_int8_add(
      a.baseAddress, left.zero, left.scale.kernels, b.baseAddress, right.zero, right.scale.kernels, a.count, scale.kernels, range.kernels,
      out.baseAddress)
  }

  /// `out = clamp(rescale((a - za) (b - zb)) + z)`; `out` may be `a`. `[NUM-45]`
  public static func multiply(
    _ a: UnsafeBufferPointer<Int8>, zero aZero: Int8, _ b: UnsafeBufferPointer<Int8>, zero bZero: Int8, scale: Int8Scale, range: Int8Range,
    into out: UnsafeMutableBufferPointer<Int8>
  ) {
    precondition(a.count == b.count && out.count == a.count && scale.isValid && range.isValid)
    ck_int8_multiply(a.baseAddress, aZero, b.baseAddress, bZero, a.count, scale.kernels, range.kernels, out.baseAddress)
  }

  /// `out[i] = table[a[i] + 128]`; `out` may be `a`. `[NUM-46]`
  public static func look(up a: UnsafeBufferPointer<Int8>, in table: UnsafeBufferPointer<Int8>, into out: UnsafeMutableBufferPointer<Int8>)
  {
    precondition(table.count == 256 && out.count == a.count)
    for index in a.indices { out[index] = table[Int(a[index]) + 128] }
  }
}
