import Bytes

/// An account's name for people: its public key as `pb1…` with a checksum. `[ADDR-1]`
public struct Address: Hashable, Sendable {
  /// The human-readable part.
  public static let prefix = "pb"

  /// The key that the address names.
  public let key: PublicKey

  /// The address of a key.
  public init(of key: PublicKey) { self.key = key }

  /// Reads an address; capitals alone are accepted.
  public init(_ text: String) throws(AddressRejection) {
    let (prefix, groups) = try Bech32m.decode(text)
    guard prefix == Address.prefix else { throw .wrongPrefix }
    guard groups.count == Address.groupCount, let bytes = Address.joined(groups) else { throw .wrongLength }
    guard let key = PublicKey(bytes) else { throw .notAKey }
    self.key = key
  }

  /// The 61 characters, in small letters.
  public var text: String { Bech32m.encode(prefix: Address.prefix, groups: Address.split(key.bytes)) }

  private static let groupCount = 52

  /// Regroups 32 bytes as 52 groups of 5 bits; the last is filled up with zeros.
  private static func split(_ bytes: [UInt8]) -> [UInt8] {
    var (groups, buffer, bits) = ([UInt8](), UInt32(0), UInt32(0))
    for byte in bytes {
      (buffer, bits) = (buffer << 8 & 0xfff | UInt32(byte), bits + 8)
      while bits >= 5 {
        bits -= 5
        groups.append(UInt8(buffer >> bits & 31))
      }
    }
    if bits > 0 { groups.append(UInt8(buffer << (5 - bits) & 31)) }
    return groups
  }

  /// Regroups 52 groups as 32 bytes, or nil when the filling is not zero.
  private static func joined(_ groups: [UInt8]) -> [UInt8]? {
    var (bytes, buffer, bits) = ([UInt8](), UInt32(0), UInt32(0))
    for group in groups {
      (buffer, bits) = (buffer << 5 & 0xfff | UInt32(group), bits + 5)
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(buffer >> bits & 0xff))
      }
    }
    return buffer & (1 << bits - 1) == 0 ? bytes : nil
  }
}

extension Address: CustomStringConvertible {
  public var description: String { text }
}

extension Address: Encodable, Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do {
      self = try Address(try container.decode(String.self))
    } catch let rejection as AddressRejection {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an address: \(rejection)")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
