import Tensors
import TestSupport
import Testing

/// `[NUM-6]` `[NUM-12]`
@Suite struct GroupedLinearTests {
  /// Rows, blocks, and the outputs that the definition gives.
  struct Layer {
    let inputs: Int
    let q: [Int16]
    let exponents: [UInt8]
    let blocks: [NaiveBlock]

    init(inputs: Int, rows: Int, blocks: Int, from random: inout EdgeInputs) {
      self.inputs = inputs
      q = (0..<rows).flatMap { _ in random.shorts(inputs) }
      exponents = random.exponents(rows)
      self.blocks = (0..<blocks).map { _ in NaiveBlock(inputs: inputs, from: &random) }
    }

    var rows: Int { exponents.count }
    var bytes: [UInt8] { blocks.flatMap(\.bytes) }

    func outputs(on set: InstructionSet) -> [Int32] {
      var out = [Int32](repeating: 0, count: rows * blocks.count * 16)
      bytes.withUnsafeBytes {
        GroupedLinear.multiply(
          q.span, exponents: exponents.span, inputs: inputs, blocks: $0, into: out.mutableSpan, rowStride: blocks.count * 16, on: set)
      }
      return out
    }

    func expected(row: Int, column: Int) -> Int32 {
      Naive.linear(Array(q[row * inputs..<(row + 1) * inputs]), exponent: exponents[row], block: blocks[column / 16], channel: column % 16)
    }
  }

  @Test(arguments: [(64, 1), (64, 7), (128, 3), (192, 2), (576, 4), (640, 5), (1088, 6), (576, 8)])
  func agreesWithTheDefinition(inputs: Int, rows: Int) {
    var random = EdgeInputs(seed: UInt64(inputs + rows))
    for _ in 0..<2 {
      let layer = Layer(inputs: inputs, rows: rows, blocks: 2, from: &random)
      let outputs = layer.outputs(on: .scalar)
      for row in 0..<rows {
        for column in 0..<32 {
          #expect(outputs[row * 32 + column] == layer.expected(row: row, column: column), "row \(row), column \(column)")
        }
      }
      for set in InstructionSet.available { #expect(layer.outputs(on: set) == outputs, "\(set)") }
    }
  }

  @Test(arguments: InstructionSet.available) func theLargestSumsAreExact(set: InstructionSet) {
    var random = EdgeInputs(seed: 9)
    var block = NaiveBlock(inputs: 16384, from: &random)
    block.weights = [[Int]](repeating: [Int](repeating: -127, count: 16384), count: 16)
    block.groups = [[Int]](repeating: [Int](repeating: 4095, count: 512), count: 16)
    block.multipliers = [Int](repeating: 0xFF_FFFF, count: 16)
    block.shifts = (0..<16).map { 47 + $0 }
    let layer = Layer(inputs: 16384, q: [Int16](repeating: .min, count: 6 * 16384), exponents: [0, 1, 2, 3, 15, 16], blocks: [block])
    let outputs = layer.outputs(on: set)
    for row in [0, 3, 5] {
      for column in [0, 5, 8, 15] { #expect(outputs[row * 16 + column] == layer.expected(row: row, column: column)) }
    }
  }

  @Test(arguments: InstructionSet.available, [1, 2, 3, 4, 5, 6, 7, 11, 65, 66, 67, 139])
  func everySplitGivesTheSameBits(set: InstructionSet, rows: Int) {
    var random = EdgeInputs(seed: UInt64(rows))
    let layer = Layer(inputs: 576, rows: rows, blocks: 3, from: &random)
    let whole = layer.outputs(on: .scalar)
    #expect(layer.outputs(on: set) == whole)

    var pieces = [Int32](repeating: 0, count: whole.count)
    let bytes = layer.bytes
    let blockBytes = GroupedLinear.blockBytes(inputs: 576)
    pieces.withUnsafeMutableBufferPointer { out in
      bytes.withUnsafeBytes { bytes in
        var row = 0
        while row < rows {
          let count = min(random.integer(in: 1...9), rows - row)
          for block in 0..<3 {
            GroupedLinear.multiply(
              layer.q.span.extracting(row * 576..<(row + count) * 576), exponents: layer.exponents.span.extracting(row..<row + count),
              inputs: 576, blocks: UnsafeRawBufferPointer(rebasing: bytes[block * blockBytes..<(block + 1) * blockBytes]),
              into: UnsafeMutableBufferPointer(rebasing: out[(row * 48)...]), rowStride: 48, firstColumn: block * 16, on: set)
          }
          row += count
        }
      }
    }
    #expect(pieces == whole)
  }

  @Test func blocksNeedNoAlignment() {
    var random = EdgeInputs(seed: 5)
    let layer = Layer(inputs: 192, rows: 7, blocks: 2, from: &random)
    let shifted = [0] + layer.bytes
    for set in InstructionSet.available {
      var out = [Int32](repeating: 0, count: 7 * 32)
      shifted.withUnsafeBytes {
        GroupedLinear.multiply(
          layer.q.span, exponents: layer.exponents.span, inputs: 192, blocks: UnsafeRawBufferPointer(rebasing: $0[1...]),
          into: out.mutableSpan, rowStride: 32, on: set)
      }
      #expect(out == layer.outputs(on: .scalar))
    }
  }

  /// `[MODEL-4]`
  @Test func blocksOutOfRangeAreRefused() {
    var random = EdgeInputs(seed: 6)
    for _ in 0..<15 {
      let block = NaiveBlock(inputs: 128, from: &random)
      #expect(isValid(block.bytes, inputs: 128))
      #expect(!isValid(block.bytes, inputs: 64) && !isValid(block.bytes.dropLast(), inputs: 128) && !isValid(block.bytes, inputs: 96))
      let channel = random.integer(in: 0...15)
      func changed(_ change: (inout NaiveBlock) -> Void) -> [UInt8] {
        var copy = block
        change(&copy)
        return copy.bytes
      }
      let input = random.integer(in: 0...127)
      #expect(!isValid(changed { $0.weights[channel][input] = -128 }, inputs: 128))
      #expect(!isValid(changed { $0.groups[channel][input / 32] = 0 }, inputs: 128))
      #expect(!isValid(changed { $0.groups[channel][input / 32] = 4096 }, inputs: 128))
      #expect(!isValid(changed { $0.multipliers[channel] = 1 << 24 }, inputs: 128))
      #expect(!isValid(changed { $0.shifts[channel] = 16 }, inputs: 128))
      #expect(!isValid(changed { $0.shifts[channel] = 63 }, inputs: 128))
    }
  }

  @Test func embedsAChannel() {
    var random = EdgeInputs(seed: 7)
    for _ in 0..<15 {
      let block = NaiveBlock(inputs: 128, from: &random)
      let channel = random.integer(in: 0...15)
      let delta = random.integer(in: -62...62)
      var row = [Int32](repeating: 0, count: 128)
      block.bytes.withUnsafeBytes {
        GroupedLinear.embed(channel: channel, ofBlock: $0, inputs: 128, shiftDelta: delta, into: row.mutableSpan)
      }
      #expect(row == Naive.embed(block, channel: channel, delta: delta))
    }
  }

  private func isValid(_ bytes: [UInt8], inputs: Int) -> Bool {
    bytes.withUnsafeBytes { GroupedLinear.isValidBlock($0, inputs: inputs) }
  }
}

extension GroupedLinearTests.Layer {
  init(inputs: Int, q: [Int16], exponents: [UInt8], blocks: [NaiveBlock]) {
    self.inputs = inputs
    self.q = q
    self.exponents = exponents
    self.blocks = blocks
  }
}
