import CPeak
import Inference
import Tensors

/// Measures the linear kernels beside what the processor can do at most.
enum KernelBench {
  /// A layer's shape, as the feed-forward network of SmolLM2-135M has it.
  private static let rows = 128
  private static let inputs = 576
  private static let channels = 1536

  /// Operations a second: a multiplication and an addition are two.
  static func answer() -> Answer {
    var speeds: [KernelMeasurement] = []
    let pairs = rate { peak_multiply_adds(2_000_000) }
    if pairs > 0 { speeds.append(KernelMeasurement(name: "peak16", operationsPerSecond: pairs)) }
    let bytes = rate { peak_byte_multiply_adds(2_000_000) }
    if bytes > 0 { speeds.append(KernelMeasurement(name: "peak8", operationsPerSecond: bytes)) }
    for format in LinearFormat.allCases {
      speeds.append(KernelMeasurement(name: "\(format)", operationsPerSecond: rate { multiply(format) }))
    }
    return Answer(instructionSet: "\(InstructionSet.selected)", kernels: speeds)
  }

  /// Bytes read in one second from memory that no cache holds.
  static func bandwidth() -> Answer {
    let count = 1 << 28
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 1)
    guard let base = memory.baseAddress else { return Answer() }
    let start = ContinuousClock.now
    let sum = peak_read(base.assumingMemoryBound(to: UInt8.self), count)
    let time = seconds(since: start)
    precondition(sum > 0, "the bytes are ones")
    return Answer(seconds: time, bytes: count)
  }

  /// The best of seven runs of a count of multiply-adds.
  private static func rate(_ body: () -> UInt64) -> Double {
    (0..<7).map { _ in
      let start = ContinuousClock.now
      let count = body()
      return 2 * Double(count) / seconds(since: start)
    }.max() ?? 0
  }

  private static func multiply(_ format: LinearFormat) -> UInt64 {
    let blocks = layer(format)
    let q = [Int16](repeating: 77, count: rows * inputs)
    let exponents = [UInt8](repeating: 0, count: rows)
    let magnitudes = [UInt32](repeating: 1 << 20, count: rows)
    var out = [Int32](repeating: 0, count: rows * channels)
    defer { blocks.deallocate() }
    let repetitions = 4
    out.withUnsafeMutableBufferPointer { out in
      for _ in 0..<repetitions {
        switch format {
        case .a16: GroupedLinear.multiply(q.span, exponents: exponents.span, inputs: inputs, blocks: blocks, into: out, rowStride: channels)
        case .h8:
          RotatedLinear.multiply(
            q.span, magnitudes: magnitudes.span, exponents: exponents.span, inputs: inputs, blocks: blocks, into: out, rowStride: channels)
        case .w16: WideLinear.multiply(q.span, exponents: exponents.span, inputs: inputs, blocks: blocks, into: out, rowStride: channels)
        }
      }
    }
    return UInt64(repetitions * rows * inputs * channels)
  }

  /// Well-formed blocks with equal channels; the caller frees them.
  private static func layer(_ format: LinearFormat) -> UnsafeRawBufferPointer {
    let blockBytes = format.blockBytes(inputs: inputs)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: channels / 16 * blockBytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 1)
    for block in 0..<channels / 16 {
      for channel in 0..<16 {
        memory.storeBytes(of: UInt32(1 << 23), toByteOffset: (block + 1) * blockBytes - 128 + 4 * channel, as: UInt32.self)
        memory.storeBytes(of: UInt32(30), toByteOffset: (block + 1) * blockBytes - 64 + 4 * channel, as: UInt32.self)
      }
    }
    return UnsafeRawBufferPointer(memory)
  }
}
