import Bytes
import Cryptography

/// A validator's word that a header is right. `[BLOCK-4]`
public struct Attestation: Hashable, Sendable {
  /// Who attests.
  public let validator: AccountIdentifier
  /// The validator's signature.
  public let signature: Signature

  /// Makes an attestation.
  public init(validator: AccountIdentifier, signature: Signature) {
    self.validator = validator
    self.signature = signature
  }

  /// Signs a header hash.
  public init(header: Digest, by key: PrivateKey, random: some RandomBytes = SystemRandomBytes()) {
    validator = AccountIdentifier(key.publicKey)
    signature = key.sign(Attestation.message(header), random: random)
  }

  /// What is signed for a header hash. `[BLOCK-4]`
  public static func message(_ header: Digest) -> Digest { Digest.hash(tag: .attestation, of: header) }
}

/// Why attestations do not hold.
public enum AttestationRejection: Error, Hashable, Sendable, CaseIterable {
  /// One is not by a validator of the genesis.
  case unknownValidator
  /// A signature does not verify.
  case badSignature
}

extension Genesis {
  /// Checks attestations of a header hash one by one; that they ascend is a matter of decoding. `[BLOCK-6]`
  public func check(_ attestations: [Attestation], of header: Digest) throws(AttestationRejection) {
    let message = Attestation.message(header)
    var signers: [(PublicKey, Signature)] = []
    for attestation in attestations {
      guard let key = validator(attestation.validator) else { throw .unknownValidator }
      signers.append((key, attestation.signature))
    }
    for (key, signature) in signers {
      guard key.verify(signature, of: message) else { throw .badSignature }
    }
  }

  /// Whether checked attestations are by more than two thirds of all validators. `[BLOCK-8]`
  public func isQuorum(_ attestations: [Attestation]) -> Bool {
    3 * Set(attestations.map(\.validator)).count > 2 * validators.count
  }
}

extension Attestation: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    validator = try AccountIdentifier(from: &reader)
    signature = try Signature(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    validator.encode(to: &writer)
    signature.encode(to: &writer)
  }
}

extension ByteReader {
  /// Reads a list of attestations, which ascends strictly by validator. `[BLOCK-4]`
  public mutating func readAttestations() throws(DecodingRejection) -> [Attestation] {
    let attestations = try readList(atMost: LedgerLimits.validators) { (reader: inout ByteReader) throws(DecodingRejection) in
      try Attestation(from: &reader)
    }
    try attestations.map(\.validator).checkAscending()
    return attestations
  }
}
