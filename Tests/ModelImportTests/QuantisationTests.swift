import Foundation
import Inference
import ModelImport
import Tensors
import TestSupport
import Testing

/// The fixed point of an import: functions without a library, scales, norms, blocks.
@Suite struct QuantisationTests {
  @Test func elementaryFunctionsAreThoseOfTheLibrary() {
    var generator = SeededGenerator.printed()
    for _ in 0..<20_000 {
      let x = Double.random(in: -40...40, using: &generator)
      #expect(abs(ElementaryFunctions.exponential(x) / exp(x) - 1) < 1e-15)
      let y = exp(Double.random(in: -30...30, using: &generator))
      #expect(abs(ElementaryFunctions.logarithm(y) - log(y)) < 1e-14)
      let angle = Double.random(in: 0...20_000, using: &generator)
      let (cosine, sine) = ElementaryFunctions.cosineAndSine(angle)
      #expect(abs(cosine - cos(angle)) < 1e-15 && abs(sine - sin(angle)) < 1e-15)
    }
    #expect(ElementaryFunctions.exponential(0) == 1)
    #expect(ElementaryFunctions.logarithm(1) == 0)
    #expect(ElementaryFunctions.cosineAndSine(0) == (1, 0))
  }

  @Test func rotationTurnsByPosition() {
    let table = RotationTable(width: 64, base: 100_000)
    #expect(table.row(position: 0) == (0..<32).flatMap { _ in [1 << 30, 0] as [Int32] })
    let row = table.row(position: 4000)
    for pair in 0..<32 {
      let angle = 4000 * pow(100_000, -Double(2 * pair) / 64)
      #expect(abs(Double(row[2 * pair]) - cos(angle) * 0x1p30) < 1)
      #expect(abs(Double(row[2 * pair + 1]) - sin(angle) * 0x1p30) < 1)
    }
  }

  @Test(arguments: [1.0, 0.75, 127.9, 0x1p-15, 0x1.ffffffp-20, 0x1p-38, 0x1p-60, 3e-9]) func scalesAreNear(_ factor: Double) throws {
    let scale = try #require(Scale(factor))
    #expect((17...62).contains(scale.shift) && scale.multiplier < 1 << 24)
    let value = Double(scale.multiplier) * pow(2, -Double(scale.shift))
    #expect(abs(value - factor) <= max(factor * 0x1p-24, 0x1p-63))
  }

  @Test func scalesEnd() {
    #expect(Scale(128) == nil)
    #expect(Scale(0) == nil)
    #expect(Scale(-1) == nil)
    #expect(Scale(.nan) == nil)
    #expect(Scale(.infinity) == nil)
    #expect(Scale(0x1.ffffffffp6) == nil)
  }

  @Test func normsKeepHeadroom() throws {
    var generator = SeededGenerator.printed()
    for largest in [0, 1e-3, 0.5, 3.34, 50, 4000] as [Float] {
      let gains = [largest] + (0..<575).map { _ in Float.random(in: -largest...largest, using: &generator) }
      let norm = try #require(QuantisedNorm(gains))
      #expect(norm.gains.allSatisfy { $0.magnitude < 1 << 23 })
      #expect((1...62).contains(norm.shift) && (0...20).contains(norm.outputBits))
      // A gain at the fraction bits of the norm's output: gain * 2^(30 - shift) = gain * root * 2^(bits).
      let unit = 24 * pow(2, Double(norm.outputBits + norm.shift - 30))
      for (gain, quantised) in zip(gains, norm.gains) { #expect(abs(Double(gain) * unit - Double(quantised)) <= 0.5) }
      #expect(24 * Double(largest) * pow(2, Double(norm.outputBits)) < 0x1p29)
    }
    #expect(QuantisedNorm([1e9]) == nil)
  }

  @Test func blocksHoldTheWeights() throws {
    var generator = SeededGenerator.printed()
    let inputs = 128
    for _ in 0..<20 {
      var rows = (0..<16 * inputs).map { _ in
        Float.random(in: -1...1, using: &generator) * pow(2, Float.random(in: -8...2, using: &generator))
      }
      for index in 0..<inputs { rows[3 * inputs + index] = 0 }
      for index in 0..<32 { rows[5 * inputs + index] = 0 }
      let leaf = try #require(LinearBlock.bytes(rows: rows, inputs: inputs, factor: 0x1p-3))
      #expect(leaf.count == TensorShape.linear(channels: 16, inputs: inputs).leafBytes)
      func word(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(leaf[offset + $1]) << (8 * $1) } }
      for channel in 0..<16 {
        let multiplier = word(17 * inputs + 4 * channel)
        let step = Double(multiplier) * pow(2, -Double(word(17 * inputs + 64 + 4 * channel))) * 8
        #expect((multiplier == 0) == (channel == 3))
        for index in 0..<inputs {
          let weight = Int8(bitPattern: leaf[index / 2 * 32 + channel * 2 + index % 2])
          let place = 16 * inputs + 2 * (index / 32 * 16 + channel)
          let group = Int(leaf[place]) | Int(leaf[place + 1]) << 8
          #expect(weight > -128 && (1...4095).contains(group))
          let error = abs(Double(weight) * Double(group) * step - Double(rows[channel * inputs + index]))
          #expect(error <= 0.5001 * Double(group) * step + 1e-9)
        }
      }
    }
    #expect(LinearBlock.bytes(rows: Array(repeating: 1e30, count: 1024), inputs: 64, factor: 1) == nil)
  }

  /// `[NUM-31]` `[NUM-32]` Products of the blocks, by the executor's kernels, are those of the weights.
  @Test(arguments: [64, 192, 576]) func rotatedAndWideBlocksMultiply(inputs: Int) throws {
    var generator = SeededGenerator.printed()
    var rows = (0..<16 * inputs).map { _ in Float.random(in: -1...1, using: &generator) }
    for index in 0..<inputs { rows[3 * inputs + index] = 0 }
    let q = (0..<inputs).map { _ in Int16.random(in: -30000...30000, using: &generator) }
    let factor = 0x1p-6
    var rotated = [Int16](repeating: 0, count: inputs)
    let magnitudes = [RotatedLinear.rotate(q.span, into: rotated.mutableSpan)]
    var products = [[Int32]](repeating: [Int32](repeating: 0, count: 16), count: 2)
    let exponents: [UInt8] = [0]
    try #require(RotatedBlock.bytes(rows: rows, inputs: inputs, factor: factor)).withUnsafeBytes { block in
      #expect(LinearFormat.h8.isValidBlock(block, inputs: inputs))
      products[0].withUnsafeMutableBufferPointer {
        RotatedLinear.multiply(
          rotated.span, magnitudes: magnitudes.span, exponents: exponents.span, inputs: inputs, blocks: block, into: $0, rowStride: 16)
      }
    }
    try #require(WideBlock.bytes(rows: rows, inputs: inputs, factor: factor)).withUnsafeBytes { block in
      #expect(LinearFormat.w16.isValidBlock(block, inputs: inputs))
      products[1].withUnsafeMutableBufferPointer {
        WideLinear.multiply(q.span, exponents: exponents.span, inputs: inputs, blocks: block, into: $0, rowStride: 16)
      }
    }
    // The error of a product grows with the root of the number of terms; a term is at most 30000 * factor.
    let scale = 30000 * factor * Double(inputs).squareRoot()
    for channel in 0..<16 {
      let exact = (0..<inputs).reduce(0.0) { $0 + Double(q[$1]) * Double(rows[channel * inputs + $1]) } * factor
      #expect(abs(Double(products[0][channel]) - exact) <= 0.03 * scale + 1, "channel \(channel), seed \(generator.seed)")
      #expect(abs(Double(products[1][channel]) - exact) <= 0.0001 * scale + 1, "channel \(channel), seed \(generator.seed)")
    }
    #expect(products[0][3] == 0 && products[1][3] == 0)
    #expect(RotatedBlock.bytes(rows: Array(repeating: 1e30, count: 1024), inputs: 64, factor: 1) == nil)
    #expect(WideBlock.bytes(rows: Array(repeating: 1e30, count: 1024), inputs: 64, factor: 1) == nil)
  }
}
