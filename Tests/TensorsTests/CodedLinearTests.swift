import Tensors
import TestSupport
import Testing

/// `[NUM-6]`
@Suite struct CodedLinearTests {
  /// A block whose weights are `(slope * code + offset) >> 8`.
  static func evenlySpaced(inputs: Int, from random: inout EdgeInputs) -> NaiveBlock {
    var block = NaiveBlock(inputs: inputs, from: &random)
    for channel in 0..<16 {
      for group in 0..<inputs / 32 {
        let slope = random.integer(in: 0...7) == 0 ? 0 : random.integer(in: 1024...4335)
        let offset = random.integer(in: -32512...(32767 - 15 * slope))
        for input in 0..<32 {
          let code = input < 2 ? 15 * input : random.integer(in: 0...15)
          block.weights[channel][32 * group + input] = (slope * code + offset) >> 8
        }
      }
    }
    return block
  }

  static func code(_ bytes: [UInt8], inputs: Int) -> [UInt8]? {
    var coded = [UInt8](repeating: 0xAA, count: CodedLinear.blockBytes(inputs: inputs))
    let found = bytes.withUnsafeBytes { block in coded.withUnsafeMutableBytes { CodedLinear.code(block, inputs: inputs, into: $0) } }
    return found ? coded : nil
  }

  @Test(arguments: [64, 576, 1088], [1, 2, 3]) func givesWhatTheBlocksGive(inputs: Int, rows: Int) throws {
    var random = EdgeInputs(seed: UInt64(inputs + rows))
    let blocks = (0..<3).map { _ in Self.evenlySpaced(inputs: inputs, from: &random) }
    let coded = try blocks.flatMap { try #require(Self.code($0.bytes, inputs: inputs), "a block is not coded") }
    let q = (0..<rows).flatMap { _ in random.shorts(inputs) }
    let exponents = random.exponents(rows)
    for set in InstructionSet.available {
      var expected = [Int32](repeating: 0, count: rows * 48)
      blocks.flatMap(\.bytes).withUnsafeBytes {
        GroupedLinear.multiply(
          q.span, exponents: exponents.span, inputs: inputs, blocks: $0, into: expected.mutableSpan, rowStride: 48, on: .scalar)
      }
      var out = [Int32](repeating: 0, count: rows * 48)
      coded.withUnsafeBytes { coded in
        out.withUnsafeMutableBufferPointer {
          CodedLinear.multiply(q.span, exponents: exponents.span, inputs: inputs, blocks: coded, into: $0, rowStride: 48, on: set)
        }
      }
      #expect(out == expected, "\(set)")
    }
  }

  /// One weight off the line, by one, in a group of few codes.
  @Test func weightsThatAreNotEvenlySpacedAreNotCoded() {
    var random = EdgeInputs(seed: 3)
    var block = Self.evenlySpaced(inputs: 64, from: &random)
    for input in 0..<32 { block.weights[5][input] = -120 + 16 * (input % 16) }
    #expect(Self.code(block.bytes, inputs: 64) != nil)
    block.weights[5][7] += 1
    #expect(Self.code(block.bytes, inputs: 64) == nil)
  }

  @Test func everyConstantIsCoded() {
    var random = EdgeInputs(seed: 4)
    var block = Self.evenlySpaced(inputs: 64, from: &random)
    for weight in [-127, -1, 0, 1, 127] {
      for input in 0..<64 { block.weights[0][input] = weight }
      #expect(Self.code(block.bytes, inputs: 64) != nil)
    }
  }
}
