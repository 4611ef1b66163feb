import CKernels

/// Rows of int16 that share a power-of-two exponent: the real number behind `q` is `q * 2^exponent` units of the row's fixed point.
/// `[NUM-4]` `[NUM-5]`
public enum BlockFloat {
  /// The largest exponent that a row of fixed point can need.
  public static let maximumExponent: UInt8 = 16

  /// Quantises a row of fixed point: `e = max(0, bl(max|y|) - 15)`, `q = min(rs(y, e), 32767)`, `rs` by `[NUM-2]`.
  ///
  /// This is the input of a linear layer and, with the exponent before it, the packed form of a committed row.
  /// - Returns: the exponent, at most 16.
  public static func quantise(_ row: Span<Int32>, into q: consuming MutableSpan<Int16>, on set: InstructionSet = .selected) -> UInt8 {
    precondition(q.count == row.count)
    return row.withUnsafeBufferPointer { row in
      q.withUnsafeMutableBufferPointer { q in
        guard let rowBase = row.baseAddress, let qBase = q.baseAddress else { return 0 }
        return ck_quantise(set.kernels, rowBase, row.count, qBase)
      }
    }
  }

  /// The fixed point of a packed row or chunk: `sat32(q * 2^exponent)`.
  public static func unpack(
    _ q: Span<Int16>, exponent: UInt8, into row: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition(row.count == q.count && exponent <= maximumExponent)
    q.withUnsafeBufferPointer { q in
      row.withUnsafeMutableBufferPointer { row in
        guard let qBase = q.baseAddress, let rowBase = row.baseAddress else { return }
        ck_unpack(set.kernels, qBase, exponent, q.count, rowBase)
      }
    }
  }

  /// Quantises a row that arrives as packed chunks: the value of `unpack` for each chunk, then of `quantise` for the whole row.
  /// - Parameters:
  ///   - packed: the chunks' int16, one after the other.
  ///   - exponents: one for each chunk.
  ///   - chunkColumns: columns of a chunk; the last chunk may be shorter.
  /// - Returns: the exponent, at most 16.
  public static func requantise(
    _ packed: Span<Int16>, exponents: Span<UInt8>, chunkColumns: Int, into q: consuming MutableSpan<Int16>,
    on set: InstructionSet = .selected
  ) -> UInt8 {
    precondition(chunkColumns > 0 && q.count == packed.count)
    precondition(exponents.count == (packed.count + chunkColumns - 1) / chunkColumns)
    for chunk in exponents.indices { precondition(exponents[chunk] <= maximumExponent) }
    return packed.withUnsafeBufferPointer { packed in
      exponents.withUnsafeBufferPointer { exponents in
        q.withUnsafeMutableBufferPointer { q in
          guard let packedBase = packed.baseAddress, let exponentBase = exponents.baseAddress, let qBase = q.baseAddress else { return 0 }
          return ck_requantise(set.kernels, packedBase, exponentBase, packed.count, chunkColumns, qBase)
        }
      }
    }
  }

  /// Narrows fixed point to int16 with a static shift: `q = sat16(rs(a, shift))`, shift in 0...62. `[NUM-8]`
  public static func narrow(
    _ row: Span<Int32>, shift: Int, into q: consuming MutableSpan<Int16>, on set: InstructionSet = .selected
  ) {
    precondition(q.count == row.count && (0...62).contains(shift))
    row.withUnsafeBufferPointer { row in
      q.withUnsafeMutableBufferPointer { q in
        guard let rowBase = row.baseAddress, let qBase = q.baseAddress else { return }
        ck_narrow(set.kernels, rowBase, row.count, Int32(shift), qBase)
      }
    }
  }
}
