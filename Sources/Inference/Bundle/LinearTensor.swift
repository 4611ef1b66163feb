import Tensors

extension TensorShape {
  /// One channel of a well-formed block of a table as a row of fixed point. `[NUM-12]`
  /// - Precondition: the tensor is linear, and not of kind `h8`, as `[GRAPH-4]` demands of a table.
  func embed(channel: Int, ofBlock block: UnsafeRawBufferPointer, shiftDelta: Int, into row: consuming MutableSpan<Int32>) {
    switch self {
    case .linear(_, let inputs, .a16):
      GroupedLinear.embed(channel: channel, ofBlock: block, inputs: inputs, shiftDelta: shiftDelta, into: row)
    case .linear(_, let inputs, .w16):
      WideLinear.embed(channel: channel, ofBlock: block, inputs: inputs, shiftDelta: shiftDelta, into: row)
    case .linear(_, _, .h8), .vector, .rotation, .offsets, .convolution, .table:
      preconditionFailure("a valid graph has a table of another kind")
    }
  }
}
