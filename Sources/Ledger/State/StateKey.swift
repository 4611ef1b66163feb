import Bytes

/// The name of one entry of the state. Keys are ordered as their encodings are. `[LED-2]`
public enum StateKey: Hashable, Sendable {
  /// Supply and burnt units.
  case totals
  /// One account.
  case account(AccountIdentifier)
  /// One registered model, by its model root.
  case model(Digest)
  /// One claim, by its id.
  case claim(Digest)
  /// The claim that holds a request, by the request's digest.
  case request(Digest)
  /// The claims that become final after a height.
  case finalizing(Height)
  /// The accounts that are paid out at a height.
  case releasing(Height)
}

extension StateKey: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .totals
    case 1: self = .account(try AccountIdentifier(from: &reader))
    case 2: self = .model(try reader.readDigest())
    case 3: self = .claim(try reader.readDigest())
    case 4: self = .request(try reader.readDigest())
    case 5: self = .finalizing(try Height(from: &reader))
    case 6: self = .releasing(try Height(from: &reader))
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .totals:
      writer.write(UInt8(0))
    case .account(let account):
      writer.write(UInt8(1))
      account.encode(to: &writer)
    case .model(let root):
      writer.write(UInt8(2))
      writer.write(root)
    case .claim(let identifier):
      writer.write(UInt8(3))
      writer.write(identifier)
    case .request(let digest):
      writer.write(UInt8(4))
      writer.write(digest)
    case .finalizing(let height):
      writer.write(UInt8(5))
      height.encode(to: &writer)
    case .releasing(let height):
      writer.write(UInt8(6))
      height.encode(to: &writer)
    }
  }
}
