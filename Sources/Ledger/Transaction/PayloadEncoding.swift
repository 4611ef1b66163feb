import Bytes
import Cryptography
import Merkle

extension Payload: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    switch try reader.read(UInt8.self) {
    case 0: self = .transfer(Transfer(to: try PublicKey(from: &reader), amount: try Amount(from: &reader)))
    case 1: self = .bond(try Amount(from: &reader))
    case 2: self = .unbond(try Amount(from: &reader))
    case 3: self = .registerModel(try RegisterModel(from: &reader))
    case 4: self = .postClaim(try PostClaim(from: &reader))
    case 5: self = .fraudProof(try FraudProof(from: &reader))
    case 6: self = .seal(try reader.readDigest())
    case 7: self = .ask(try AskQuestion(from: &reader))
    case 8: self = .reveal(try RevealAnswer(from: &reader))
    case 9: self = .close(try ChallengeKey(from: &reader))
    case 10: self = .misconduct(try Misconduct(from: &reader))
    default: throw .unknownTag
    }
  }

  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .transfer(let payload):
      writer.write(UInt8(0))
      payload.to.encode(to: &writer)
      payload.amount.encode(to: &writer)
    case .bond(let amount):
      writer.write(UInt8(1))
      amount.encode(to: &writer)
    case .unbond(let amount):
      writer.write(UInt8(2))
      amount.encode(to: &writer)
    case .registerModel(let payload):
      writer.write(UInt8(3))
      payload.encode(to: &writer)
    case .postClaim(let payload):
      writer.write(UInt8(4))
      payload.encode(to: &writer)
    case .fraudProof(let payload):
      writer.write(UInt8(5))
      payload.encode(to: &writer)
    case .seal(let digest):
      writer.write(UInt8(6))
      writer.write(digest)
    case .ask(let payload):
      writer.write(UInt8(7))
      payload.encode(to: &writer)
    case .reveal(let payload):
      writer.write(UInt8(8))
      payload.encode(to: &writer)
    case .close(let key):
      writer.write(UInt8(9))
      key.encode(to: &writer)
    case .misconduct(let payload):
      writer.write(UInt8(10))
      payload.encode(to: &writer)
    }
  }
}

extension RegisterModel: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    name = try reader.readText(atMost: LedgerLimits.modelNameBytes)
    guard !name.isEmpty else { throw .outOfRange }
    graph = try reader.readCounted(atMost: LedgerLimits.graphBytes)
    tensorsRoot = try reader.readDigest()
    tokenizer = try reader.readDigest()
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCounted(name)
    writer.writeCounted(graph)
    writer.write(tensorsRoot)
    writer.write(tokenizer)
  }
}

extension PostClaim: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    modelRoot = try reader.readDigest()
    batchRoot = try reader.readDigest()
    recordCount = try reader.read()
    guard recordCount >= 1, recordCount <= LedgerLimits.recordsPerClaim else { throw .outOfRange }
    blob = try reader.readDigest()
  }

  public func encode(to writer: inout ByteWriter) {
    writer.write(modelRoot)
    writer.write(batchRoot)
    writer.write(recordCount)
    writer.write(blob)
  }
}

extension FraudProof: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    claim = try reader.readDigest()
    recordIndex = try reader.read()
    record = try reader.readCounted(atMost: LedgerLimits.recordBytes)
    inclusion = try InclusionProof(from: &reader)
    guard let kind = EvidenceKind(rawValue: try reader.read()) else { throw .unknownTag }
    self.kind = kind
    evidence = try reader.readCounted(atMost: LedgerLimits.evidenceBytes)
    salt = try reader.readOptional { (reader: inout ByteReader) throws(DecodingRejection) in try reader.readDigest() }
  }

  public func encode(to writer: inout ByteWriter) {
    encodeWithoutSalt(to: &writer)
    writer.writeOptional(salt) { $0.write($1) }
  }

  /// The encoding up to the salt, which a seal commits to. `[TX-7]`
  var encodedWithoutSalt: [UInt8] {
    var writer = ByteWriter()
    encodeWithoutSalt(to: &writer)
    return writer.bytes
  }

  private func encodeWithoutSalt(to writer: inout ByteWriter) {
    writer.write(claim)
    writer.write(recordIndex)
    writer.writeCounted(record)
    inclusion.encode(to: &writer)
    writer.write(kind.rawValue)
    writer.writeCounted(evidence)
  }
}
