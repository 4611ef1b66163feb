import Foundation
import Tensors
import TestSupport
import Testing

/// The int8 operations, held to Arm's TOSA reference model and to each other.
@Suite struct Int8Tests {
  static let vectors: Result<TOSAVectors, any Error> = Result { try TOSAVectors.load() }

  /// `[NUM-40]` `[NUM-41]` `[NUM-42]` `[MODEL-8]`
  @Test(arguments: InstructionSet.available) func convolutionsAreThoseOfTOSA(set: InstructionSet) throws {
    for vector in try Self.vectors.get().convolutions {
      let inputs = vector.weights.count / vector.outChannels
      let weights = vector.weights.int8
      let channels = (0..<vector.outChannels).map { channel in
        Int8Channel(
          weights: Array(weights[channel * inputs..<(channel + 1) * inputs]), bias: vector.biases[channel],
          scale: Int8Scale(multiplier: vector.multipliers[channel], shift: vector.shifts[channel]))
      }
      let convolution = Int8ConvolutionCase(
        shape: Int8Shape(rows: vector.rows, columns: vector.columns, channels: vector.channels, chunk: vector.channels),
        window: vector.window.window, outRows: vector.outRows, outColumns: vector.outColumns, channels: channels,
        isDepthwise: vector.depthwise, inputZero: vector.inputZero, range: Int8Range(zero: vector.zero, low: vector.low, high: vector.high),
        input: vector.input.int8)
      #expect(convolution.output(chunk: vector.outChannels, on: set) == vector.output.int8)
      let blocks = Int8Channel.blocks(channels)
      let blockBytes = Int8Convolution.blockBytes(inputs: inputs)
      for start in stride(from: 0, to: blocks.count, by: blockBytes) {
        blocks[start..<start + blockBytes].withUnsafeBytes { #expect(Int8Convolution.isValidBlock($0, inputs: inputs)) }
      }
    }
  }

  /// `[NUM-43]`
  @Test func poolsAreThoseOfTOSA() throws {
    for vector in try Self.vectors.get().pools {
      let shape = Int8Shape(rows: vector.rows, columns: vector.columns, channels: vector.channels, chunk: vector.channels)
      let window = vector.window.window
      var result: [Int8] = []
      for row in 0..<vector.outRows {
        let read = window.rows(of: row, height: shape.rows)
        var out = [Int8](repeating: 0, count: vector.outColumns * vector.channels)
        vector.input.int8[read.lowerBound * shape.rowWidth..<read.upperBound * shape.rowWidth].withUnsafeBufferPointer { values in
          out.withUnsafeMutableBufferPointer {
            Int8Operations.pool(
              Int8Rows(values, first: read.lowerBound, shape: shape), window: window, row: row, columns: vector.outColumns,
              isMaximum: vector.maximum, zero: vector.inputZero, scale: Int8Scale(multiplier: vector.multiplier, shift: vector.shift),
              range: Int8Range(zero: vector.zero, low: vector.low, high: vector.high), into: $0)
          }
        }
        result += out
      }
      #expect(result == vector.output.int8)
    }
  }

  /// `[NUM-44]` `[NUM-45]`
  @Test func sumsAndProductsAreThoseOfTOSA() throws {
    for vector in try Self.vectors.get().pairs {
      let scale = Int8Scale(multiplier: vector.multiplier, shift: vector.shift)
      let range = Int8Range(zero: vector.zero, low: vector.low, high: vector.high)
      let (a, b) = (vector.a.int8, vector.b.int8)
      var out = [Int8](repeating: 0, count: a.count)
      try a.withUnsafeBufferPointer { a in
        try b.withUnsafeBufferPointer { b in
          try out.withUnsafeMutableBufferPointer { out in
            if vector.product {
              Int8Operations.multiply(a, zero: vector.aZero, b, zero: vector.bZero, scale: scale, range: range, into: out)
            } else {
              let left = Int8Scale(multiplier: try #require(vector.aMultiplier), shift: try #require(vector.aShift))
              let right = Int8Scale(multiplier: try #require(vector.bMultiplier), shift: try #require(vector.bShift))
              Int8Operations.add(
                a, Int8Operand(zero: vector.aZero, scale: left), b, Int8Operand(zero: vector.bZero, scale: right), scale: scale,
                range: range, into: out)
            }
          }
        }
      }
      #expect(out == vector.output.int8)
    }
  }

  /// `[NUM-46]`
  @Test func tablesAreThoseOfTOSA() throws {
    for vector in try Self.vectors.get().tables {
      var values = vector.a.int8
      vector.table.int8.withUnsafeBufferPointer { table in
        values.withUnsafeMutableBufferPointer { Int8Operations.look(up: UnsafeBufferPointer($0), in: table, into: $0) }
      }
      #expect(values == vector.output.int8)
    }
  }

  /// Chunks of the input and of the output change the order of the values and nothing else; every instruction set gives the same bits.
  @Test func chunksAndInstructionSetsAgree() {
    var random = SeededGenerator(seed: 8)
    for round in 0..<60 {
      let isDepthwise = round % 2 == 0
      let channels = 8 * Int.random(in: 1...6, using: &random)
      let outChannels = isDepthwise ? channels : 8 * Int.random(in: 1...6, using: &random)
      let window = Int8Window(
        height: .random(in: 1...4, using: &random), width: .random(in: 1...4, using: &random), strideY: .random(in: 1...2, using: &random),
        strideX: .random(in: 1...3, using: &random))
      let plain = Int8Shape(rows: window.height + 2, columns: window.width + 13, channels: channels, chunk: channels)
      let chunked = Int8Shape(rows: plain.rows, columns: plain.columns, channels: channels, chunk: 8)
      let input = random.bytes(plain.count).map { Int8(bitPattern: $0) }
      let inputs = isDepthwise ? window.cells : window.cells * channels
      let weights = (0..<outChannels).map { _ in
        Int8Channel(
          weights: random.bytes(inputs).map { Int8(bitPattern: $0) }, bias: .random(in: -1000...1000, using: &random),
          scale: Int8Scale(multiplier: .random(in: 0..<1 << 31, using: &random), shift: .random(in: 38...46, using: &random)))
      }
      var convolution = Int8ConvolutionCase(
        shape: plain, window: window, outRows: 2, outColumns: 5, channels: weights, isDepthwise: isDepthwise,
        inputZero: .random(in: .min ... .max, using: &random), range: Int8Range(zero: 3), input: input)
      let expected = convolution.output(chunk: outChannels, on: .scalar)
      convolution.shape = chunked
      convolution.input = Self.rechunked(input, from: plain, to: 8)
      let outShape = Int8Shape(rows: 2, columns: 5, channels: outChannels, chunk: outChannels)
      for set in InstructionSet.available {
        #expect(convolution.output(chunk: 8, on: set) == Self.rechunked(expected, from: outShape, to: 8), "seed 8, round \(round), \(set)")
      }
    }
  }

  /// The largest sums: every input 255 from its zero point, every weight -128, the largest bias.
  @Test(arguments: InstructionSet.available) func theLargestSumsAreExact(set: InstructionSet) {
    let channel = Int8Channel(
      weights: [Int8](repeating: -128, count: Int8Convolution.maximumInputs), bias: -Int8Convolution.maximumBias,
      scale: Int8Scale(multiplier: 1, shift: 24))
    let convolution = Int8ConvolutionCase(
      shape: Int8Shape(rows: 1, columns: 1, channels: Int8Convolution.maximumInputs, chunk: Int8Convolution.maximumInputs),
      window: Int8Window(), outRows: 1, outColumns: 1, channels: [channel], isDepthwise: false, inputZero: -128, range: Int8Range(zero: 64),
      input: [Int8](repeating: 127, count: Int8Convolution.maximumInputs))
    // -(32768 * 255 * 128 + 2^30) / 2^24 is -127.75, and -128 after rounding.
    #expect(convolution.output(chunk: 1, on: set) == [-64])
  }

  /// Blocks with a number out of range are refused. `[MODEL-4]` `[MODEL-8]`
  @Test func blocksOutOfRangeAreRefused() {
    let good = Int8Channel(weights: [1, -128, 127], bias: 1 << 30, scale: Int8Scale(multiplier: .max >> 1, shift: 62))
    func isValid(_ change: (inout [UInt8]) -> Void) -> Bool {
      var block = Int8Channel.blocks([good])
      change(&block)
      return block.withUnsafeBytes { Int8Convolution.isValidBlock($0, inputs: 3) }
    }
    #expect(isValid { _ in })
    #expect(!isValid { $0[17] = 1 }, "what fills up an odd number of inputs")
    #expect(!isValid { $0[32] = 1 }, "a bias above 2^30")
    #expect(!isValid { $0[32 + 32 + 3] = 0x80 }, "a multiplier of 2^31")
    #expect(!isValid { $0[32 + 64] = 1 }, "a shift of 1")
    #expect(!isValid { $0[32 + 64] = 63 }, "a shift of 63")
    #expect(!isValid { $0.removeLast() }, "a wrong length")
  }

  static func rechunked(_ values: [Int8], from shape: Int8Shape, to chunk: Int) -> [Int8] {
    (0..<shape.rows).flatMap { row in
      (0..<shape.channels / chunk).flatMap { part in
        (0..<shape.columns).flatMap { column in
          let start = row * shape.rowWidth + column * shape.channels + part * chunk
          return Array(values[start..<start + chunk])
        }
      }
    }
  }
}
