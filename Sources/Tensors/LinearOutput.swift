/// Where a linear layer writes its channels: `[rows][rowStride]` fixed point, from `firstColumn` on in each row.
struct LinearOutput {
  let base: UnsafeMutablePointer<Int32>
  let rowStride: Int
  let blockCount: Int

  /// Checks that whole blocks are given and that their columns lie in the memory; nil where there is nothing to do.
  init?(
    _ out: UnsafeMutableBufferPointer<Int32>, rows: Int, rowStride: Int, firstColumn: Int, blocks: UnsafeRawBufferPointer, blockBytes: Int
  ) {
    let count = blocks.count / blockBytes
    precondition(blocks.count == count * blockBytes)
    guard rows > 0, count > 0, let start = out.baseAddress else { return nil }
    let columns = count * GroupedLinear.channelsPerBlock
    precondition(firstColumn >= 0 && firstColumn + columns <= rowStride)
    precondition(out.count >= (rows - 1) * rowStride + firstColumn + columns)
    base = start + firstColumn
    self.rowStride = rowStride
    blockCount = count
  }
}
