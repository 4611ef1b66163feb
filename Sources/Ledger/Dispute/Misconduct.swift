import Bytes
import Cryptography
import Inference
import Merkle

/// Shows by signatures alone that an account broke its word. `[TX-13]`
public enum Misconduct: Hashable, Sendable {
  /// Two promises of one provider for one request, of different records.
  case promises(SignedPromise, SignedPromise)
  /// A promise, and a claim of the provider that holds another record for the request.
  case claimed(SignedPromise, claim: Digest, recordIndex: UInt32, record: [UInt8], inclusion: InclusionProof)
  /// A promise whose record was not posted in time.
  case unkept(SignedPromise)
  /// Two headers of one height that one validator attested.
  case headers(Header, Signature, Header, Signature, validator: AccountIdentifier)

  /// Who broke its word.
  public var offender: AccountIdentifier {
    switch self {
    case .promises(let first, _), .claimed(let first, _, _, _, _), .unkept(let first): first.promise.provider
    case .headers(_, _, _, _, let validator): validator
    }
  }

  /// What the offender is punished for, once. `[TX-13]`
  public var subject: Digest {
    switch self {
    case .promises(let first, _), .claimed(let first, _, _, _, _), .unkept(let first): first.promise.request
    case .headers(let first, _, _, _, _): Digest.hash(tag: .height, of: first.height)
    }
  }

  /// Whether all that is signed is of the chain, and by the offender.
  func isSigned(chain: Digest) -> Bool {
    switch self {
    case .promises(let first, let second):
      return [first, second].allSatisfy { $0.promise.chain == chain && $0.promise.provider == offender && $0.isSigned }
    case .claimed(let first, _, _, _, _), .unkept(let first):
      return first.promise.chain == chain && first.isSigned
    case .headers(let first, let firstSignature, let second, let secondSignature, let validator):
      guard first.chain == chain, second.chain == chain, let key = validator.publicKey else { return false }
      return key.verify(firstSignature, of: Attestation.message(first.hash))
        && key.verify(secondSignature, of: Attestation.message(second.hash))
    }
  }
}

extension Misconduct: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .promises(try SignedPromise(from: &reader), try SignedPromise(from: &reader))
    case 1:
      self = .claimed(
        try SignedPromise(from: &reader), claim: try reader.readDigest(), recordIndex: try reader.read(),
        record: try reader.readCounted(atMost: LedgerLimits.recordBytes), inclusion: try InclusionProof(from: &reader))
    case 2: self = .unkept(try SignedPromise(from: &reader))
    case 3:
      self = .headers(
        try Header(from: &reader), try Signature(from: &reader), try Header(from: &reader), try Signature(from: &reader),
        validator: try AccountIdentifier(from: &reader))
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .promises(let first, let second):
      writer.write(UInt8(0))
      first.encode(to: &writer)
      second.encode(to: &writer)
    case .claimed(let promise, let claim, let recordIndex, let record, let inclusion):
      writer.write(UInt8(1))
      promise.encode(to: &writer)
      writer.write(claim)
      writer.write(recordIndex)
      writer.writeCounted(record)
      inclusion.encode(to: &writer)
    case .unkept(let promise):
      writer.write(UInt8(2))
      promise.encode(to: &writer)
    case .headers(let first, let firstSignature, let second, let secondSignature, let validator):
      writer.write(UInt8(3))
      first.encode(to: &writer)
      firstSignature.encode(to: &writer)
      second.encode(to: &writer)
      secondSignature.encode(to: &writer)
      validator.encode(to: &writer)
    }
  }
}
