import CKernels

/// The weights of `GroupedLinear` in fewer bytes, where they are those of evenly spaced 4-bit codes, as many files hold them. Never committed and
/// never stored: memory for runs of few rows, whose time is that of reading weights. `[NUM-6]`
public enum CodedLinear {
  /// Whether an instruction set reads coded blocks faster than blocks.
  public static func isFaster(on set: InstructionSet = .selected) -> Bool { ck_isa_reads_codes(set.kernels) }

  /// Bytes of one coded block.
  /// - Precondition: `GroupedLinear.isValid(inputs:)`.
  public static func blockBytes(inputs: Int) -> Int {
    precondition(GroupedLinear.isValid(inputs: inputs))
    return ck_coded_block_bytes(inputs)
  }

  /// Writes a valid block of kind `a16` as a coded one; false where the weights of a group are not evenly spaced.
  /// - Parameter coded: `blockBytes(inputs:)` bytes.
  public static func code(_ block: UnsafeRawBufferPointer, inputs: Int, into coded: UnsafeMutableRawBufferPointer) -> Bool {
    precondition(block.count == GroupedLinear.blockBytes(inputs: inputs) && coded.count == blockBytes(inputs: inputs))
    guard let source = block.baseAddress, let target = coded.baseAddress else { return false }
    return ck_code_block(source.assumingMemoryBound(to: UInt8.self), inputs, target.assumingMemoryBound(to: UInt8.self))
  }

  /// Multiplies quantised rows by consecutive coded blocks: what `GroupedLinear.multiply` gives for the blocks that were coded.
  public static func multiply(
    _ q: Span<Int16>, exponents: Span<UInt8>, inputs: Int, blocks: UnsafeRawBufferPointer, into out: UnsafeMutableBufferPointer<Int32>,
    rowStride: Int, firstColumn: Int = 0, on set: InstructionSet = .selected
  ) {
    let rows = exponents.count
    precondition(q.count == rows * inputs)
    for row in exponents.indices { precondition(exponents[row] <= BlockFloat.maximumExponent) }
    let blockBytes = blockBytes(inputs: inputs)
    guard
      let target = LinearOutput(out, rows: rows, rowStride: rowStride, firstColumn: firstColumn, blocks: blocks, blockBytes: blockBytes)
    else { return }
    q.withUnsafeBufferPointer { q in
      exponents.withUnsafeBufferPointer { exponents in
        guard let qBase = q.baseAddress, let exponentBase = exponents.baseAddress, let blockBase = blocks.baseAddress else { return }
        ck_linear_coded(
          set.kernels, qBase, exponentBase, rows, inputs, blockBase.assumingMemoryBound(to: UInt8.self), target.blockCount, target.base,
          target.rowStride)
      }
    }
  }
}
