import Inference
import Tensors
import TestSupport

/// Sixteen channels of a linear tensor as plain numbers, read by the layout's definition. `[MODEL-3]`
struct NaiveChannels {
  let format: LinearFormat
  /// Group multipliers are empty but for `a16`.
  let block: NaiveBlock

  init(_ bytes: ArraySlice<UInt8>, inputs: Int, format: LinearFormat) {
    let bytes = Array(bytes)
    func number(at offset: Int, count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
    func weight(_ channel: Int, _ input: Int) -> Int {
      switch format {
      case .a16: Int(Int8(truncatingIfNeeded: number(at: input / 2 * 32 + channel * 2 + input % 2, count: 1)))
      case .h8: Int(Int8(truncatingIfNeeded: number(at: input / 4 * 64 + channel * 4 + input % 4, count: 1)))
      case .w16: Int(Int16(truncatingIfNeeded: number(at: input / 2 * 64 + channel * 4 + 2 * (input % 2), count: 2)))
      }
    }
    let groups = format == .a16 ? inputs / 32 : 0
    let end = bytes.count - 128
    self.format = format
    block = NaiveBlock(
      inputs: inputs, weights: (0..<16).map { channel in (0..<inputs).map { weight(channel, $0) } },
      groups: (0..<16).map { channel in (0..<groups).map { number(at: 16 * inputs + 2 * ($0 * 16 + channel), count: 2) } },
      multipliers: (0..<16).map { number(at: end + 4 * $0, count: 4) }, shifts: (0..<16).map { number(at: end + 64 + 4 * $0, count: 4) })
  }

  /// `[MODEL-4]`
  var isWellFormed: Bool {
    let largest = format == .w16 ? 32767 : 127
    return block.weights.allSatisfy { $0.allSatisfy { (-largest...largest).contains($0) } }
      && block.groups.allSatisfy { $0.allSatisfy { (1...4095).contains($0) } }
      && block.multipliers.allSatisfy { $0 < 1 << 24 } && block.shifts.allSatisfy { (17...62).contains($0) }
  }

  /// The outputs for a quantised row. `[NUM-6]` `[NUM-31]` `[NUM-32]`
  func outputs(_ row: (exponent: UInt8, q: [Int16])) -> [Int32] {
    switch format {
    case .a16: return (0..<16).map { Naive.linear(row.q, exponent: row.exponent, block: block, channel: $0) }
    case .w16:
      return (0..<16).map { channel in
        let sum = zip(row.q, block.weights[channel]).reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) }
        return output(Naive.rs(sum, 8) * Int128(block.multipliers[channel]), channel, row.exponent)
      }
    case .h8:
      let (b, m) = NaiveChannels.rotated(row.q)
      return (0..<16).map { channel in
        let sum = zip(b, block.weights[channel]).reduce(Int128(0)) { $0 + $1.0 * Int128($1.1) }
        return output(Naive.rs(sum * Int128(block.multipliers[channel]), 22) * m, channel, row.exponent)
      }
    }
  }

  /// One channel as a row of a table. `[NUM-12]`
  func embedded(channel: Int, delta: Int) -> [Int32] {
    guard format == .w16 else { return Naive.embed(block, channel: channel, delta: delta) }
    let shift = min(max(block.shifts[channel] - delta, 0), 62)
    return block.weights[channel].map { Int32(Naive.sat32(Naive.rs(Int128($0 * block.multipliers[channel]), shift))) }
  }

  private func output(_ product: Int128, _ channel: Int, _ exponent: UInt8) -> Int32 {
    Int32(Naive.sat32(Naive.rs(product, block.shifts[channel] - Int(exponent))))
  }

  /// The row after the transform, and its largest magnitude. `[NUM-31]`
  private static func rotated(_ q: [Int16]) -> ([Int128], Int128) {
    let run = q.count & -q.count
    let t = q.indices.map { index in
      let start = index / run * run
      return (0..<run).reduce(0) { $0 + ((index - start) & $1).nonzeroBitCount % 2 * -2 * Int(q[start + $1]) + Int(q[start + $1]) }
    }
    let m = Int128(max(1, t.map { abs($0) }.max() ?? 0))
    let n = Naive.bitLength(m) + 23
    let v = Naive.floorDivide(127 * Naive.power(n), by: m)
    return (t.map { Naive.rs(Int128($0) * v, n) }, m)
  }
}
