/// Merges the bytes of one piece into tokens: always the pair of lowest rank, of equal ranks the leftmost, until none is left. `[TEXT-5]`
///
/// A heap of candidate pairs makes this O(n log n) for a piece of n bytes, whatever the merges are.
package struct PairMerger: Sendable {
  private struct Rule {
    let rank: UInt32
    let result: UInt32
  }

  private let alphabet: [UInt32?]
  private let rules: [UInt64: Rule]

  /// Takes the alphabet (of two ordinary tokens for one byte, the lower number) and the merges (of two for one pair, the lower rank).
  package init(_ vocabulary: Vocabulary, _ merges: [TokenizerDescription.Merge]) {
    var alphabet: [UInt32?] = Array(repeating: nil, count: 256)
    for token in vocabulary.tokens where vocabulary.isOrdinary(token) {
      let bytes = vocabulary.bytes(of: token)
      if bytes.count == 1, let byte = bytes.first, alphabet[Int(byte)] == nil { alphabet[Int(byte)] = token }
    }
    var rules: [UInt64: Rule] = [:]
    rules.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      let pair = PairMerger.pair(merge.left, merge.right)
      if rules[pair] == nil { rules[pair] = Rule(rank: UInt32(rank), result: merge.result) }
    }
    self.alphabet = alphabet
    self.rules = rules
  }

  /// Appends the tokens of a piece.
  package func appendTokens(of piece: ArraySlice<UInt8>, to output: inout [UInt32]) throws(TextRejection) {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(piece.count)
    for byte in piece {
      guard let token = alphabet[Int(byte)] else { throw .unencodableByte }
      symbols.append(Symbol(token: token, previous: symbols.count - 1, next: symbols.count + 1))
    }
    var candidates = MinimumHeap()
    for index in symbols.indices { findRule(at: index, in: &symbols, &candidates) }

    while let candidate = candidates.popMinimum() {
      let index = Int(candidate & 0xffff_ffff)
      guard let rule = symbols[index].rule, UInt64(rule.rank) == candidate >> 32 else { continue }
      let absorbed = symbols[index].next
      let next = symbols[absorbed].next
      symbols[index].token = rule.result
      symbols[index].next = next
      symbols[absorbed].rule = nil
      symbols[absorbed].isAbsorbed = true
      if next < symbols.count { symbols[next].previous = index }
      findRule(at: index, in: &symbols, &candidates)
      if symbols[index].previous >= 0 { findRule(at: symbols[index].previous, in: &symbols, &candidates) }
    }
    for symbol in symbols where !symbol.isAbsorbed { output.append(symbol.token) }
  }

  private struct Symbol {
    var token: UInt32
    var previous: Int
    var next: Int
    var isAbsorbed = false
    /// The rule that merges this symbol with the next one, if there is one.
    var rule: Rule?
  }

  /// Notes the rule for a symbol and its next one, and makes it a candidate.
  private func findRule(at index: Int, in symbols: inout [Symbol], _ candidates: inout MinimumHeap) {
    let next = symbols[index].next
    symbols[index].rule = next < symbols.count ? rules[PairMerger.pair(symbols[index].token, symbols[next].token)] : nil
    if let rule = symbols[index].rule { candidates.push(UInt64(rule.rank) << 32 | UInt64(index)) }
  }

  private static func pair(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }
}

/// A binary heap that gives back the least number first.
struct MinimumHeap {
  private var values: [UInt64] = []

  mutating func push(_ value: UInt64) {
    values.append(value)
    var child = values.count - 1
    while child > 0, values[(child - 1) / 2] > values[child] {
      values.swapAt((child - 1) / 2, child)
      child = (child - 1) / 2
    }
  }

  mutating func popMinimum() -> UInt64? {
    guard let minimum = values.first, let last = values.popLast() else { return nil }
    guard !values.isEmpty else { return minimum }
    values[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < values.count && values[child] < values[least] { least = child }
      if least == parent { return minimum }
      values.swapAt(parent, least)
      parent = least
    }
  }
}
