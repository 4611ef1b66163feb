import CKernels

/// Linear layers with weights of 16 bits. `[NUM-32]`
public enum WideLinear {
  /// Multiplies quantised rows by consecutive valid blocks of kind `w16`; as `GroupedLinear.multiply`.
  public static func multiply(
    _ q: Span<Int16>, exponents: Span<UInt8>, inputs: Int, blocks: UnsafeRawBufferPointer, into out: UnsafeMutableBufferPointer<Int32>,
    rowStride: Int, firstColumn: Int = 0, on set: InstructionSet = .selected
  ) {
    let rows = exponents.count
    precondition(q.count == rows * inputs)
    for row in exponents.indices { precondition(exponents[row] <= BlockFloat.maximumExponent) }
    let blockBytes = LinearFormat.w16.blockBytes(inputs: inputs)
    guard
      let target = LinearOutput(out, rows: rows, rowStride: rowStride, firstColumn: firstColumn, blocks: blocks, blockBytes: blockBytes)
    else { return }
    q.withUnsafeBufferPointer { q in
      exponents.withUnsafeBufferPointer { exponents in
        guard let qBase = q.baseAddress, let exponentBase = exponents.baseAddress, let blockBase = blocks.baseAddress else { return }
        ck_linear_wide(
          set.kernels, qBase, exponentBase, rows, inputs, blockBase.assumingMemoryBound(to: UInt8.self), target.blockCount, target.base,
          target.rowStride)
      }
    }
  }

  /// One channel of a valid block as a row of fixed point: `sat32(rs(w * M, n))`, `n = sh - shiftDelta` bounded to 0...62. `[NUM-12]`
  /// - Parameters:
  ///   - shiftDelta: in -62...62.
  ///   - row: `[inputs]`.
  public static func embed(
    channel: Int, ofBlock block: UnsafeRawBufferPointer, inputs: Int, shiftDelta: Int, into row: consuming MutableSpan<Int32>
  ) {
    precondition(block.count == LinearFormat.w16.blockBytes(inputs: inputs) && row.count == inputs)
    precondition((0..<GroupedLinear.channelsPerBlock).contains(channel) && (-62...62).contains(shiftDelta))
    row.withUnsafeMutableBufferPointer { row in
      guard let blockBase = block.baseAddress, let rowBase = row.baseAddress else { return }
      ck_wide_embed_row(blockBase.assumingMemoryBound(to: UInt8.self), inputs, channel, Int32(shiftDelta), rowBase)
    }
  }
}
