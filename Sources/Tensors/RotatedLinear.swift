import CKernels

/// Linear layers over rows that are rotated by a Walsh-Hadamard transform and reduced to 8 bits. `[NUM-31]`
public enum RotatedLinear {
  /// Transforms a quantised row of `inputs` columns and reduces it to 8 bits.
  /// - Parameters:
  ///   - q: from `BlockFloat`.
  ///   - b: as many columns, each in -127...127 afterwards.
  /// - Returns: the largest magnitude of the transform, 1 to 2^29.
  public static func rotate(_ q: Span<Int16>, into b: consuming MutableSpan<Int16>, on set: InstructionSet = .selected) -> UInt32 {
    precondition(GroupedLinear.isValid(inputs: q.count) && b.count == q.count)
    return q.withUnsafeBufferPointer { q in
      b.withUnsafeMutableBufferPointer { b in
        guard let qBase = q.baseAddress, let bBase = b.baseAddress else { return 1 }
        return ck_rotate(set.kernels, qBase, q.count, bBase)
      }
    }
  }

  /// Multiplies rotated rows by consecutive valid blocks of kind `h8`; as `GroupedLinear.multiply`.
  /// - Parameters:
  ///   - b: `[rows][inputs]`, from `rotate`.
  ///   - magnitudes: `[rows]`, what `rotate` returned.
  ///   - exponents: `[rows]`, of the rows before the rotation, each at most 16.
  public static func multiply(
    _ b: Span<Int16>, magnitudes: Span<UInt32>, exponents: Span<UInt8>, inputs: Int, blocks: UnsafeRawBufferPointer,
    into out: UnsafeMutableBufferPointer<Int32>, rowStride: Int, firstColumn: Int = 0, on set: InstructionSet = .selected
  ) {
    let rows = exponents.count
    precondition(b.count == rows * inputs && magnitudes.count == rows)
    for row in exponents.indices {
      precondition(exponents[row] <= BlockFloat.maximumExponent && (1...1 << 29).contains(magnitudes[row]))
    }
    let blockBytes = LinearFormat.h8.blockBytes(inputs: inputs)
    guard
      let target = LinearOutput(out, rows: rows, rowStride: rowStride, firstColumn: firstColumn, blocks: blocks, blockBytes: blockBytes)
    else { return }
    b.withUnsafeBufferPointer { b in
      magnitudes.withUnsafeBufferPointer { magnitudes in
        exponents.withUnsafeBufferPointer { exponents in
          guard let bBase = b.baseAddress, let magnitudeBase = magnitudes.baseAddress, let exponentBase = exponents.baseAddress,
            let blockBase = blocks.baseAddress
          else { return }
          ck_linear_rotated(
            set.kernels, bBase, magnitudeBase, exponentBase, rows, inputs, blockBase.assumingMemoryBound(to: UInt8.self), target.blockCount,
            target.base, target.rowStride)
        }
      }
    }
  }
}
