import CKernels

/// The kinds of linear tensors. They differ in the layout of a block and in how a quantised row is multiplied by it. `[MODEL-2]` `[MODEL-3]`
public enum LinearFormat: UInt8, CaseIterable, Hashable, Sendable {
  /// Weights of 8 bits with a multiplier for each 32 inputs. `[NUM-6]`
  case a16 = 0
  /// Weights of 8 bits, rotated by a Walsh-Hadamard transform as the rows are. `[NUM-31]`
  case h8 = 4
  /// Weights of 16 bits. `[NUM-32]`
  case w16 = 5

  /// Bytes of one block of 16 output channels; a multiple of 64.
  /// - Precondition: `GroupedLinear.isValid(inputs:)`.
  public func blockBytes(inputs: Int) -> Int {
    precondition(GroupedLinear.isValid(inputs: inputs))
    return switch self {
    case .a16: ck_block_bytes(inputs)
    case .h8: ck_rotated_block_bytes(inputs)
    case .w16: ck_wide_block_bytes(inputs)
    }
  }

  /// Whether every number of one block is in its range. A block whose length does not fit `inputs` is not valid. `[MODEL-4]`
  public func isValidBlock(_ block: UnsafeRawBufferPointer, inputs: Int) -> Bool {
    guard GroupedLinear.isValid(inputs: inputs), block.count == blockBytes(inputs: inputs), let base = block.baseAddress else {
      return false
    }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    return switch self {
    case .a16: ck_block_is_valid(bytes, inputs)
    case .h8: ck_rotated_block_is_valid(bytes, inputs)
    case .w16: ck_wide_block_is_valid(bytes, inputs)
    }
  }
}
