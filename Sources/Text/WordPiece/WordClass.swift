/// What word pieces make of a Unicode scalar, by Unicode 14.0.0. `[TEXT-8]`
package enum WordClass: UInt8 {
  /// Part of a word.
  case other = 0
  /// Left out.
  case dropped = 1
  /// Between words.
  case space = 2
  /// A word alone.
  case punctuation = 3
  /// Part of a word; left out of a folding.
  case mark = 4

  /// The class of a scalar, by the committed table.
  package init(of scalar: UInt32) {
    var low = 0
    var high = wordClassRuns.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if wordClassRuns[middle] >> 3 <= scalar { low = middle } else { high = middle }
    }
    self = WordClass(rawValue: UInt8(wordClassRuns[low] & 7)) ?? .other
  }

  /// Whether a scalar is a word alone without being punctuation: an ideograph.
  static func isIdeograph(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x2a6df, 0x2a700...0x2b73f, 0x2b740...0x2b81f, 0x2b920...0x2ceaf,
      0x2f800...0x2fa1f:
      true
    default: false
    }
  }
}

/// The folding of scalars: decomposed, without marks, in lower case. `[TEXT-8]`
package struct ScalarFolding: Sendable {
  private let foldings: [UInt32: [UInt32]]

  /// All foldings of the committed tables.
  package static let unicode = ScalarFolding(lowFoldings, highFoldings)

  private init(_ tables: [UInt32]...) {
    var foldings: [UInt32: [UInt32]] = [:]
    for table in tables {
      var rest = table[...]
      while let entry = rest.popFirst() {
        foldings[entry >> 2] = Array(rest.prefix(Int(entry & 3)))
        rest = rest.dropFirst(Int(entry & 3))
      }
    }
    self.foldings = foldings
  }

  /// What a scalar becomes.
  package func folded(_ scalar: UInt32) -> [UInt32] {
    if (0xac00...0xd7a3).contains(scalar) {
      // A Hangul syllable is a leading consonant, a vowel, and mostly a trailing consonant.
      let index = scalar - 0xac00
      let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
      return index % 28 == 0 ? parts : parts + [0x11a7 + index % 28]
    }
    if let folding = foldings[scalar] { return folding }
    return WordClass(of: scalar) == .mark ? [] : [scalar]
  }
}
