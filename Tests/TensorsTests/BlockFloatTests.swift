import Tensors
import TestSupport
import Testing

/// `[NUM-3]` `[NUM-4]` `[NUM-5]` `[NUM-8]`
@Suite struct BlockFloatTests {
  @Test(arguments: InstructionSet.available) func quantisesToTheRowsExponent(set: InstructionSet) {
    let row: [Int32] = [2_147_483_647, -2_147_483_647, 32768, 32767, -32769, 0]
    var q = [Int16](repeating: 0, count: row.count)
    #expect(BlockFloat.quantise(row.span, into: q.mutableSpan, on: set) == 16)
    #expect(q == [32767, -32768, 1, 0, -1, 0])

    var small = [Int16](repeating: 0, count: 2)
    #expect(BlockFloat.quantise([32767, -32767].span, into: small.mutableSpan, on: set) == 0)
    #expect(small == [32767, -32767])
  }

  @Test(arguments: InstructionSet.available, [1, 2, 3] as [UInt64]) func agreesWithTheDefinition(set: InstructionSet, seed: UInt64) {
    var random = EdgeInputs(seed: seed)
    for _ in 0..<60 {
      let row = random.row(random.integer(in: 1...300))
      let expected = Naive.quantise(Naive.read(row))
      var q = [Int16](repeating: 0, count: row.count)
      let exponent = BlockFloat.quantise(row.span, into: q.mutableSpan, on: set)
      #expect(exponent == expected.0 && q == expected.1)

      var unpacked = row
      BlockFloat.unpack(q.span, exponent: exponent, into: unpacked.mutableSpan, on: set)
      #expect(unpacked.map { Int128($0) } == Naive.unpack(q, exponent: exponent))

      let shift = random.integer(in: 0...62)
      BlockFloat.narrow(row.span, shift: shift, into: q.mutableSpan, on: set)
      #expect(q == Naive.read(row).map { Int16(Naive.sat16(Naive.rs($0, shift))) })
    }
  }

  @Test(arguments: InstructionSet.available) func requantisesChunksAsOneRow(set: InstructionSet) {
    var random = EdgeInputs(seed: 4)
    for _ in 0..<60 {
      let packed = random.shorts(random.integer(in: 1...300))
      let columns = random.integer(in: 1...packed.count)
      let exponents = random.exponents((packed.count + columns - 1) / columns)
      let row = packed.indices.flatMap { Naive.unpack([packed[$0]], exponent: exponents[$0 / columns]) }
      let expected = Naive.quantise(row)
      var q = packed
      let exponent = BlockFloat.requantise(packed.span, exponents: exponents.span, chunkColumns: columns, into: q.mutableSpan, on: set)
      #expect(exponent == expected.0 && q == expected.1)
    }
  }

  @Test(arguments: InstructionSet.available) func unpackSaturates(set: InstructionSet) {
    var row: [Int32] = [0, 0]
    BlockFloat.unpack([Int16.min, Int16.max].span, exponent: 16, into: row.mutableSpan, on: set)
    #expect(row == [-Int32.max, 32767 << 16])
  }
}
