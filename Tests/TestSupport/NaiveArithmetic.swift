import Tensors

/// SPEC section 6 once more, in 128-bit integers and with no regard for speed.
package enum Naive {
  package static func floorDivide(_ a: Int128, by b: Int128) -> Int128 {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder < 0 ? quotient - 1 : quotient
  }

  package static func power(_ n: Int) -> Int128 { Int128(1) << n }

  /// `[NUM-2]`
  package static func rs(_ v: Int128, _ n: Int) -> Int128 { n == 0 ? v : floorDivide(v + power(n - 1), by: power(n)) }

  /// `[NUM-3]`
  package static func sat32(_ v: Int128) -> Int128 { min(max(v, -0x7FFF_FFFF), 0x7FFF_FFFF) }
  package static func sat16(_ v: Int128) -> Int128 { min(max(v, -32767), 32767) }

  /// An i32 that is read. `[STEP-5]`
  package static func read(_ row: [Int32]) -> [Int128] { row.map { sat32(Int128($0)) } }

  package static func bitLength(_ m: Int128) -> Int { 128 - m.leadingZeroBitCount }

  /// `[NUM-4]`
  package static func quantise(_ row: [Int128]) -> (UInt8, [Int16]) {
    let e = max(0, bitLength(row.map(\.magnitude).map { Int128($0) }.max() ?? 0) - 15)
    return (UInt8(e), row.map { Int16(min(rs($0, e), 32767)) })
  }

  /// `[NUM-5]`
  package static func unpack(_ q: [Int16], exponent: UInt8) -> [Int128] { q.map { sat32(Int128($0) * power(Int(exponent))) } }

  /// `[NUM-6]`
  package static func linear(_ q: [Int16], exponent: UInt8, block: NaiveBlock, channel: Int) -> Int32 {
    var acc = Int128(0)
    for input in 0..<block.inputs {
      acc += Int128(q[input]) * Int128(block.weights[channel][input]) * Int128(block.groups[channel][input / 32])
    }
    return Int32(sat32(rs(rs(acc, 12) * Int128(block.multipliers[channel]), block.shifts[channel] - Int(exponent))))
  }

  /// `[NUM-7]`
  package static func rmsNorm(_ row: [Int32], gain: [Int32], epsilonTerm: UInt64, shift: Int) -> [Int32] {
    zip(units(read(row), epsilonTerm: epsilonTerm), gain).map { Int32(sat32(rs($0 * Int128($1), shift))) }
  }

  /// `[NUM-16]`
  package static func layerNorm(_ row: [Int32], gain: [Int32], offset: [Int32], epsilonTerm: UInt64, shift: Int) -> [Int32] {
    let x = read(row)
    let mean = mean(x)
    let u = units(x.map { sat32($0 - mean) }, epsilonTerm: epsilonTerm)
    return x.indices.map { Int32(sat32(rs(u[$0] * Int128(gain[$0]), shift) + sat32(Int128(offset[$0])))) }
  }

  /// `[NUM-18]`
  package static func mean(_ x: [Int128]) -> Int128 { floorDivide(2 * x.reduce(0, +) + Int128(x.count), by: 2 * Int128(x.count)) }

  /// `[NUM-19]`
  package static func unit(_ row: [Int32], shift: Int) -> [Int32] { units(read(row), epsilonTerm: 0).map { Int32(rs($0, shift)) } }

  /// The u of `[NUM-7]`.
  private static func units(_ x: [Int128], epsilonTerm: UInt64) -> [Int128] {
    let s = max(0, bitLength(x.map { Int128($0.magnitude) }.max() ?? 0) - 23)
    let sum = x.reduce(Int128(0)) { $0 + square(Int128($1.magnitude) >> s) }
    let a = max(1, sum + floorDivide(Int128(epsilonTerm), by: power(2 * s)))
    var c = 62 - bitLength(a)
    if c % 2 == 1 { c -= 1 }
    let inverse = floorDivide(power(61), by: floorSquareRoot(a * power(c)))
    return x.map { rs($0 * inverse, 31 - c / 2 + s) }
  }

  package static func square(_ a: Int128) -> Int128 { a * a }

  /// By bisection.
  package static func floorSquareRoot(_ a: Int128) -> Int128 {
    var low = Int128(0)
    var high = power(32)
    while high - low > 1 {
      let middle = (low + high) / 2
      if middle * middle <= a { low = middle } else { high = middle }
    }
    return low
  }

  /// `[NUM-8]`
  package static func rope(_ row: [Int32], cosSin: [Int32], shift: Int) -> [Int16] {
    let x = read(row)
    return x.indices.map { index in
      let pair = index / 2 * 2
      let c = Int128(cosSin[pair % cosSin.count])
      let s = Int128(cosSin[pair % cosSin.count + 1])
      return Int16(sat16(rs(index == pair ? x[pair] * c - x[pair + 1] * s : x[pair] * s + x[pair + 1] * c, shift)))
    }
  }

  /// `[NUM-9]`
  package static func exponential(_ d: Int128) -> Int128 {
    let table = tables.exponential
    let p = Int(d / 65536)
    let j = Int(d / 256) % 256
    let f = table[j] - floorDivide((table[j] - table[j + 1]) * (d % 256) + 128, by: 256)
    return p <= 30 ? rs(f, p) : 0
  }

  /// `[NUM-10]`
  package static func attend(_ q: [Int16], keys: [Int16], values: [Int16], scoreShift: Int, valueShift: Int) -> [Int32] {
    let h = q.count
    let t = keys.count / h
    let scores = (0..<t).map { i in rs((0..<h).reduce(Int128(0)) { $0 + Int128(q[$1]) * Int128(keys[i * h + $1]) }, scoreShift) }
    let largest = scores.max() ?? 0
    let weights = scores.map { rs(exponential(min(largest - $0, power(21))), 15) }
    let d = weights.reduce(0, +)
    return (0..<h).map { j in
      let n = (0..<t).reduce(Int128(0)) { $0 + weights[$1] * Int128(values[$1 * h + j]) } * power(valueShift)
      return Int32(n.signum() * floorDivide(2 * Int128(n.magnitude) + d, by: 2 * d))
    }
  }

  /// `[NUM-11]`
  package static func gate(_ gate: [Int32], _ up: [Int32], shift: Int) -> [Int32] {
    let table = tables.sigmoid
    return zip(read(gate), read(up)).map { g, u in
      let a = Int128(g.magnitude)
      var sigma = power(30)
      if a < power(20) {
        let j = Int(a / 1024)
        sigma = table[j] + floorDivide((table[j + 1] - table[j]) * (a % 1024) + 512, by: 1024)
      }
      if g < 0 { sigma = power(30) - sigma }
      return Int32(sat32(rs(rs(g * sigma, 30) * u, shift)))
    }
  }

  /// `[NUM-17]`
  package static func gelu(_ row: [Int32], shift: Int) -> [Int32] {
    read(row).map { g in
      let a = Int128(g.magnitude)
      var phi = power(30)
      if a < power(19) {
        let j = Int(a / 512)
        phi = tables.normal[j] + floorDivide((tables.normal[j + 1] - tables.normal[j]) * (a % 512) + 256, by: 512)
      }
      if g < 0 { phi = power(30) - phi }
      return Int32(rs(rs(g * phi, 30), shift))
    }
  }

  /// `[NUM-12]`
  package static func embed(_ block: NaiveBlock, channel: Int, delta: Int) -> [Int32] {
    let n = min(max(block.shifts[channel] - delta, 0), 62)
    return (0..<block.inputs).map {
      Int32(sat32(rs(Int128(block.weights[channel][$0] * block.groups[channel][$0 / 32] * block.multipliers[channel]), n)))
    }
  }

  private static let tables = (
    exponential: ArithmeticTables.exponential.map { Int128($0) }, sigmoid: ArithmeticTables.sigmoid.map { Int128($0) },
    normal: ArithmeticTables.normal.map { Int128($0) }
  )
}
