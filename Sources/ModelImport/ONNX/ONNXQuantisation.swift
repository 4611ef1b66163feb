import Tensors

/// What the numbers of an int8 tensor stand for: `(q - zero) * scale`.
struct ONNXQuantisation: Equatable {
  let scale: Double
  let zero: Int8

  /// The value nearest to a real number, ties to the even one, as QuantizeLinear has it.
  func quantised(_ x: Double) -> Int8 {
    let value = (x / scale).rounded(.toNearestOrEven) + Double(zero)
    return Int8(max(-128, min(127, value)))
  }

  func real(_ q: Int8) -> Double { Double(Int(q) - Int(zero)) * scale }

  /// The range of `quantised` for real numbers between two bounds.
  func range(_ low: Double, _ high: Double) -> Int8Range { Int8Range(zero: zero, low: quantised(low), high: quantised(high)) }
}

extension Int8Scale {
  /// The factor nearest to a number with a multiplier of 31 bits, or of fewer where the shift would be above 62; nil if it is not in 0..<2^29.
  init?(_ factor: Double) {
    guard factor >= 0, factor < 0x1p29 else { return nil }
    guard factor > 0x1p-63 else {
      self.init(multiplier: 0, shift: 62)
      return
    }
    var shift = min(62, 30 - Int(factor.exponent))
    var multiplier = roundedToNearest(Double(sign: .plus, exponent: shift, significand: factor))
    if multiplier == 0x1p31 {
      multiplier /= 2
      shift -= 1
    }
    guard shift >= 2 else { return nil }
    self.init(multiplier: UInt32(multiplier), shift: shift)
  }
}

/// Functions of single values, which become tables.
enum ONNXFunction {
  case clip(low: Double, high: Double)
  case leakyRelu(Double)
  case sigmoid
  case tanh
  case hardSigmoid(slope: Double, offset: Double)
  case hardSwish

  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .clip(let low, let high): max(low, min(high, x))
    case .leakyRelu(let slope): x < 0 ? slope * x : x
    case .sigmoid: 1 / (1 + ElementaryFunctions.exponential(max(-600, min(600, -x))))
    case .tanh: 2 / (1 + ElementaryFunctions.exponential(max(-600, min(600, -2 * x)))) - 1
    case .hardSigmoid(let slope, let offset): max(0, min(1, slope * x + offset))
    case .hardSwish: x * max(0, min(1, x / 6 + 0.5))
    }
  }
}
