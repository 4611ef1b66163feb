import Tensors
import Testing

/// `[NUM-7]` `[NUM-8]` `[NUM-11]` `[NUM-13]`
@Suite struct RowTests {
  @Test(arguments: InstructionSet.available, [1, 2, 3] as [UInt64]) func agreesWithTheDefinition(set: InstructionSet, seed: UInt64) {
    var random = EdgeInputs(seed: seed)
    for _ in 0..<40 {
      let count = 2 * random.integer(in: 1...200)
      let x = random.row(count)
      let y = random.row(count)
      var out = [Int32](repeating: 0, count: count)

      Row.add(x.span, y.span, into: out.mutableSpan, on: set)
      #expect(out == zip(Naive.read(x), Naive.read(y)).map { Int32(Naive.sat32($0 + $1)) })

      let gateShift = random.integer(in: 1...32)
      Row.siluMultiplied(gate: x.span, up: y.span, shift: gateShift, into: out.mutableSpan, on: set)
      #expect(out == Naive.gate(x, y, shift: gateShift))

      let gain = random.row(count, limit: (1 << 23) - 1)
      let epsilonTerm = random.next() >> UInt64(random.integer(in: 8...63))
      let shift = random.integer(in: 1...62)
      Row.rmsNorm(x.span, gain: gain.span, epsilonTerm: epsilonTerm, outputShift: shift, into: out.mutableSpan, on: set)
      #expect(out == Naive.rmsNorm(x, gain: gain, epsilonTerm: epsilonTerm, shift: shift))

      let angles = random.row(count, limit: 1 << 30)
      let headColumns = count % 4 == 0 ? count / 2 : count
      var q = [Int16](repeating: 0, count: count)
      Row.rope(x.span, cosSin: angles.span.extracting(0..<headColumns), shift: shift, into: q.mutableSpan, on: set)
      #expect(q == Naive.rope(x, cosSin: Array(angles[0..<headColumns]), shift: shift))

      let columns = random.integer(in: 1...count)
      var maxima = [Int32](repeating: 0, count: (count + columns - 1) / columns)
      Row.blockMaxima(x.span, columns: columns, into: maxima.mutableSpan, on: set)
      #expect(maxima == stride(from: 0, to: count, by: columns).map { x[$0..<min($0 + columns, count)].max() })
      #expect(Row.argmax(x.span, on: set) == x.firstIndex(of: x.max() ?? 0))
    }
  }

  @Test(arguments: InstructionSet.available) func anEmptyRowHasNoMaximum(set: InstructionSet) {
    #expect(Row.argmax([Int32]().span, on: set) == nil)
  }

  /// Rows whose inverse square root is the largest, 2^31, and the row of zeros.
  @Test(arguments: InstructionSet.available) func normalisesAtTheEdges(set: InstructionSet) {
    for row in [[0, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0], [1 << 22, 0, 0, 0], [Int32.max, -Int32.max, Int32.max, .min]] as [[Int32]] {
      let gain = [Int32](repeating: (1 << 23) - 1, count: 4)
      var out = [Int32](repeating: 0, count: 4)
      Row.rmsNorm(row.span, gain: gain.span, epsilonTerm: 0, outputShift: 30, into: out.mutableSpan, on: set)
      #expect(out == Naive.rmsNorm(row, gain: gain, epsilonTerm: 0, shift: 30))
    }
  }
}
