/// Builds an expression from the words of a tag, by Jinja's precedence: `if`, `or`, `and`, `not`, comparison, `+ -`, `~`, `%`, sign, then
/// filters and tests.
struct TemplateExpressionParser {
  private let words: [TemplateToken]
  private var index = 0
  private var depth: Int
  /// How many operators the tag has so far: no tree is deeper than that.
  private var operators = 0

  init(_ words: [TemplateToken], depth: Int) {
    self.words = words
    self.depth = depth
  }

  /// Whether no words are left.
  var isAtEnd: Bool { index == words.count }

  /// An expression that takes up the rest of the tag.
  mutating func wholeExpression() throws(TemplateRejection) -> TemplateExpression {
    let expression = try expression()
    try finish()
    return expression
  }

  /// What a `for` goes over, which takes up the rest of the tag: without `if`, which would be Jinja's filter of a loop.
  mutating func wholeSequence() throws(TemplateRejection) -> TemplateExpression {
    let expression = try disjunction()
    try finish()
    return expression
  }

  /// Refuses words that are left over.
  func finish() throws(TemplateRejection) {
    guard isAtEnd else { throw .unsupported("\(words[index].spelling) here") }
  }

  /// The next word, which must be a name.
  mutating func name() throws(TemplateRejection) -> String {
    guard case .name(let name)? = next() else { throw .malformed(expected: "a name") }
    return name
  }

  /// Whether a word comes next.
  func isNext(_ word: TemplateToken) -> Bool { index < words.count && words[index] == word }

  /// Moves past a word that must come next.
  mutating func expect(_ word: TemplateToken) throws(TemplateRejection) {
    guard take(word) else { throw .malformed(expected: word.spelling) }
  }

  private mutating func next() -> TemplateToken? {
    guard index < words.count else { return nil }
    defer { index += 1 }
    return words[index]
  }

  private mutating func take(_ word: TemplateToken) -> Bool {
    guard isNext(word) else { return false }
    index += 1
    return true
  }

  private mutating func expression() throws(TemplateRejection) -> TemplateExpression {
    guard depth < ChatTemplate.depth else { throw .tooDeep }
    depth += 1
    defer { depth -= 1 }
    let value = try disjunction()
    guard take(.name("if")) else { return value }
    try countOperator()
    let condition = try disjunction()
    return .conditional(condition, then: value, otherwise: take(.name("else")) ? try expression() : nil)
  }

  private mutating func disjunction() throws(TemplateRejection) -> TemplateExpression {
    var left = try conjunction()
    while take(.name("or")) {
      try countOperator()
      left = .or(left, try conjunction())
    }
    return left
  }

  private mutating func conjunction() throws(TemplateRejection) -> TemplateExpression {
    var left = try negation()
    while take(.name("and")) {
      try countOperator()
      left = .and(left, try negation())
    }
    return left
  }

  private mutating func negation() throws(TemplateRejection) -> TemplateExpression {
    guard take(.name("not")) else { return try comparison() }
    try countOperator()
    return .not(try negation())
  }

  private mutating func comparison() throws(TemplateRejection) -> TemplateExpression {
    let left = try sum()
    guard let (comparison, isNegated) = try comparisonOperator() else { return left }
    let right = try sum()
    if try comparisonOperator() != nil { throw .unsupported("a chain of comparisons") }
    return isNegated ? .not(.binary(comparison, left, right)) : .binary(comparison, left, right)
  }

  private mutating func comparisonOperator() throws(TemplateRejection) -> (TemplateOperator, isNegated: Bool)? {
    for candidate in [TemplateOperator.equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual] {
      if take(.symbol(candidate.rawValue)) { return (candidate, false) }
    }
    if take(.name("in")) { return (.isIn, false) }
    guard take(.name("not")) else { return nil }
    try expect(.name("in"))
    return (.isIn, true)
  }

  private mutating func sum() throws(TemplateRejection) -> TemplateExpression {
    try chain([.add, .subtract]) { (parser) throws(TemplateRejection) in
      try parser.chain([.join]) { (parser) throws(TemplateRejection) in
        try parser.chain([.remainder]) { (parser) throws(TemplateRejection) in try parser.signed() }
      }
    }
  }

  /// Operands joined by operators of one precedence, from the left.
  private mutating func chain(
    _ candidates: [TemplateOperator],
    _ operand: (inout TemplateExpressionParser) throws(TemplateRejection) -> TemplateExpression
  ) throws(TemplateRejection) -> TemplateExpression {
    var left = try operand(&self)
    while let found = candidates.first(where: { isNext(.symbol($0.rawValue)) }) {
      index += 1
      try countOperator()
      left = .binary(found, left, try operand(&self))
    }
    return left
  }

  /// Refuses a tag with so many operators that its tree might be too deep to evaluate.
  private mutating func countOperator() throws(TemplateRejection) {
    operators += 1
    guard operators <= ChatTemplate.operators else { throw .tooDeep }
  }

  private mutating func signed() throws(TemplateRejection) -> TemplateExpression {
    if take(.symbol("-")) { return .negative(try postfixed()) }
    return try postfixed()
  }

  private mutating func postfixed() throws(TemplateRejection) -> TemplateExpression {
    var value = try primary()
    while true {
      try countOperator()
      if take(.symbol(".")) {
        value = try attribute(of: value)
      } else if take(.symbol("[")) {
        value = try subscripted(value)
      } else if take(.symbol("|")) {
        value = try filtered(value)
      } else if take(.name("is")) {
        value = try tested(value)
      } else {
        return value
      }
    }
  }

  private mutating func attribute(of value: TemplateExpression) throws(TemplateRejection) -> TemplateExpression {
    let name = try name()
    guard take(.symbol("(")) else {
      if case .variable("loop") = value, TemplateInterpreter.loopAttributes.firstIndex(of: name) == nil {
        throw .unsupported("loop.\(name)")
      }
      return .attribute(of: value, name: name)
    }
    guard name == "strip" else { throw .unsupported("the method \(name)") }
    guard take(.symbol(")")) else { throw .unsupported("an argument of strip") }
    return .trim(value)
  }

  private mutating func subscripted(_ value: TemplateExpression) throws(TemplateRejection) -> TemplateExpression {
    let first = isNext(.symbol(":")) ? nil : try expression()
    guard take(.symbol(":")) else {
      try expect(.symbol("]"))
      guard let first else { throw .malformed(expected: "an index") }
      return .element(of: value, at: first)
    }
    if isNext(.symbol(":")) { throw .unsupported("a slice with a step") }
    let last = isNext(.symbol("]")) ? nil : try expression()
    if isNext(.symbol(":")) { throw .unsupported("a slice with a step") }
    try expect(.symbol("]"))
    return .slice(of: value, from: first, to: last)
  }

  private mutating func filtered(_ value: TemplateExpression) throws(TemplateRejection) -> TemplateExpression {
    let name = try name()
    if isNext(.symbol("(")) { throw .unsupported("an argument of the filter \(name)") }
    switch name {
    case "trim": return .trim(value)
    case "length", "count": return .length(value)
    default: throw .unsupported("the filter \(name)")
    }
  }

  private mutating func tested(_ value: TemplateExpression) throws(TemplateRejection) -> TemplateExpression {
    let isNegated = take(.name("not"))
    let name = try name()
    if name == "undefined" { return isNegated ? .test(value, .defined) : .not(.test(value, .defined)) }
    guard let test = TemplateTest(rawValue: name.lowercased()) else { throw .unsupported("the test \(name)") }
    return isNegated ? .not(.test(value, test)) : .test(value, test)
  }

  private mutating func primary() throws(TemplateRejection) -> TemplateExpression {
    switch next() {
    case .string(let bytes): return .literal(.string(bytes))
    case .integer(let value): return .literal(.integer(value))
    case .symbol("("):
      let value = try expression()
      if isNext(.symbol(",")) { throw .unsupported("a tuple") }
      try expect(.symbol(")"))
      return value
    case .name(let name): return try named(name)
    case .symbol("["): throw .unsupported("a list")
    case .symbol("{"): throw .unsupported("a map")
    case .symbol(let symbol): throw .unsupported("\(symbol) here")
    case nil: throw .malformed(expected: "an expression")
    }
  }

  private mutating func named(_ name: String) throws(TemplateRejection) -> TemplateExpression {
    switch name {
    case "true", "True": return .literal(.bool(true))
    case "false", "False": return .literal(.bool(false))
    case "none", "None": return .literal(.none)
    case "if", "else", "in", "is", "and", "or", "not": throw .malformed(expected: "an expression before \(name)")
    default: break
    }
    guard take(.symbol("(")) else { return .variable(name) }
    guard name == "raise_exception" else { throw .unsupported("the function \(name)") }
    let message = try expression()
    try expect(.symbol(")"))
    return .raise(message)
  }
}
