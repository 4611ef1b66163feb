import Bytes
import Ledger
import Merkle

/// A later header, and the place of the receipt's own header in its history. `[RCPT-1]`
public struct ReceiptHistory: Hashable, Sendable {
  /// The later header, which the attestations are of.
  public let anchor: Header
  /// The inclusion of the receipt's header hash in the anchor's history.
  public let path: InclusionProof

  /// Makes a history.
  public init(anchor: Header, path: InclusionProof) {
    self.anchor = anchor
    self.path = path
  }
}

/// All that shows what became of one answer: who holds it needs no chain. `[RCPT-1]`
public struct Receipt: Hashable, Sendable {
  /// The record's encoding: question, answer and trace root.
  public let record: [UInt8]
  /// Which record of its batch.
  public let recordIndex: UInt32
  /// The record's place in the batch.
  public let inclusion: InclusionProof
  /// The claim that holds the batch.
  public let claimIdentifier: Digest
  /// The claim, as it stands in the state under the header.
  public let claim: Claim
  /// The place of the claim in the state.
  public let stateProof: StateProof
  /// The header whose state holds the claim.
  public let header: Header
  /// A later header that the attestations are of, or nil where they are of `header`.
  public let history: ReceiptHistory?
  /// Who attests the anchor, ascending by validator.
  public let attestations: [Attestation]

  /// The first bytes of every receipt. `[RCPT-1]`
  public static let magic = Array("PROBREC1".utf8)

  /// Makes a receipt.
  public init(
    record: [UInt8], recordIndex: UInt32, inclusion: InclusionProof, claimIdentifier: Digest, claim: Claim, stateProof: StateProof,
    header: Header, history: ReceiptHistory?, attestations: [Attestation]
  ) {
    self.record = record
    self.recordIndex = recordIndex
    self.inclusion = inclusion
    self.claimIdentifier = claimIdentifier
    self.claim = claim
    self.stateProof = stateProof
    self.header = header
    self.history = history
    self.attestations = attestations
  }

  /// The header that the verifier must trust.
  public var anchor: Header { history?.anchor ?? header }
}

extension Receipt: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    guard try reader.readFixed(Receipt.magic.count) == Receipt.magic else { throw .unknownTag }
    record = try reader.readCounted(atMost: LedgerLimits.recordBytes)
    recordIndex = try reader.read()
    inclusion = try InclusionProof(from: &reader)
    claimIdentifier = try reader.readDigest()
    claim = try Claim(from: &reader)
    stateProof = try StateProof(from: &reader)
    header = try Header(from: &reader)
    history = try reader.readOptional { (reader: inout ByteReader) throws(DecodingRejection) in
      ReceiptHistory(anchor: try Header(from: &reader), path: try InclusionProof(from: &reader))
    }
    attestations = try reader.readAttestations()
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeFixed(Receipt.magic)
    writer.writeCounted(record)
    writer.write(recordIndex)
    inclusion.encode(to: &writer)
    writer.write(claimIdentifier)
    claim.encode(to: &writer)
    stateProof.encode(to: &writer)
    header.encode(to: &writer)
    writer.writeOptional(history) { writer, history in
      history.anchor.encode(to: &writer)
      history.path.encode(to: &writer)
    }
    writer.writeList(attestations) { $1.encode(to: &$0) }
  }
}
