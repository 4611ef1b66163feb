import Tensors
import Testing

/// `[NUM-14]`
@Suite struct ArithmeticTablesTests {
  /// X[j] is the integer with X - 1/2 <= 2^(30 - j/256) < X + 1/2, that is (2X - 1)^256 <= 2^(7936 - j) < (2X + 1)^256. `[NUM-9]`
  @Test func exponentialEntriesAreRoundedCorrectly() {
    for (j, entry) in ArithmeticTables.exponential.enumerated() {
      let value = powerOfTwo(7936 - j)
      #expect(!isLess(value, to256th(2 * UInt32(entry) - 1)) && isLess(value, to256th(2 * UInt32(entry) + 1)), "entry \(j)")
    }
  }

  @Test func sigmoidEntriesAscendByLessAndLess() {
    let entries = ArithmeticTables.sigmoid
    #expect(entries.count == 1025 && entries.first == 1 << 29 && entries.last == 1_073_741_703)
    for j in 1..<1024 {
      let before = entries[j] - entries[j - 1]
      let after = entries[j + 1] - entries[j]
      #expect(after > 0 && after <= before + 1)
    }
  }

  /// 32-bit limbs, least first, without zeros at the top.
  private func to256th(_ n: UInt32) -> [UInt32] {
    var value = [n]
    for _ in 0..<8 { value = multiply(value, value) }
    return value
  }

  private func powerOfTwo(_ n: Int) -> [UInt32] { [UInt32](repeating: 0, count: n / 32) + [1 << UInt32(n % 32)] }

  private func multiply(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var out = [UInt32](repeating: 0, count: a.count + b.count)
    for i in a.indices {
      var carry: UInt64 = 0
      for j in b.indices {
        let sum = UInt64(a[i]) * UInt64(b[j]) + UInt64(out[i + j]) + carry
        out[i + j] = UInt32(truncatingIfNeeded: sum)
        carry = sum >> 32
      }
      out[i + b.count] = UInt32(carry)
    }
    while out.last == 0 { out.removeLast() }
    return out
  }

  private func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    a.count == b.count ? a.reversed().lexicographicallyPrecedes(b.reversed()) : a.count < b.count
  }
}
