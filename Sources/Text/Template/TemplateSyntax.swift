/// A piece of a template between or within its tags.
enum TemplatePart {
  /// Text that is copied.
  case text([UInt8])
  /// The inside of `{{ … }}`.
  case output([TemplateToken])
  /// The inside of `{% … %}`.
  case statement([TemplateToken])
}

/// A word of an expression.
enum TemplateToken: Equatable {
  case name(String)
  case string([UInt8])
  case integer(Int)
  case symbol(String)

  /// The word as it is written, for messages.
  var spelling: String {
    switch self {
    case .name(let name): name
    case .string: "a string"
    case .integer(let value): String(value)
    case .symbol(let symbol): symbol
    }
  }
}

/// A statement of a template.
indirect enum TemplateStatement: Sendable {
  case text([UInt8])
  case output(TemplateExpression)
  case set(name: String, TemplateExpression)
  case choice(TemplateExpression, then: [TemplateStatement], otherwise: [TemplateStatement])
  case loop(variable: String, over: TemplateExpression, body: [TemplateStatement])
}

/// An expression of a template.
indirect enum TemplateExpression: Sendable {
  case literal(TemplateValue)
  case variable(String)
  case element(of: TemplateExpression, at: TemplateExpression)
  case attribute(of: TemplateExpression, name: String)
  case slice(of: TemplateExpression, from: TemplateExpression?, to: TemplateExpression?)
  case trim(TemplateExpression)
  case length(TemplateExpression)
  case test(TemplateExpression, TemplateTest)
  case not(TemplateExpression)
  case negative(TemplateExpression)
  case and(TemplateExpression, TemplateExpression)
  case or(TemplateExpression, TemplateExpression)
  case binary(TemplateOperator, TemplateExpression, TemplateExpression)
  case conditional(TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)
  case raise(TemplateExpression)
}

/// What `is` can ask.
enum TemplateTest: String, Sendable {
  case defined, none, string
}

/// An operator on two values that are both evaluated.
enum TemplateOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case remainder = "%"
  case join = "~"
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
}
