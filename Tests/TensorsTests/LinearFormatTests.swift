import Tensors
import TestSupport
import Testing

private struct LinearVectors: Decodable {
  /// One output channel; `m` and `b` of rotated rows only.
  struct Channel: Decodable {
    let q: [Int16]
    let magnitude: UInt32?
    let rotated: [Int16]?
    let exponent: UInt8
    let weights: [Int]
    let multiplier: Int
    let shift: Int
    let out: Int32

    enum CodingKeys: String, CodingKey {
      case q, out
      case magnitude = "m"
      case rotated = "b"
      case exponent = "e"
      case weights = "w"
      case multiplier = "M"
      case shift = "sh"
    }
  }
  let rotatedLinear: [Channel]
  let wideLinear: [Channel]
}

/// A block of 16 equal channels of a kind without group multipliers, by the layout's definition. `[MODEL-3]`
private func block(of format: LinearFormat, weights: [Int], multiplier: Int, shift: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: format.blockBytes(inputs: weights.count))
  func put(_ value: Int, at offset: Int, count: Int) {
    for byte in 0..<count { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }
  for channel in 0..<16 {
    for (input, weight) in weights.enumerated() {
      switch format {
      case .h8: put(weight, at: input / 4 * 64 + channel * 4 + input % 4, count: 1)
      case .w16: put(weight, at: input / 2 * 64 + channel * 4 + 2 * (input % 2), count: 2)
      case .a16: preconditionFailure("a16 has group multipliers")
      }
    }
    put(multiplier, at: bytes.count - 128 + 4 * channel, count: 4)
    put(shift, at: bytes.count - 64 + 4 * channel, count: 4)
  }
  return bytes
}

/// `[NUM-31]` `[NUM-32]` against the reference's chosen cases, on every instruction set and for many rows at once.
@Suite struct LinearFormatTests {
  private let vectors: LinearVectors

  init() throws { vectors = try Vectors.load("arithmetic") }

  @Test(arguments: InstructionSet.available, [1, 2, 3, 4, 9, 10, 66, 67])
  func rotatedLayersAgreeWithTheReference(set: InstructionSet, rows: Int) {
    for vector in vectors.rotatedLinear {
      let inputs = vector.q.count
      var b = [Int16](repeating: 0, count: inputs)
      let magnitude = RotatedLinear.rotate(vector.q.span, into: b.mutableSpan, on: set)
      #expect(magnitude == vector.magnitude && b == vector.rotated)
      let bytes = block(of: .h8, weights: vector.weights, multiplier: vector.multiplier, shift: vector.shift)
      #expect(bytes.withUnsafeBytes { LinearFormat.h8.isValidBlock($0, inputs: inputs) })
      let all = [Int16]((0..<rows).flatMap { _ in b })
      var out = [Int32](repeating: 0, count: rows * 32)
      out.withUnsafeMutableBufferPointer { out in
        (bytes + bytes).withUnsafeBytes {
          RotatedLinear.multiply(
            all.span, magnitudes: [UInt32](repeating: magnitude, count: rows).span,
            exponents: [UInt8](repeating: vector.exponent, count: rows).span,
            inputs: inputs, blocks: $0, into: out, rowStride: 32, on: set)
        }
      }
      #expect(out.allSatisfy { $0 == vector.out }, "\(set)")
    }
  }

  @Test(arguments: InstructionSet.available, [1, 2, 3, 4, 6, 7, 66, 67])
  func wideLayersAgreeWithTheReference(set: InstructionSet, rows: Int) {
    for vector in vectors.wideLinear {
      let bytes = block(of: .w16, weights: vector.weights, multiplier: vector.multiplier, shift: vector.shift)
      #expect(bytes.withUnsafeBytes { LinearFormat.w16.isValidBlock($0, inputs: vector.q.count) })
      let all = [Int16]((0..<rows).flatMap { _ in vector.q })
      var out = [Int32](repeating: 0, count: rows * 32)
      out.withUnsafeMutableBufferPointer { out in
        (bytes + bytes).withUnsafeBytes {
          WideLinear.multiply(
            all.span, exponents: [UInt8](repeating: vector.exponent, count: rows).span, inputs: vector.q.count, blocks: $0, into: out,
            rowStride: 32, on: set)
        }
      }
      #expect(out.allSatisfy { $0 == vector.out }, "\(set)")
    }
  }

  /// `[MODEL-4]`
  @Test(arguments: [(LinearFormat.h8, 127), (.w16, 32767)]) func blocksOutOfRangeAreRefused(format: LinearFormat, largest: Int) {
    func isValid(_ weight: Int, _ multiplier: Int, _ shift: Int, bytes: Int = 0) -> Bool {
      var weights = [Int](repeating: largest, count: 128)
      weights[77] = weight
      var bytes = block(of: format, weights: weights, multiplier: multiplier, shift: shift) + [UInt8](repeating: 0, count: bytes)
      return bytes.withUnsafeMutableBytes { format.isValidBlock(UnsafeRawBufferPointer($0), inputs: 128) }
    }
    #expect(isValid(-largest, 0xFF_FFFF, 17) && isValid(0, 0, 62))
    #expect(!isValid(-largest - 1, 1, 17) && !isValid(0, 1 << 24, 17) && !isValid(0, 1, 16) && !isValid(0, 1, 63))
    #expect(!isValid(0, 1, 17, bytes: 1))
  }

  /// `[NUM-12]`
  @Test func wideTablesEmbed() {
    let weights = (0..<64).map { $0 * 1040 - 32767 }
    let bytes = block(of: .w16, weights: weights, multiplier: 12_345_678, shift: 30)
    for delta in [-62, -40, 0, 13, 29, 30, 62] {
      var row = [Int32](repeating: 0, count: 64)
      bytes.withUnsafeBytes { WideLinear.embed(channel: 7, ofBlock: $0, inputs: 64, shiftDelta: delta, into: row.mutableSpan) }
      #expect(row == weights.map { Int32(Naive.sat32(Naive.rs(Int128($0 * 12_345_678), min(max(30 - delta, 0), 62)))) })
    }
  }
}
