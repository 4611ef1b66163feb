/// Builds the statements of a template from its parts.
struct TemplateParser {
  private let parts: [TemplatePart]
  private var index = 0

  init(_ parts: [TemplatePart]) { self.parts = parts }

  /// The statements of the whole template.
  mutating func parse() throws(TemplateRejection) -> [TemplateStatement] {
    let (statements, end) = try block(depth: 0, endingWith: [])
    guard end == nil else { throw .malformed(expected: "the end of the template") }
    return statements
  }

  /// Statements up to a tag that begins with one of `ends`, which is returned without its first word, or up to the end of the template.
  private mutating func block(
    depth: Int, endingWith ends: [String]
  ) throws(TemplateRejection) -> ([TemplateStatement], (name: String, words: TemplateExpressionParser)?) {
    guard depth < ChatTemplate.depth else { throw .tooDeep }
    var statements: [TemplateStatement] = []
    while index < parts.count {
      let part = parts[index]
      index += 1
      switch part {
      case .text(let text):
        statements.append(.text(text))
      case .output(let words):
        var expression = TemplateExpressionParser(words, depth: depth)
        statements.append(.output(try expression.wholeExpression()))
      case .statement(let words):
        var rest = TemplateExpressionParser(words, depth: depth)
        let keyword = try rest.name()
        if ends.contains(keyword) { return (statements, (keyword, rest)) }
        statements.append(try statement(keyword, &rest, depth: depth))
      }
    }
    return (statements, nil)
  }

  private mutating func statement(
    _ keyword: String, _ words: inout TemplateExpressionParser, depth: Int
  ) throws(TemplateRejection) -> TemplateStatement {
    switch keyword {
    case "if": return try choice(&words, depth: depth)
    case "for":
      let variable = try words.name()
      try words.expect(.name("in"))
      let sequence = try words.wholeSequence()
      let (body, end) = try block(depth: depth + 1, endingWith: ["endfor", "else"])
      guard let end else { throw .malformed(expected: "endfor") }
      guard end.name == "endfor" else { throw .unsupported("for … else") }
      try end.words.finish()
      return .loop(variable: variable, over: sequence, body: body)
    case "set":
      let name = try words.name()
      if words.isNext(.symbol(".")) { throw .unsupported("set of an attribute") }
      if words.isAtEnd { throw .unsupported("set … endset") }
      try words.expect(.symbol("="))
      return .set(name: name, try words.wholeExpression())
    case "endif", "endfor", "else", "elif": throw .malformed(expected: "an opening tag before \(keyword)")
    default: throw .unsupported("the statement \(keyword)")
    }
  }

  private mutating func choice(_ words: inout TemplateExpressionParser, depth: Int) throws(TemplateRejection) -> TemplateStatement {
    let condition = try words.wholeExpression()
    let (body, end) = try block(depth: depth + 1, endingWith: ["elif", "else", "endif"])
    guard var end else { throw .malformed(expected: "endif") }
    switch end.name {
    case "elif":
      return .choice(condition, then: body, otherwise: [try choice(&end.words, depth: depth + 1)])
    case "else":
      try end.words.finish()
      let (otherwise, last) = try block(depth: depth + 1, endingWith: ["endif"])
      guard let last else { throw .malformed(expected: "endif") }
      try last.words.finish()
      return .choice(condition, then: body, otherwise: otherwise)
    default:
      try end.words.finish()
      return .choice(condition, then: body, otherwise: [])
    }
  }
}
