/// Cuts text into words, and words into the longest pieces that a vocabulary has. `[TEXT-8]`
struct WordPieceEncoder: Sendable {
  private let rule: TokenizerDescription.WordPieceRule
  private let first: TokenTrie
  private let further: TokenTrie

  /// The longest word that is cut, in scalars.
  private static let wordScalars = 100
  /// What the spelling of a further piece begins with.
  private static let prefix = Array("##".utf8)

  init(_ vocabulary: Vocabulary, _ rule: TokenizerDescription.WordPieceRule) {
    self.rule = rule
    let ordinary = vocabulary.tokens.filter { vocabulary.isOrdinary($0) }.map { ($0, Array(vocabulary.bytes(of: $0))) }
    first = TokenTrie(ordinary)
    let prefix = WordPieceEncoder.prefix
    further = TokenTrie(
      ordinary.filter { $0.1.starts(with: prefix) && $0.1.count > prefix.count }.map { ($0.0, Array($0.1.dropFirst(prefix.count))) })
  }

  /// Appends the tokens of a range of scalars.
  func appendTokens(of scalars: ArraySlice<UInt32>, to tokens: inout [UInt32]) {
    var word: [UInt32] = []
    func end(_ word: inout [UInt32]) {
      if !word.isEmpty { appendPieces(of: word, to: &tokens) }
      word.removeAll(keepingCapacity: true)
    }
    for scalar in scalars {
      let kind = WordClass(of: scalar)
      guard kind != .dropped else { continue }
      let isAlone = WordClass.isIdeograph(scalar)
      if isAlone || kind == .space { end(&word) }
      guard kind != .space else { continue }
      for folded in rule.folds ? ScalarFolding.unicode.folded(scalar) : [scalar] {
        if WordClass(of: folded) == .punctuation {
          end(&word)
          appendPieces(of: [folded], to: &tokens)
        } else {
          word.append(folded)
        }
      }
      if isAlone { end(&word) }
    }
    end(&word)
  }

  private func appendPieces(of word: [UInt32], to tokens: inout [UInt32]) {
    guard word.count <= WordPieceEncoder.wordScalars else { return tokens.append(rule.unknown) }
    let bytes = word.flatMap { Unicode.Scalar($0).map { Array(String($0).utf8) } ?? [] }
    var pieces: [UInt32] = []
    var offset = 0
    while offset < bytes.count {
      guard let (token, end) = (offset == 0 ? first : further).match(in: bytes, at: offset) else { return tokens.append(rule.unknown) }
      pieces.append(token)
      offset = end
    }
    tokens += pieces
  }
}
