import Bytes
import Ledger
import Merkle

/// One entry of the state with the proof of it: `GET /v1/state/{key}`.
public struct StateProofAnswer: Hashable, Sendable {
  /// The header whose state root the proof leads to.
  public let header: Header
  /// Who attests the header, as far as the node knows, ascending by validator.
  public let attestations: [Attestation]
  /// The entry's encoding, or nil if there is no such entry.
  public let value: [UInt8]?
  /// The proof that the value, or nothing, stands at the key.
  public let proof: StateProof

  /// Makes an answer.
  public init(header: Header, attestations: [Attestation], value: [UInt8]?, proof: StateProof) {
    self.header = header
    self.attestations = attestations
    self.value = value
    self.proof = proof
  }

  /// Checks the proof against the header's state root. Whether to trust the header is for the caller to say.
  public func verify(key: StateKey) throws(StateProofRejection) {
    try proof.verify(keyHash: key.treeKey, value: value, root: header.stateRoot)
  }
}

extension StateProofAnswer: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    header = try Header(from: &reader)
    attestations = try reader.readAttestations()
    value = try reader.readOptional { (reader) throws(DecodingRejection) in try reader.readCounted(atMost: StateChange.maximumValueBytes) }
    proof = try StateProof(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    header.encode(to: &writer)
    writer.writeList(attestations) { $1.encode(to: &$0) }
    writer.writeOptional(value) { $0.writeCounted($1) }
    proof.encode(to: &writer)
  }
}
