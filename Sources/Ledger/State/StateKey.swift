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
  /// The claims that become final after a clock.
  case finalizing(DisputeTime)
  /// The accounts that are paid out at a height.
  case releasing(Height)
  /// For how long the dispute clock has stood still.
  case clock
  /// A record of a claim that a challenge has opened.
  case opened(claim: Digest, record: UInt32)
  /// One challenge.
  case challenge(ChallengeKey)
  /// The challenges that expire after a clock.
  case expiring(DisputeTime)
  /// One seal.
  case seal(SealKey)
  /// The seals that are removed after a clock.
  case unsealing(DisputeTime)
  /// The reward of a slashed claim, by the claim's id.
  case prize(Digest)
  /// The claims whose prize is paid after a clock.
  case paying(DisputeTime)
  /// That an account was punished for a subject.
  case punished(AccountIdentifier, subject: Digest)
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
    case 7: self = .clock
    case 8: self = .opened(claim: try reader.readDigest(), record: try reader.read())
    case 9: self = .challenge(try ChallengeKey(from: &reader))
    case 10: self = .expiring(try DisputeTime(from: &reader))
    case 11: self = .seal(try SealKey(from: &reader))
    case 12: self = .unsealing(try DisputeTime(from: &reader))
    case 13: self = .prize(try reader.readDigest())
    case 14: self = .paying(try DisputeTime(from: &reader))
    case 15: self = .punished(try AccountIdentifier(from: &reader), subject: try reader.readDigest())
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
    case .clock, .opened, .challenge, .expiring, .seal, .unsealing, .prize, .paying, .punished:
      encodeDispute(to: &writer)
    }
  }
}

extension StateKey {
  /// The encoding of the keys of disputes.
  private func encodeDispute(to writer: inout ByteWriter) {
    switch self {
    case .totals, .account, .model, .claim, .request, .finalizing, .releasing:
      preconditionFailure("the other keys are encoded above")
    case .clock:
      writer.write(UInt8(7))
    case .opened(let claim, let record):
      writer.write(UInt8(8))
      writer.write(claim)
      writer.write(record)
    case .challenge(let key):
      writer.write(UInt8(9))
      key.encode(to: &writer)
    case .expiring(let clock):
      writer.write(UInt8(10))
      clock.encode(to: &writer)
    case .seal(let key):
      writer.write(UInt8(11))
      key.encode(to: &writer)
    case .unsealing(let clock):
      writer.write(UInt8(12))
      clock.encode(to: &writer)
    case .prize(let claim):
      writer.write(UInt8(13))
      writer.write(claim)
    case .paying(let clock):
      writer.write(UInt8(14))
      clock.encode(to: &writer)
    case .punished(let account, let subject):
      writer.write(UInt8(15))
      account.encode(to: &writer)
      writer.write(subject)
    }
  }
}
