import Text

/// `tokenizer.json` of a tokenizer of word pieces. `[TEXT-8]`
public struct WordPieceFile: Decodable, Sendable {
  struct Model: Decodable {
    let type: String
    let unkToken: String
    let continuingSubwordPrefix: String
    let maxInputCharsPerWord: Int
    let vocab: [String: Int]

    private enum CodingKeys: String, CodingKey {
      case type
      case unkToken = "unk_token"
      case continuingSubwordPrefix = "continuing_subword_prefix"
      case maxInputCharsPerWord = "max_input_chars_per_word"
      case vocab
    }
  }
  struct Normalizer: Decodable {
    let type: String
    let cleanText: Bool
    let handleChineseChars: Bool
    let stripAccents: Bool?
    let lowercase: Bool

    private enum CodingKeys: String, CodingKey {
      case type
      case cleanText = "clean_text"
      case handleChineseChars = "handle_chinese_chars"
      case stripAccents = "strip_accents"
      case lowercase
    }
  }
  struct PreTokenizer: Decodable {
    let type: String
  }
  struct AddedToken: Decodable {
    let id: Int
    let content: String
    let singleWord: Bool
    let lstrip: Bool
    let rstrip: Bool
    let normalized: Bool

    private enum CodingKeys: String, CodingKey {
      case id
      case content
      case singleWord = "single_word"
      case lstrip
      case rstrip
      case normalized
    }
  }
  struct PostProcessor: Decodable {
    struct Part: Decodable {
      struct Token: Decodable {
        let id: String
      }
      let specialToken: Token?

      private enum CodingKeys: String, CodingKey {
        case specialToken = "SpecialToken"
      }
    }
    let type: String
    let single: [Part]
  }

  let model: Model
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let addedTokens: [AddedToken]
  let postProcessor: PostProcessor

  private enum CodingKeys: String, CodingKey {
    case model
    case normalizer
    case preTokenizer = "pre_tokenizer"
    case addedTokens = "added_tokens"
    case postProcessor = "post_processor"
  }

  /// The tokenizer as section 8 has it.
  public func description() throws(ModelFolderRejection) -> TokenizerDescription {
    guard model.type == "WordPiece" else { throw .unsupportedTokenizer("the model \(model.type)") }
    guard model.continuingSubwordPrefix == "##", model.maxInputCharsPerWord == 100 else {
      throw .unsupportedTokenizer("another prefix than ##, or words of more than 100 characters")
    }
    guard
      normalizer.type == "BertNormalizer", normalizer.cleanText, normalizer.handleChineseChars,
      normalizer.stripAccents ?? normalizer.lowercase == normalizer.lowercase, preTokenizer.type == "BertPreTokenizer"
    else { throw .unsupportedTokenizer("another normalisation than BERT's") }
    guard addedTokens.allSatisfy({ !$0.singleWord && !$0.lstrip && !$0.rstrip && !$0.normalized }) else {
      throw .unsupportedTokenizer("an added token that takes in what is around it")
    }
    let ends = postProcessor.single.map { $0.specialToken?.id }
    guard
      postProcessor.type == "TemplateProcessing", ends.count == 3, let beginning = ends[0].flatMap({ model.vocab[$0] }), ends[1] == nil,
      let end = ends[2].flatMap({ model.vocab[$0] }), let unknown = model.vocab[model.unkToken]
    else { throw .unsupportedTokenizer("another template than a token, the text, a token") }

    var spellings = [String?](repeating: nil, count: model.vocab.count)
    for (spelling, number) in model.vocab {
      guard spellings.indices.contains(number), spellings[number] == nil else { throw .invalidVocabulary }
      spellings[number] = spelling
    }
    let added = Set(addedTokens.map(\.id))
    guard addedTokens.allSatisfy({ model.vocab[$0.content] == $0.id }) else { throw .invalidVocabulary }
    let tokens = spellings.enumerated().map { number, spelling in
      let kind: TokenizerDescription.TokenKind = !added.contains(number) ? .normal : number == unknown ? .unknown : .control
      return TokenizerDescription.Token(Array((spelling ?? "").utf8), kind)
    }
    do {
      return try TokenizerDescription(
        tokens: tokens,
        wordPieces: .init(folds: normalizer.lowercase, unknown: UInt32(unknown), beginning: UInt32(beginning), end: UInt32(end)))
    } catch { throw .invalidVocabulary }
  }
}
