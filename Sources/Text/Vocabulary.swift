import Bytes

/// The tokens of a model: bytes and a kind for each number from 0, stored flat. `[TEXT-4]`
public struct Vocabulary: Hashable, Sendable {
  private var storage: [UInt8] = []
  private var ends: [UInt32] = []
  private var kinds: [TokenizerDescription.TokenKind] = []
  private var specialCount = 0

  init() {}

  /// How many tokens there are.
  public var count: Int { kinds.count }

  /// Whether a token is in the vocabulary.
  public func contains(_ token: UInt32) -> Bool { Int(token) < kinds.count }

  /// The numbers of all tokens.
  public var tokens: Range<UInt32> { 0..<UInt32(kinds.count) }

  /// The bytes of a token.
  /// - Precondition: the vocabulary contains it.
  public func bytes(of token: UInt32) -> ArraySlice<UInt8> {
    let index = Int(token)
    return storage[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
  }

  /// The kind of a token.
  /// - Precondition: the vocabulary contains it.
  public func kind(of token: UInt32) -> TokenizerDescription.TokenKind { kinds[Int(token)] }

  /// Whether a token is in the vocabulary and takes part in merging.
  package func isOrdinary(_ token: UInt32) -> Bool { contains(token) && kind(of: token).isOrdinary }

  /// Whether the bytes of a merge's result are those of its left, then those of its right token.
  /// - Precondition: the vocabulary contains the three.
  func concatenates(_ merge: TokenizerDescription.Merge) -> Bool {
    let (left, right, result) = (bytes(of: merge.left), bytes(of: merge.right), bytes(of: merge.result))
    return result.count == left.count + right.count && result.starts(with: left) && result.suffix(right.count).elementsEqual(right)
  }

  /// Reads a list of kinds and counted bytes.
  init(from reader: inout ByteReader) throws(DecodingRejection) {
    for _ in 0..<(try reader.readCount(atMost: TextLimits.tokens)) {
      guard let kind = TokenizerDescription.TokenKind(rawValue: try reader.read()) else { throw .unknownTag }
      try append(try reader.readCounted(atMost: TextLimits.tokenBytes), kind: kind)
    }
  }

  /// Writes that list.
  func encode(to writer: inout ByteWriter) {
    writer.writeCount(count)
    for token in tokens {
      writer.write(kind(of: token).rawValue)
      writer.writeCounted(bytes(of: token))
    }
  }

  /// Adds the next token, or throws where it breaks a limit.
  mutating func append(_ bytes: [UInt8], kind: TokenizerDescription.TokenKind) throws(DecodingRejection) {
    guard bytes.count <= TextLimits.tokenBytes, storage.count + bytes.count <= TextLimits.vocabularyBytes else { throw .countAboveLimit }
    if kind == .byte { guard bytes.count == 1 else { throw .outOfRange } }
    if kind.isSpecial {
      guard specialCount < TextLimits.specialTokens, bytes.count <= TextLimits.specialTokenBytes else { throw .countAboveLimit }
      guard !bytes.isEmpty else { throw .outOfRange }
      guard TextRepair.isWellFormed(bytes) else { throw .invalidText }
      specialCount += 1
    }
    storage += bytes
    ends.append(UInt32(storage.count))
    kinds.append(kind)
  }
}
