/// Cuts a template into text and tags, and tags into words, with Jinja's rules for the white space around tags.
struct TemplateLexer {
  private let source: [UInt8]
  private var position = 0
  /// Whether what comes next stands at the start of a line.
  private var isAtLineStart = true

  init(_ source: [UInt8]) {
    // Jinja drops one line end at the end of a template.
    self.source = source.last == newline ? source.dropLast() : source
  }

  /// All parts, in order; comments are dropped.
  mutating func parts() throws(TemplateRejection) -> [TemplatePart] {
    var parts: [TemplatePart] = []
    while position < source.count {
      let start = position
      let opening = nextOpening()
      var text = Array(source[start..<(opening?.offset ?? source.count)])
      guard let opening else {
        parts.append(.text(text))
        break
      }
      position = opening.offset + 2
      strip(&text, before: opening.kind)
      if !text.isEmpty { parts.append(.text(text)) }
      switch opening.kind {
      case UInt8(ascii: "{"): parts.append(.output(try words(until: "}")))
      case UInt8(ascii: "%"): parts.append(.statement(try words(until: "%")))
      default: try skipComment()
      }
    }
    return parts
  }

  private func nextOpening() -> (offset: Int, kind: UInt8)? {
    guard source.count >= 2 else { return nil }
    for offset in position..<max(position, source.count - 1) where source[offset] == UInt8(ascii: "{") {
      let kind = source[offset + 1]
      if kind == UInt8(ascii: "{") || kind == UInt8(ascii: "%") || kind == UInt8(ascii: "#") { return (offset, kind) }
    }
    return nil
  }

  /// Drops white space before a tag: all of it for `-`, that of the tag's own line for statements and comments, none for `+`.
  private mutating func strip(_ text: inout [UInt8], before kind: UInt8) {
    let sign = peek()
    if sign == UInt8(ascii: "-") {
      position += 1
      while let last = text.last, isWhiteSpace(last) { text.removeLast() }
    } else if sign == UInt8(ascii: "+"), kind != UInt8(ascii: "{") {
      position += 1
    } else if kind != UInt8(ascii: "{") {
      let lineStart = text.lastIndex(of: newline).map { $0 + 1 } ?? (isAtLineStart ? 0 : nil)
      if let lineStart, text[lineStart...].allSatisfy(isWhiteSpace) { text.removeSubrange(lineStart...) }
    }
  }

  /// The words of a tag whose opening has been read, and past its closing.
  private mutating func words(until closing: Character) throws(TemplateRejection) -> [TemplateToken] {
    let closer = closing == "}" ? UInt8(ascii: "}") : UInt8(ascii: "%")
    var words: [TemplateToken] = []
    // Brackets of a map are not in the subset, so the first closing outside a string ends the tag.
    while let byte = peek() {
      if isWhiteSpace(byte) {
        position += 1
      } else if close(with: closer) {
        return words
      } else {
        words.append(try word(from: byte))
      }
    }
    throw .malformed(expected: "\(closing)}")
  }

  private mutating func skipComment() throws(TemplateRejection) {
    while position < source.count {
      if close(with: UInt8(ascii: "#")) { return }
      position += 1
    }
    throw .malformed(expected: "#}")
  }

  /// Moves past a closing tag, and past the white space that it takes with it, if one stands here.
  private mutating func close(with closer: UInt8) -> Bool {
    var offset = position
    let sign = source[offset]
    let dropsSpace = sign == UInt8(ascii: "-")
    let keepsLine = sign == UInt8(ascii: "+") && closer != UInt8(ascii: "}")
    if dropsSpace || keepsLine { offset += 1 }
    guard offset + 1 < source.count, source[offset] == closer, source[offset + 1] == UInt8(ascii: "}") else { return false }
    position = offset + 2
    if dropsSpace {
      while let byte = peek(), isWhiteSpace(byte) { position += 1 }
    } else if closer != UInt8(ascii: "}"), !keepsLine, peek() == newline {
      position += 1
    }
    isAtLineStart = source[position - 1] == newline
    return true
  }

  private mutating func word(from first: UInt8) throws(TemplateRejection) -> TemplateToken {
    if isLetter(first) { return .name(take { isLetter($0) || isDigit($0) }) }
    if isDigit(first) {
      let digits = take { isDigit($0) }
      guard let value = Int(digits) else { throw .malformed(expected: "an integer") }
      return .integer(value)
    }
    if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") { return .string(try string(until: first)) }
    for symbol in ["==", "!=", "<=", ">=", "//", "**"] where source[position...].starts(with: symbol.utf8) {
      position += 2
      return .symbol(symbol)
    }
    position += 1
    guard first < 128 else { throw .malformed(expected: "an expression") }
    return .symbol(String(UnicodeScalar(first)))
  }

  private mutating func take(while belongs: (UInt8) -> Bool) -> String {
    let start = position
    while let byte = peek(), belongs(byte) { position += 1 }
    return String(decoding: source[start..<position], as: UTF8.self)
  }

  private mutating func string(until quote: UInt8) throws(TemplateRejection) -> [UInt8] {
    var bytes: [UInt8] = []
    position += 1
    while let byte = peek() {
      position += 1
      if byte == quote { return bytes }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escaped = peek() else { break }
      position += 1
      switch escaped {
      case UInt8(ascii: "n"): bytes.append(newline)
      case UInt8(ascii: "t"): bytes.append(UInt8(ascii: "\t"))
      case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(escaped)
      default: throw .unsupported("the escape \\\(UnicodeScalar(escaped))")
      }
    }
    throw .malformed(expected: "the end of a string")
  }

  private func peek() -> UInt8? { position < source.count ? source[position] : nil }
}

private let newline = UInt8(ascii: "\n")

private func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
}
