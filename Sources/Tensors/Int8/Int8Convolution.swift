import CKernels

/// Convolutions of int8 tensors with int8 weights and per-channel multipliers, executed from the bundle's bytes as they are. `[NUM-42]`
///
/// Weights come in blocks of 8 output channels. A block with `k` inputs is: int8 weights `[ceil(k/2)][8][2]`, i32 biases `[8]`, u32
/// multipliers `[8]`, u32 shifts `[8]`, all little-endian. `[MODEL-8]`
public enum Int8Convolution {
  /// Output channels of a block.
  public static let channelsPerBlock = 8
  /// The largest number of inputs of a channel.
  public static let maximumInputs = Int(CK_INT8_INPUTS_MAX)
  /// The largest magnitude of a bias.
  public static let maximumBias = Int32(CK_INT8_BIAS_MAX)

  /// Bytes of one block.
  public static func blockBytes(inputs: Int) -> Int { 16 * ((inputs + 1) / 2) + 96 }

  /// Blocks of a tensor of so many channels.
  public static func blocks(ofChannels channels: Int) -> Int { (channels + channelsPerBlock - 1) / channelsPerBlock }

  /// Whether every number of one block is in its range: biases within 2^30, multipliers below 2^31, shifts in 2...62, and 0 where an odd number
  /// of inputs is filled up. `[MODEL-4]`
  public static func isValidBlock(_ block: UnsafeRawBufferPointer, inputs: Int) -> Bool {
    guard (1...maximumInputs).contains(inputs), block.count == blockBytes(inputs: inputs), let base = block.baseAddress else {
      return false
    }
    return ck_int8_block_is_valid(base.assumingMemoryBound(to: UInt8.self), inputs)
  }

  /// Windows of one output row, as 16-bit numbers less the zero point: what every chunk of the row is computed from.
  public struct Patches {
    let plane: [Int16]
    /// Empty where the plane's cells are the patches, and for depthwise convolutions.
    let patches: [Int16]
    let window: Int8Window
    let columns: Int
    let channels: Int
    let isDepthwise: Bool

    /// Widens the rows that output row `row` reads. Rows that are not there, and cells outside the tensor, count as the zero point.
    /// - Parameters:
    ///   - columns: of the output.
    ///   - zero: the zero point of the values.
    public init(of rows: Int8Rows, window: Int8Window, row: Int, columns: Int, zero: Int8, isDepthwise: Bool) {
      precondition(window.isValid && columns >= 1 && row >= 0)
      var fields = window.kernels
      let channels = rows.shape.channels
      let stride = (channels + 7) / 8 * 8
      let planeCount = window.height * ck_int8_plane_columns(&fields, columns) * stride
      plane = [Int16](unsafeUninitializedCapacity: planeCount) { buffer, count in
        rows.withKernels { ck_int8_widen($0, &fields, row, columns, zero, buffer.baseAddress) }
        count = planeCount
      }
      self.window = window
      self.columns = columns
      self.channels = channels
      self.isDepthwise = isDepthwise
      // Cells of single columns, next to each other and free of gaps, are patches already.
      let isPlain = window.cells == 1 && window.strideX == 1
      let patchCount = isPlain || isDepthwise ? 0 : columns * (2 * ((window.cells * channels + 1) / 2))
      let plane = plane
      patches = [Int16](unsafeUninitializedCapacity: patchCount) { buffer, count in
        if patchCount > 0 {
          plane.withUnsafeBufferPointer { ck_int8_patches($0.baseAddress, &fields, columns, channels, buffer.baseAddress) }
        }
        count = patchCount
      }
    }

    /// Inputs of an output channel.
    public var inputs: Int { isDepthwise ? window.cells : window.cells * channels }
  }

  /// Output channels `first..<first + channels` of a row. `[NUM-42]`
  /// - Parameters:
  ///   - first: a multiple of 8; only depthwise convolutions look at it.
  ///   - blocks: those of the channels, each of which `isValidBlock` has accepted.
  ///   - out: `[columns][channels]`.
  public static func convolve(
    _ patches: Patches, first: Int, channels: Int, blocks: UnsafeRawBufferPointer, range: Int8Range,
    into out: UnsafeMutableBufferPointer<Int8>, on set: InstructionSet = .selected
  ) {
    let inputs = patches.inputs
    precondition(range.isValid && first >= 0 && first.isMultiple(of: channelsPerBlock) && out.count == patches.columns * channels)
    precondition(blocks.count == self.blocks(ofChannels: channels) * blockBytes(inputs: inputs) && inputs <= maximumInputs)
    guard let blockBase = blocks.assumingMemoryBound(to: UInt8.self).baseAddress, let outBase = out.baseAddress else { return }
    let planeStride = (patches.channels + 7) / 8 * 8
    if patches.isDepthwise {
      precondition(first + channels <= patches.channels)
      var window = patches.window.kernels
      patches.plane.withUnsafeBufferPointer {
        ck_int8_depthwise(
          set.kernels, $0.baseAddress, &window, patches.columns, planeStride, first, blockBase, channels, range.kernels, outBase, channels)
      }
      return
    }
    let values = patches.patches.isEmpty ? patches.plane : patches.patches
    let stride = patches.patches.isEmpty ? planeStride : 2 * ((inputs + 1) / 2)
    values.withUnsafeBufferPointer {
      ck_int8_convolve(
        set.kernels, $0.baseAddress, patches.columns, stride, inputs, blockBase, channels, range.kernels, outBase, channels)
    }
  }
}
