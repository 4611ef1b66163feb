/// Why text is no address. `[ADDR-1]`
public enum AddressRejection: Error, Hashable, Sendable, CaseIterable {
  /// Small letters and capitals are mixed.
  case mixedCase
  /// There is no separator with a human-readable part before it and a checksum behind it, or the text is too long.
  case malformed
  /// A character is outside the alphabet.
  case invalidCharacter
  /// The checksum does not fit: the text was mistyped.
  case wrongChecksum
  /// The human-readable part is another network's or another kind's.
  case wrongPrefix
  /// The data are not 32 bytes, or the filling is not zero.
  case wrongLength
  /// The bytes are the x coordinate of no point.
  case notAKey
}

/// The text format of BIP-350: a human-readable part, groups of 5 bits, a checksum. `[ADDR-1]`
package enum Bech32m {
  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
  private static let generators: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
  private static let constant: UInt32 = 0x2bc8_30a3
  private static let checksumCount = 6
  private static let maximumLength = 90

  /// Writes groups below 32 behind a prefix of small letters.
  package static func encode(prefix: String, groups: [UInt8]) -> String {
    let expanded = expand(Array(prefix.utf8)) + groups
    let check = polymod(expanded + [UInt8](repeating: 0, count: checksumCount)) ^ constant
    let checkGroups = (0..<checksumCount).map { UInt8(truncatingIfNeeded: check >> UInt32(5 * (checksumCount - 1 - $0))) & 31 }
    return prefix + "1" + String(decoding: (groups + checkGroups).map { alphabet[Int($0)] }, as: UTF8.self)
  }

  /// Reads text of at most 90 characters; the prefix comes back in small letters.
  package static func decode(_ text: String) throws(AddressRejection) -> (prefix: String, groups: [UInt8]) {
    let raw = Array(text.utf8)
    guard raw.count <= maximumLength else { throw .malformed }
    guard raw.allSatisfy({ (33...126).contains($0) }) else { throw .invalidCharacter }
    guard !raw.contains(where: isCapital) || !raw.contains(where: isSmall) else { throw .mixedCase }
    let small = raw.map { isCapital($0) ? $0 + 32 : $0 }
    guard let separator = small.lastIndex(of: UInt8(ascii: "1")), separator > 0, small.count - separator > checksumCount else {
      throw .malformed
    }

    var groups: [UInt8] = []
    for character in small[(separator + 1)...] {
      guard let group = alphabet.firstIndex(of: character) else { throw .invalidCharacter }
      groups.append(UInt8(group))
    }
    guard polymod(expand(Array(small[..<separator])) + groups) == constant else { throw .wrongChecksum }
    return (String(decoding: small[..<separator], as: UTF8.self), groups.dropLast(checksumCount))
  }

  private static func isCapital(_ character: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character) }

  private static func isSmall(_ character: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character) }

  private static func expand(_ prefix: [UInt8]) -> [UInt8] { prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 } }

  private static func polymod(_ groups: [UInt8]) -> UInt32 {
    var check: UInt32 = 1
    for group in groups {
      let top = check >> 25
      check = (check & 0x01ff_ffff) << 5 ^ UInt32(group)
      for (index, generator) in generators.enumerated() where top >> UInt32(index) & 1 == 1 { check ^= generator }
    }
    return check
  }
}
