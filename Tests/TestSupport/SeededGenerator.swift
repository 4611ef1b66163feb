import Bytes
import Foundation

/// Pseudo-random numbers from a seed (SplitMix64): a property test that fails is repeated by its seed.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// What the sequence was started from.
  public let seed: UInt64
  private var state: UInt64

  /// Starts the sequence of a seed.
  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// A generator whose seed is `PROBITY_SEED` where that is set and fresh otherwise; prints the seed beside the test's name.
  public static func printed(_ test: String = #function) -> SeededGenerator {
    let given = ProcessInfo.processInfo.environment["PROBITY_SEED"].flatMap { UInt64($0) }
    let generator = SeededGenerator(seed: given ?? UInt64.random(in: .min ... .max))
    print("\(test): PROBITY_SEED=\(generator.seed)")
    return generator
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// `count` pseudo-random bytes.
  public mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

  /// Thirty-two pseudo-random bytes.
  public mutating func digest() -> Digest {
    guard let digest = Digest(bytes(Digest.byteCount)) else { preconditionFailure("32 bytes make a digest") }
    return digest
  }

  /// `bytes` after one to three random faults: a flipped bit, a piece that is changed, lost, added, doubled or cut off.
  public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    let edges: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
    var result = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) {
      let place = Int.random(in: 0...result.count, using: &self)
      switch Int.random(in: 0..<8, using: &self) {
      case 0 where place < result.count: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1 where place < result.count: result[place] = edges.randomElement(using: &self) ?? 0
      case 2: result.removeLast(min(result.count, Int.random(in: 1...40, using: &self)))
      case 3: result.insert(contentsOf: self.bytes(Int.random(in: 1...40, using: &self)), at: place)
      case 4 where place < result.count: result.remove(at: place)
      case 5:
        // As wide as a count or an offset.
        let edge = edges.randomElement(using: &self) ?? 0
        for index in place..<min(result.count, place + [4, 8][Int.random(in: 0..<2, using: &self)]) { result[index] = edge }
      case 6 where Int.random(in: 0..<4, using: &self) == 0: result.removeSubrange(place...)
      default: result.insert(contentsOf: result[place..<min(result.count, place + 32)], at: place)
      }
    }
    return result
  }
}
