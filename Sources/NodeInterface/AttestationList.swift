import Bytes
import Cryptography
import Ledger

/// Attestations of one header, as they travel: a list that ascends strictly by validator.
public struct AttestationList: Hashable, Sendable, CanonicallyCodable {
  /// The bytes of one attestation.
  public static let attestationBytes = Digest.byteCount + Signature.byteCount

  /// The attestations.
  public let attestations: [Attestation]

  /// Wraps attestations that ascend strictly by validator.
  public init(_ attestations: [Attestation]) { self.attestations = attestations }

  public init(from reader: inout ByteReader) throws(DecodingRejection) { attestations = try reader.readAttestations() }

  public func encode(to writer: inout ByteWriter) { writer.writeList(attestations) { $1.encode(to: &$0) } }
}
