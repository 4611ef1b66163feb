/// Functions of a `Double` by `+ - * /` alone, which IEEE 754 rounds the same on every machine; the system's mathematical library may
/// differ from one machine to the next, and a bundle must not.
package enum ElementaryFunctions {
  /// e to the x, for |x| below 700.
  package static func exponential(_ x: Double) -> Double {
    let power = (x * 1.4426950408889634 + 0.5).rounded(.down)
    let rest = (x - power * 6.93147180369123816490e-01) - power * 1.90821492927058770002e-10
    var sum = 1.0
    for divisor in stride(from: 22.0, through: 1, by: -1) { sum = sum * rest / divisor + 1 }
    return Double(sign: .plus, exponent: Int(power), significand: sum)
  }

  /// The natural logarithm of a positive, normal x.
  package static func logarithm(_ x: Double) -> Double {
    var fraction = x.significand
    var exponent = Double(x.exponent)
    if fraction > 1.4142135623730951 {
      fraction /= 2
      exponent += 1
    }
    let ratio = (fraction - 1) / (fraction + 1)
    let square = ratio * ratio
    var sum = 0.0
    for odd in stride(from: 47.0, through: 1, by: -2) { sum = sum * square + 1 / odd }
    return exponent * 6.93147180369123816490e-01 + (2 * ratio * sum + exponent * 1.90821492927058770002e-10)
  }

  /// Cosine and sine of an angle in 0...2^20.
  package static func cosineAndSine(_ angle: Double) -> (cosine: Double, sine: Double) {
    let quarters = (angle * 0.6366197723675814 + 0.5).rounded(.down)
    // A quarter turn in two parts; the product with the first is exact, since that has 33 bits.
    let rest = (angle - quarters * 1.57079632673412561417e+00) - quarters * 6.07710050650619224932e-11
    let square = rest * rest
    var cosine = 1.0
    var sine = 1.0
    for term in stride(from: 22.0, through: 2, by: -2) {
      cosine = 1 - cosine * square / (term * (term - 1))
      sine = 1 - sine * square / (term * (term + 1))
    }
    sine *= rest
    switch Int(quarters) & 3 {
    case 0: return (cosine, sine)
    case 1: return (-sine, cosine)
    case 2: return (-cosine, -sine)
    default: return (sine, -cosine)
    }
  }
}
