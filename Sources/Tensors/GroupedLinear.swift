import CKernels

/// Linear layers with int8 weights in groups of 32 along the input, executed from the bundle's bytes as they are. `[NUM-6]` `[MODEL-3]`
///
/// Weights come in blocks of 16 output channels. A block with `k` inputs is: int8 weights `[k/2][16][2]`, u16 group multipliers
/// `[k/32][16]`, u32 multipliers `[16]`, u32 shifts `[16]`, all little-endian.
public enum GroupedLinear {
  /// Output channels of a block.
  public static let channelsPerBlock = 16
  /// The number of inputs is a multiple of this.
  public static let inputStep = 64
  /// The largest number of inputs.
  public static let maximumInputs = 16384

  /// Whether a layer may have `inputs` columns.
  public static func isValid(inputs: Int) -> Bool { inputs > 0 && inputs <= maximumInputs && inputs % inputStep == 0 }

  /// Bytes of one block; a multiple of 64.
  public static func blockBytes(inputs: Int) -> Int {
    precondition(isValid(inputs: inputs))
    return ck_block_bytes(inputs)
  }

  /// Whether every number of one block is in its range: weights in -127...127, group multipliers in 1...4095, multipliers below 2^24, shifts in
  /// 17...62. `[MODEL-4]` A block whose length does not fit `inputs` is not valid.
  public static func isValidBlock(_ block: UnsafeRawBufferPointer, inputs: Int) -> Bool {
    guard isValid(inputs: inputs), block.count == ck_block_bytes(inputs), let base = block.baseAddress else { return false }
    return ck_block_is_valid(base.assumingMemoryBound(to: UInt8.self), inputs)
  }

  /// Multiplies quantised rows by consecutive blocks, each of which `isValidBlock` has accepted.
  ///
  /// The value of an output depends on its row and its channel alone, so a caller may split rows and blocks over threads as it likes: only the
  /// columns `firstColumn ..< firstColumn + 16 * blocks` of each row are written.
  /// - Parameters:
  ///   - q: `[rows][inputs]` int16, from `BlockFloat`.
  ///   - exponents: `[rows]`, each at most 16.
  ///   - blocks: whole blocks; no alignment is required.
  ///   - out: `[rows][rowStride]` fixed point.
  ///   - rowStride: columns from one row of `out` to the next.
  ///   - firstColumn: where in a row the first block's channels go.
  public static func multiply(
    _ q: Span<Int16>, exponents: Span<UInt8>, inputs: Int, blocks: UnsafeRawBufferPointer, into out: UnsafeMutableBufferPointer<Int32>,
    rowStride: Int, firstColumn: Int = 0, on set: InstructionSet = .selected
  ) {
    let rows = exponents.count
    let blockBytes = blockBytes(inputs: inputs)
    let blockCount = blocks.count / blockBytes
    precondition(blocks.count == blockCount * blockBytes)
    guard rows > 0, blockCount > 0 else { return }
    precondition(q.count == rows * inputs)
    precondition(firstColumn >= 0 && firstColumn + blockCount * channelsPerBlock <= rowStride)
    precondition(out.count >= (rows - 1) * rowStride + firstColumn + blockCount * channelsPerBlock)
    for row in exponents.indices { precondition(exponents[row] <= BlockFloat.maximumExponent) }
    q.withUnsafeBufferPointer { q in
      exponents.withUnsafeBufferPointer { exponents in
        guard let qBase = q.baseAddress, let exponentBase = exponents.baseAddress, let outBase = out.baseAddress,
          let blockBase = blocks.baseAddress
        else { return }
        ck_linear(
          set.kernels, qBase, exponentBase, rows, inputs, blockBase.assumingMemoryBound(to: UInt8.self), blockCount, outBase + firstColumn,
          rowStride)
      }
    }
  }

  /// `multiply` into memory that no other thread writes.
  public static func multiply(
    _ q: Span<Int16>, exponents: Span<UInt8>, inputs: Int, blocks: UnsafeRawBufferPointer, into out: consuming MutableSpan<Int32>,
    rowStride: Int, on set: InstructionSet = .selected
  ) {
    out.withUnsafeMutableBufferPointer { out in
      multiply(q, exponents: exponents, inputs: inputs, blocks: blocks, into: out, rowStride: rowStride, on: set)
    }
  }

  /// One channel of a valid block as a row of fixed point: `sat32(rs(w * Mg * M, n))`, `n = sh - shiftDelta` bounded to 0...62. This is how an
  /// embedding reads a tensor that it shares with the head. `[NUM-12]`
  /// - Parameters:
  ///   - shiftDelta: in -62...62.
  ///   - row: `[inputs]`.
  public static func embed(
    channel: Int, ofBlock block: UnsafeRawBufferPointer, inputs: Int, shiftDelta: Int, into row: consuming MutableSpan<Int32>
  ) {
    precondition(block.count == blockBytes(inputs: inputs) && row.count == inputs && (0..<channelsPerBlock).contains(channel))
    precondition((-62...62).contains(shiftDelta))
    row.withUnsafeMutableBufferPointer { row in
      guard let blockBase = block.baseAddress, let rowBase = row.baseAddress else { return }
      ck_embed_row(blockBase.assumingMemoryBound(to: UInt8.self), inputs, channel, Int32(shiftDelta), rowBase)
    }
  }
}
