import CKernels

/// How a wide number becomes an `i8`: moved by the zero point, then bounded. `[NUM-41]`
public struct Int8Range: Hashable, Sendable {
  /// The value that stands for 0.
  public var zero: Int8
  /// The smallest value.
  public var low: Int8
  /// The largest value.
  public var high: Int8

  /// Makes a range.
  public init(zero: Int8, low: Int8 = .min, high: Int8 = .max) {
    self.zero = zero
    self.low = low
    self.high = high
  }

  /// Whether the bounds are in order.
  public var isValid: Bool { low <= high }

  var kernels: ck_int8_range { ck_int8_range(zero: zero, low: low, high: high) }
}

/// A factor `multiplier / 2^shift`. `[NUM-40]`
public struct Int8Scale: Hashable, Sendable {
  /// Below 2^31.
  public var multiplier: UInt32
  /// In 2...62.
  public var shift: Int

  /// Makes a scale.
  public init(multiplier: UInt32, shift: Int) {
    self.multiplier = multiplier
    self.shift = shift
  }

  /// The factor 1.
  public static let one = Int8Scale(multiplier: 1 << 30, shift: 30)

  /// Whether both numbers are in range.
  public var isValid: Bool { multiplier < 1 << 31 && (2...62).contains(shift) }

  var kernels: ck_int8_scale { ck_int8_scale(multiplier: multiplier, shift: UInt32(shift)) }
}

/// A window that moves over the rows and columns of a tensor. `[NUM-42]`
public struct Int8Window: Hashable, Sendable {
  /// Cells of the window.
  public var height: Int
  /// Cells of the window.
  public var width: Int
  /// Rows from one output row to the next.
  public var strideY: Int
  /// Columns from one output column to the next.
  public var strideX: Int
  /// Rows of padding above the first row.
  public var top: Int
  /// Columns of padding before the first column.
  public var left: Int
  /// Rows from one cell to the next.
  public var dilationY: Int
  /// Columns from one cell to the next.
  public var dilationX: Int

  /// Makes a window.
  public init(
    height: Int = 1, width: Int = 1, strideY: Int = 1, strideX: Int = 1, top: Int = 0, left: Int = 0, dilationY: Int = 1, dilationX: Int = 1
  ) {
    self.height = height
    self.width = width
    self.strideY = strideY
    self.strideX = strideX
    self.top = top
    self.left = left
    self.dilationY = dilationY
    self.dilationX = dilationX
  }

  /// The largest of the eight numbers. `[GRAPH-22]`
  public static let limit = Int(CK_INT8_WINDOW_MAX)

  /// Cells of the window.
  public var cells: Int { height * width }
  /// Rows from the first cell to the last, both counted.
  public var reachY: Int { (height - 1) * dilationY + 1 }
  /// Columns from the first cell to the last, both counted.
  public var reachX: Int { (width - 1) * dilationX + 1 }

  /// Whether every number is in range.
  public var isValid: Bool {
    [height, width, strideY, strideX, dilationY, dilationX].allSatisfy { (1...Int8Window.limit).contains($0) }
      && (0...Int8Window.limit).contains(top) && (0...Int8Window.limit).contains(left)
  }

  /// Whether the window of every output row and column reaches over a row and column of a tensor of this size.
  public func fits(rows: Int, columns: Int, outputRows: Int, outputColumns: Int) -> Bool {
    top < reachY && left < reachX && (outputRows - 1) * strideY - top < rows && (outputColumns - 1) * strideX - left < columns
  }

  /// The rows of the tensor that an output row's window reaches over.
  public func rows(of outputRow: Int, height rows: Int) -> Range<Int> {
    let first = outputRow * strideY - top
    return max(0, first)..<min(rows, first + reachY)
  }

  /// The first output row whose window starts below the padding above the tensor.
  public var firstRowBelowPadding: Int { (top + strideY - 1) / strideY }

  var kernels: ck_int8_window {
    ck_int8_window(
      height: height, width: width, stride_y: strideY, stride_x: strideX, top: top, left: left, dilation_y: dilationY,
      dilation_x: dilationX)
  }
}

/// The size of a tensor of `rows` rows, `columns` columns and `channels` channels, whose rows are cut into chunks of channels: a row is
/// `[channels / chunk][columns][chunk]`. `[GRAPH-21]`
public struct Int8Shape: Hashable, Sendable {
  /// Rows.
  public var rows: Int
  /// Columns of a row.
  public var columns: Int
  /// Channels of a column.
  public var channels: Int
  /// Channels of a chunk; divides the channels.
  public var chunk: Int

  /// The most rows, or columns.
  public static let sideLimit = Int(CK_INT8_SIDE_MAX)
  /// The most channels.
  public static let channelLimit = 65536
  /// The most values in a row.
  public static let rowLimit = 1 << 22

  /// Makes a shape.
  public init(rows: Int, columns: Int, channels: Int, chunk: Int) {
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.chunk = chunk
  }

  /// Values in a row.
  public var rowWidth: Int { columns * channels }
  /// Chunks in a row.
  public var chunks: Int { channels / chunk }
  /// Values in all rows.
  public var count: Int { rows * rowWidth }

  /// Whether every number is in range and the chunk divides the channels. A chunk is a multiple of 8, or all channels. `[GRAPH-21]`
  public var isValid: Bool {
    (1...Int8Shape.sideLimit).contains(rows) && (1...Int8Shape.sideLimit).contains(columns)
      && (1...Int8Shape.channelLimit).contains(channels) && rowWidth <= Int8Shape.rowLimit && (1...channels).contains(chunk)
      && channels.isMultiple(of: chunk) && (chunk == channels || chunk.isMultiple(of: 8))
  }
}

/// Some rows of a tensor, one after the other in memory.
public struct Int8Rows {
  /// `[count][row width]`
  public let values: UnsafeBufferPointer<Int8>
  /// The first row that is there.
  public let first: Int
  /// The whole tensor's shape.
  public let shape: Int8Shape

  /// Makes rows.
  /// - Precondition: the values are whole rows of the shape.
  public init(_ values: UnsafeBufferPointer<Int8>, first: Int, shape: Int8Shape) {
    precondition(shape.isValid && first >= 0 && values.count.isMultiple(of: shape.rowWidth) && !values.isEmpty)
    precondition(first + values.count / shape.rowWidth <= shape.rows)
    self.values = values
    self.first = first
    self.shape = shape
  }

  func withKernels(_ body: (UnsafePointer<ck_int8_rows>) -> Void) {
    guard let base = values.baseAddress else { return }
    var rows = ck_int8_rows(
      values: base, first: first, count: values.count / shape.rowWidth, height: shape.rows, width: shape.columns,
      channels: shape.channels, chunk: shape.chunk)
    body(&rows)
  }
}
