import Tensors
import TestSupport
import Testing

/// `[NUM-7]` `[NUM-8]` `[NUM-11]` `[NUM-13]` `[NUM-16]` `[NUM-17]` `[NUM-18]` `[NUM-19]`
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

      Row.layerNorm(
        x.span, gain: gain.span, offset: y.span, epsilonTerm: epsilonTerm, outputShift: shift, into: out.mutableSpan, on: set)
      #expect(out == Naive.layerNorm(x, gain: gain, offset: y, epsilonTerm: epsilonTerm, shift: shift))

      let unitShift = random.integer(in: 0...30)
      Row.unit(x.span, shift: unitShift, into: out.mutableSpan, on: set)
      #expect(out == Naive.unit(x, shift: unitShift))

      let geluShift = random.integer(in: 0...31)
      Row.gelu(x.span, shift: geluShift, into: out.mutableSpan, on: set)
      #expect(out == Naive.gelu(x, shift: geluShift))

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

  @Test(arguments: InstructionSet.available) func meansOfColumns(set: InstructionSet) {
    var random = EdgeInputs(seed: 4)
    for _ in 0..<40 {
      let (columns, rows, gap) = (random.integer(in: 1...70), random.integer(in: 1...70), random.integer(in: 0...3))
      let x = random.row(rows * (columns + gap))
      var mean = [Int32](repeating: 0, count: columns)
      Row.mean(x.span, stride: columns + gap, rowCount: rows, into: mean.mutableSpan, on: set)
      let read = Naive.read(x)
      #expect(mean == (0..<columns).map { column in Int32(Naive.mean((0..<rows).map { read[$0 * (columns + gap) + column] })) })
    }
  }

  /// The differences of opposite extremes from their mean saturate; a row of one value has none.
  @Test(arguments: InstructionSet.available) func layerNormsAtTheEdges(set: InstructionSet) {
    for row in [[5, 5, 5, 5], [Int32.max, -Int32.max, -Int32.max, -Int32.max], [.min, .min, .max, .max], [1, 0, 0, 0]] as [[Int32]] {
      let gain = [Int32](repeating: (1 << 23) - 1, count: 4)
      let offset: [Int32] = [.max, .min, 0, 1]
      var out = [Int32](repeating: 0, count: 4)
      Row.layerNorm(row.span, gain: gain.span, offset: offset.span, epsilonTerm: 1, outputShift: 22, into: out.mutableSpan, on: set)
      #expect(out == Naive.layerNorm(row, gain: gain, offset: offset, epsilonTerm: 1, shift: 22))
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
