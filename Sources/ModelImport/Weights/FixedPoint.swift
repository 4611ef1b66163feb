/// How many fraction bits the values between the ops have: measured on SmolLM2, with at least 4 times headroom where a value can grow.
package enum FractionBits {
  /// The residual stream.
  static let residual = 14
  /// Outputs of linear maps that are not added to the residual stream, attention's output, logits.
  static let linear = 16
  /// Queries, which hold log2(e) / sqrt(head width) too.
  static let query = 12
  /// Keys.
  static let key = 9
  /// Values.
  static let value = 10
  /// The product of the gate.
  static let gate = 14
  /// The output of a norm, unless its gains are large.
  package static let norm = 20

  /// Rows of an encoder before and after their norm, unless the gains are large. These three were measured on MiniLM-L6.
  static let encoderRow = 18
  /// Keys of an encoder.
  static let encoderKey = 10
  /// Values of an encoder.
  static let encoderValue = 11
}

/// A positive factor as `multiplier * 2^-shift`, or zero. `[NUM-6]`
package struct Scale: Equatable {
  package let multiplier: UInt32
  package let shift: UInt32

  /// The factor 0.
  package static let zero = Scale(multiplier: 0, shift: 17)

  /// The factor to 24 bits, or to 62 binary places if those are fewer; nil if it is not below 2^7.
  package init?(_ factor: Double) {
    guard factor > 0, factor.isFinite, factor < 128 else { return nil }
    let exponent = max(Int(factor.exponent), -39)
    var multiplier = roundedToNearest(Double(sign: .plus, exponent: 23 - exponent, significand: factor))
    var shift = 23 - exponent
    if multiplier == 0x1p24 {
      multiplier /= 2
      shift -= 1
    }
    guard shift >= 17 else { return nil }
    self.multiplier = UInt32(multiplier)
    self.shift = UInt32(shift)
  }

  private init(multiplier: UInt32, shift: UInt32) {
    self.multiplier = multiplier
    self.shift = shift
  }
}

/// The nearest integer, ties toward plus infinity.
func roundedToNearest(_ x: Double) -> Double { (x + 0.5).rounded(.down) }
