import Tensors
import TestSupport
import Testing

/// `[NUM-9]` `[NUM-10]`
@Suite struct AttentionTests {
  static func attend(
    _ q: [Int16], _ keys: [Int16], _ values: [Int16], headColumns: Int, scoreShift: Int, valueShift: Int, on set: InstructionSet
  ) -> [Int32] {
    func square(_ key: ArraySlice<Int16>) -> UInt64 { key.reduce(0) { $0 + UInt64(Int($1) * Int($1)) } }
    let squares = stride(from: 0, to: keys.count, by: headColumns).map { square(keys[$0..<$0 + headColumns]) }
    let bounds = Attention.CacheBounds(
      keySquare: squares.max() ?? 0, valueMagnitude: values.map { UInt32($0.magnitude) }.max() ?? 0)
    let out = attend(q, keys, values, .none, headColumns: headColumns, scoreShift: scoreShift, valueShift: valueShift, on: set)
    let bounded = attend(
      q, keys, values, bounds, headColumns: headColumns, scoreShift: scoreShift, valueShift: valueShift, on: set)
    #expect(bounded == out, "what is known of keys and values changes nothing")
    return out
  }

  private static func attend(
    _ q: [Int16], _ keys: [Int16], _ values: [Int16], _ bounds: Attention.CacheBounds, headColumns: Int, scoreShift: Int, valueShift: Int,
    on set: InstructionSet
  ) -> [Int32] {
    var out = [Int32](repeating: 0, count: q.count)
    var scratch = [UInt8](repeating: 0xAA, count: Attention.scratchBytes(keys: keys.count / headColumns))
    scratch.withUnsafeMutableBytes {
      Attention.attend(
        q.span, keys: keys.span, values: values.span, bounds: bounds, headColumns: headColumns, scoreShift: scoreShift,
        valueShift: valueShift, scratch: $0, into: out.mutableSpan, on: set)
    }
    return out
  }

  @Test(arguments: InstructionSet.available, [16, 48, 64, 80, 256]) func agreesWithTheDefinition(set: InstructionSet, headColumns: Int) {
    var random = EdgeInputs(seed: UInt64(headColumns))
    for round in 0..<10 {
      let t = random.integer(in: 1...(round == 0 ? 600 : 40))
      let narrowing = random.integer(in: 0...2) * 6
      let q = random.shorts(2 * headColumns).map { $0 >> Int16(narrowing) }
      let keys = random.shorts(t * headColumns)
      let values = random.shorts(t * headColumns).map { $0 >> Int16(round % 3 * 3) }
      let scoreShift = random.integer(in: 0...31)
      let valueShift = random.integer(in: 0...12)
      let out = Self.attend(q, keys, values, headColumns: headColumns, scoreShift: scoreShift, valueShift: valueShift, on: set)
      for head in 0..<2 {
        let columns = head * headColumns..<(head + 1) * headColumns
        #expect(
          Array(out[columns])
            == Naive.attend(Array(q[columns]), keys: keys, values: values, scoreShift: scoreShift, valueShift: valueShift))
      }
    }
  }

  /// Equal scores give every key the largest weight: the sums that bound the accumulators.
  @Test(arguments: InstructionSet.available) func theLargestSumsAreExact(set: InstructionSet) {
    for t in [256, 257, 16384] {
      let q = [Int16](repeating: .min, count: 16)
      let keys = [Int16](repeating: .min, count: 16 * t)
      let values = (0..<16 * t).map { Int16($0 % 16 == 3 ? 32767 : -32768) }
      let out = Self.attend(q, keys, values, headColumns: 16, scoreShift: 0, valueShift: 12, on: set)
      #expect(out == (0..<16).map { $0 == 3 ? 32767 << 12 : -32768 << 12 })
    }
  }
}
