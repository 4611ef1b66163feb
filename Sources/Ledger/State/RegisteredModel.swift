import Bytes

/// What the ledger holds for one registered model: enough to check any step of it, and none of its weights. `[LED-2]`
public struct RegisteredModel: Hashable, Sendable {
  /// A name for people, as UTF-8 of 1..256 bytes; two models may have one name.
  public let name: [UInt8]
  /// The canonical encoding of a valid graph.
  public let graph: [UInt8]
  /// The Merkle root over the model's tensors.
  public let tensorsRoot: Digest
  /// The SHA-256 of the tokenizer's bytes.
  public let tokenizer: Digest
  /// The account that registered the model.
  public let registrant: AccountIdentifier
  /// The height of the block that registered it.
  public let height: Height

  /// Makes an entry.
  public init(
    name: [UInt8], graph: [UInt8], tensorsRoot: Digest, tokenizer: Digest, registrant: AccountIdentifier, height: Height
  ) {
    self.name = name
    self.graph = graph
    self.tensorsRoot = tensorsRoot
    self.tokenizer = tokenizer
    self.registrant = registrant
    self.height = height
  }
}

extension RegisteredModel: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    name = try reader.readText(atMost: LedgerLimits.modelNameBytes)
    guard !name.isEmpty else { throw .outOfRange }
    graph = try reader.readCounted(atMost: LedgerLimits.graphBytes)
    tensorsRoot = try reader.readDigest()
    tokenizer = try reader.readDigest()
    registrant = try AccountIdentifier(from: &reader)
    height = try Height(from: &reader)
  }

  public func encode(to writer: inout ByteWriter) {
    writer.writeCounted(name)
    writer.writeCounted(graph)
    writer.write(tensorsRoot)
    writer.write(tokenizer)
    registrant.encode(to: &writer)
    height.encode(to: &writer)
  }
}
