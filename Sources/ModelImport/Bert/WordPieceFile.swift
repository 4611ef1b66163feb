import Text

/// `tokenizer.json` of a tokenizer of word pieces. `[TEXT-8]`
public struct WordPieceFile: Decodable, Sendable {
  struct Model: Decodable {
    let type: String
    let unk_token: String
    let continuing_subword_prefix: String
    let max_input_chars_per_word: Int
    let vocab: [String: Int]
  }
  struct Normalizer: Decodable {
    let type: String
    let clean_text: Bool
    let handle_chinese_chars: Bool
    let strip_accents: Bool?
    let lowercase: Bool
  }
  struct PreTokenizer: Decodable {
    let type: String
  }
  struct AddedToken: Decodable {
    let id: Int
    let content: String
    let single_word: Bool
    let lstrip: Bool
    let rstrip: Bool
    let normalized: Bool
  }
  struct PostProcessor: Decodable {
    struct Part: Decodable {
      struct Token: Decodable {
        let id: String
      }
      let SpecialToken: Token?
    }
    let type: String
    let single: [Part]
  }

  let model: Model
  let normalizer: Normalizer
  let pre_tokenizer: PreTokenizer
  let added_tokens: [AddedToken]
  let post_processor: PostProcessor

  /// The tokenizer as section 8 has it.
  public func description() throws(ModelFolderRejection) -> TokenizerDescription {
    guard model.type == "WordPiece" else { throw .unsupportedTokenizer("the model \(model.type)") }
    guard model.continuing_subword_prefix == "##", model.max_input_chars_per_word == 100 else {
      throw .unsupportedTokenizer("another prefix than ##, or words of more than 100 characters")
    }
    guard
      normalizer.type == "BertNormalizer", normalizer.clean_text, normalizer.handle_chinese_chars,
      normalizer.strip_accents ?? normalizer.lowercase == normalizer.lowercase, pre_tokenizer.type == "BertPreTokenizer"
    else { throw .unsupportedTokenizer("another normalisation than BERT's") }
    guard added_tokens.allSatisfy({ !$0.single_word && !$0.lstrip && !$0.rstrip && !$0.normalized }) else {
      throw .unsupportedTokenizer("an added token that takes in what is around it")
    }
    let ends = post_processor.single.map { $0.SpecialToken?.id }
    guard
      post_processor.type == "TemplateProcessing", ends.count == 3, let beginning = ends[0].flatMap({ model.vocab[$0] }), ends[1] == nil,
      let end = ends[2].flatMap({ model.vocab[$0] }), let unknown = model.vocab[model.unk_token]
    else { throw .unsupportedTokenizer("another template than a token, the text, a token") }

    var spellings = [String?](repeating: nil, count: model.vocab.count)
    for (spelling, number) in model.vocab {
      guard spellings.indices.contains(number), spellings[number] == nil else { throw .invalidVocabulary }
      spellings[number] = spelling
    }
    let added = Set(added_tokens.map(\.id))
    guard added_tokens.allSatisfy({ model.vocab[$0.content] == $0.id }) else { throw .invalidVocabulary }
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
