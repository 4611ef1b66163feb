/// How text is cut into pieces before merging; no token crosses the end of a piece. `[TEXT-3]`
public enum SplitRule: UInt8, CaseIterable, Hashable, Sendable {
  /// The rule of GPT-2: contractions, then runs of one class with at most one space before them, then spaces.
  case gpt2 = 1
  /// The rule of SmolLM: every number scalar is a piece of its own, and what stands between them is cut as by `gpt2`.
  case smollm = 2

  /// The ends of the pieces of `text.scalars[range]`, as indices of scalars, ascending, the last one `range.upperBound`.
  /// - Precondition: the range lies within the text.
  package func pieceEnds(of text: ScalarText, in range: Range<Int>) -> [Int] {
    var ends: [Int] = []
    var position = range.lowerBound
    while position < range.upperBound {
      switch self {
      case .gpt2:
        position = gpt2PieceEnd(of: text, in: position..<range.upperBound)
        ends.append(position)
      case .smollm:
        if text.classes[position] == .number {
          position += 1
          ends.append(position)
          continue
        }
        let numberFree = text.classes[position..<range.upperBound].firstIndex(of: .number) ?? range.upperBound
        while position < numberFree {
          position = gpt2PieceEnd(of: text, in: position..<numberFree)
          ends.append(position)
        }
      }
    }
    return ends
  }
}

/// The end of the first piece of a range that is not empty; nothing outside the range is looked at.
private func gpt2PieceEnd(of text: ScalarText, in range: Range<Int>) -> Int {
  let start = range.lowerBound
  if let length = contractionLength(text.scalars[range]) { return start + length }

  // At most one U+0020 before a run of letters, of numbers or of others.
  let lead = text.scalars[start] == 0x20 && start + 1 < range.upperBound ? start + 1 : start
  let kind = text.classes[lead]
  if kind != .space {
    return text.classes[lead..<range.upperBound].firstIndex { $0 != kind } ?? range.upperBound
  }

  // A run of spaces leaves its last one to the piece after it, if there is such a piece and the run is longer than one.
  guard let next = text.classes[range].firstIndex(where: { $0 != .space }) else { return range.upperBound }
  return next - start > 1 ? next - 1 : next
}

/// The scalars of `'s 't 'm 'd 're 've 'll` at the start of a slice, in lower case only, or nil.
private func contractionLength(_ scalars: ArraySlice<UInt32>) -> Int? {
  let head = scalars.prefix(3).compactMap { $0 < 128 ? UInt8($0) : nil }
  guard head.count >= 2, head[0] == UInt8(ascii: "'"), scalars.prefix(2).allSatisfy({ $0 < 128 }) else { return nil }
  switch head[1] {
  case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
  default: break
  }
  guard head.count == 3 else { return nil }
  switch (head[1], head[2]) {
  case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")), (UInt8(ascii: "l"), UInt8(ascii: "l")): return 3
  default: return nil
  }
}
