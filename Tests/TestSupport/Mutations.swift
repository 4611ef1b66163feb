import Bytes
import Foundation

/// What became of many faulty variants of valid bytes. A reader either refuses a variant for a reason that has a name, or reads a value
/// that encodes to the very same bytes; it never traps, and never believes a count before there are bytes for it.
public struct MutationOutcome: Sendable {
  /// How many variants there are of each kind of bytes.
  public static let count = 10_000
  /// A count of 2^32 that was believed would show as at least this many bytes.
  private static let memoryLimit = 4 << 30

  /// How many variants were read.
  public fileprivate(set) var accepted = 0
  /// How many variants were refused, by the name of the reason.
  public fileprivate(set) var refusals: [String: Int] = [:]
  /// A variant that was read and encodes otherwise.
  public fileprivate(set) var unfaithful: [UInt8]?
  /// By how much the peak of the process's address space grew meanwhile.
  public fileprivate(set) var grownBytes = 0

  /// Whether the reader kept its promises, and the variants were neither all good nor all refused for the same reason.
  public var isSound: Bool {
    unfaithful == nil && grownBytes < MutationOutcome.memoryLimit && refusals.count > 1
  }
}

extension SeededGenerator {
  /// Hands faulty variants of valid bytes to a reader.
  /// - Parameters:
  ///   - seeds: valid bytes of one kind, taken in turn.
  ///   - read: reads bytes and returns the encoding of what it read; throws its reason if it refuses them.
  public mutating func mutations<Rejection: Error>(
    of seeds: [[UInt8]], count: Int = MutationOutcome.count, _ read: ([UInt8]) throws(Rejection) -> [UInt8]
  ) -> MutationOutcome {
    var outcome = MutationOutcome()
    let before = peakAddressSpaceBytes()
    for number in 0..<count {
      let variant = mutated(seeds[number % seeds.count])
      do throws(Rejection) {
        if try read(variant) != variant, outcome.unfaithful == nil { outcome.unfaithful = variant }
        outcome.accepted += 1
      } catch {
        outcome.refusals["\(error)".prefix { $0 != "(" }.description, default: 0] += 1
      }
    }
    outcome.grownBytes = peakAddressSpaceBytes() - before
    return outcome
  }

  /// Hands faulty variants of valid encodings to the type's own reader; `look` sees each value that was read.
  public mutating func mutations<Value: CanonicallyCodable>(
    of values: [Value], count: Int = MutationOutcome.count, _ look: (Value) -> Void = { _ in }
  ) -> MutationOutcome {
    mutations(of: values.map(\.encoded), count: count) { (bytes: [UInt8]) throws(DecodingRejection) in
      let value = try Value(decoding: bytes)
      look(value)
      return value.encoded
    }
  }
}

/// The most bytes of address space that this process has had; reservations count, whether they were touched or not.
private func peakAddressSpaceBytes() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") }
  return 1024 * (line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) } ?? 0)
}
