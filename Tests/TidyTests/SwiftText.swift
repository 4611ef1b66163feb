/// Just enough of Swift's lexical structure to look at code without its comments and string literals.
enum SwiftText {
  /// The text with every byte of a comment or of a string literal's content replaced by a space; line breaks stay.
  static func withoutCommentsAndLiterals(_ text: String) -> String {
    var scanner = Scanner(bytes: Array(text.utf8))
    scanner.code(untilClosingParenthesis: false)
    return String(decoding: scanner.output, as: UTF8.self)
  }

  private struct Scanner {
    let bytes: [UInt8]
    var index = 0
    var output: [UInt8] = []

    /// Reads code up to the end, or up to the parenthesis that closes an interpolation.
    mutating func code(untilClosingParenthesis nested: Bool) {
      var depth = 0
      while index < bytes.count {
        if starts("//") {
          lineComment()
        } else if starts("/*") {
          blockComment()
        } else if let hashes = literalHashes() {
          literal(hashes: hashes)
        } else {
          if nested, starts(")"), depth == 0 { return }
          if starts("(") { depth += 1 }
          if starts(")") { depth -= 1 }
          keep(1)
        }
      }
    }

    private mutating func lineComment() {
      while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { blank(1) }
    }

    private mutating func blockComment() {
      var depth = 0
      repeat {
        if starts("/*") {
          depth += 1
          blank(2)
        } else if starts("*/") {
          depth -= 1
          blank(2)
        } else {
          blank(1)
        }
      } while depth > 0 && index < bytes.count
    }

    /// The number of `#` before a quotation mark that begins here; nil if no literal begins here.
    private func literalHashes() -> Int? {
      var end = index
      while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
      return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - index : nil
    }

    private mutating func literal(hashes: Int) {
      keep(hashes)
      let quotes = starts("\"\"\"") ? "\"\"\"" : "\""
      let pounds = String(repeating: "#", count: hashes)
      keep(quotes.utf8.count)
      while index < bytes.count {
        if starts(quotes + pounds) {
          keep(quotes.utf8.count + hashes)
          return
        } else if starts("\\" + pounds + "(") {
          blank(1 + hashes)
          keep(1)
          code(untilClosingParenthesis: true)
          keep(1)
        } else if starts("\\" + pounds) {
          blank(2 + hashes)
        } else {
          blank(1)
        }
      }
    }

    private func starts(_ text: String) -> Bool {
      let wanted = text.utf8
      return index + wanted.count <= bytes.count && bytes[index..<index + wanted.count].elementsEqual(wanted)
    }

    private mutating func keep(_ count: Int) {
      let end = min(index + count, bytes.count)
      output += bytes[index..<end]
      index = end
    }

    private mutating func blank(_ count: Int) {
      let end = min(index + count, bytes.count)
      output += bytes[index..<end].map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
      index = end
    }
  }
}
