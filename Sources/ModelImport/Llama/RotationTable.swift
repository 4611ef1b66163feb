/// The cosines and sines by which pairs of channels are rotated at each position, with 30 fraction bits. `[MODEL-2]` `[NUM-8]`
package struct RotationTable {
  /// How many channels a head has.
  package var width: Int { 2 * frequencies.count }
  private let frequencies: [Double]

  /// The table for heads of `width` channels: pair i turns by `base^(-2i/width)` a position.
  package init(width: Int, base: Double) {
    let logarithm = ElementaryFunctions.logarithm(base)
    frequencies = (0..<width / 2).map { ElementaryFunctions.exponential(-Double(2 * $0) / Double(width) * logarithm) }
  }

  /// `c0 s0 c1 s1 …` at a position.
  package func row(position: Int) -> [Int32] {
    frequencies.flatMap { frequency in
      let (cosine, sine) = ElementaryFunctions.cosineAndSine(Double(position) * frequency)
      return [Int32(roundedToNearest(cosine * 0x1p30)), Int32(roundedToNearest(sine * 0x1p30))]
    }
  }
}
