import Tensors
import Testing

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
}
