/// The 32 weights that share a multiplier.
struct WeightGroup {
  private let quarters: (SIMD8<Double>, SIMD8<Double>, SIMD8<Double>, SIMD8<Double>)

  /// Takes 32 finite weights.
  init(_ values: Slice<UnsafeBufferPointer<Float>>) {
    precondition(values.count == 32, "a group has 32 weights")
    let start = values.startIndex
    func quarter(_ index: Int) -> SIMD8<Double> {
      var lanes = SIMD8<Double>()
      for lane in 0..<8 { lanes[lane] = Double(values[start + 8 * index + lane]) }
      return lanes
    }
    quarters = (quarter(0), quarter(1), quarter(2), quarter(3))
  }

  /// The multiplier with the least squared error, of equal ones the least, and the weights in units of `step * multiplier`.
  /// - Precondition: no weight is above 128 times `step * leastMultiplier`.
  func quantised(step: Double, leastMultiplier: Double) -> (multiplier: Double, weights: SIMD32<Double>) {
    var best = leastMultiplier
    var leastError = Double.infinity
    var last = 0.0
    for candidate in 0...32 {
      let multiplier = leastMultiplier + (leastMultiplier * Double(candidate) / 128).rounded(.down)
      guard multiplier > last else { continue }
      last = multiplier
      let unit = step * multiplier
      let error = squaredError(1 / unit) * (unit * unit)
      if error < leastError { (best, leastError) = (multiplier, error) }
    }
    return (best, weights(1 / (step * best)))
  }

  /// The sum of the squares of what rounding changes, in units of the step; in one order, so that it is the same everywhere.
  private func squaredError(_ inverse: Double) -> Double {
    let (first, second) = (error(quarters.0, inverse), error(quarters.1, inverse))
    let (third, fourth) = (error(quarters.2, inverse), error(quarters.3, inverse))
    let squares = (first * first + second * second) + (third * third + fourth * fourth)
    let halves = squares.lowHalf + squares.highHalf
    return (halves[0] + halves[1]) + (halves[2] + halves[3])
  }

  private func error(_ values: SIMD8<Double>, _ inverse: Double) -> SIMD8<Double> {
    let scaled = values * inverse
    return scaled - rounded(scaled)
  }

  private func weights(_ inverse: Double) -> SIMD32<Double> {
    let low = SIMD16(lowHalf: rounded(quarters.0 * inverse), highHalf: rounded(quarters.1 * inverse))
    let high = SIMD16(lowHalf: rounded(quarters.2 * inverse), highHalf: rounded(quarters.3 * inverse))
    return SIMD32(lowHalf: low, highHalf: high).clamped(lowerBound: SIMD32(repeating: -127), upperBound: SIMD32(repeating: 127))
  }

  /// The nearest integers, ties to even: adding 1.5 * 2^52 leaves no room for a fraction.
  private func rounded(_ values: SIMD8<Double>) -> SIMD8<Double> { (values + 0x1.8p52) - 0x1.8p52 }
}
