/// Runs the statements of a template, counting steps.
struct TemplateInterpreter {
  /// What `loop` offers.
  static let loopAttributes = ["first", "last", "index", "index0", "length"]

  /// What has been put out so far.
  private(set) var output: [UInt8] = []
  private var scopes: [[String: TemplateValue]]
  private var stepsLeft = ChatTemplate.steps

  init(variables: [String: TemplateValue]) { scopes = [variables] }

  /// Runs statements one after the other.
  mutating func run(_ statements: [TemplateStatement]) throws(TemplateRejection) {
    for statement in statements {
      try spend(1)
      switch statement {
      case .text(let text):
        try put(text)
      case .output(let expression):
        guard let text = try evaluate(expression).text else { throw .mismatch("output") }
        try put(text)
      case .set(let name, let expression):
        scopes[scopes.count - 1][name] = try evaluate(expression)
      case .choice(let condition, let then, let otherwise):
        try run(try evaluate(condition).isTrue ? then : otherwise)
      case .loop(let variable, let sequence, let body):
        guard case .list(let elements) = try evaluate(sequence) else { throw .mismatch("for") }
        try runLoop(variable, over: elements, body)
      }
    }
  }

  /// Runs a body once for each element, in a scope of its own.
  private mutating func runLoop(_ variable: String, over elements: [TemplateValue], _ body: [TemplateStatement]) throws(TemplateRejection) {
    for (index, element) in elements.enumerated() {
      try spend(1)
      scopes.append([
        variable: element,
        "loop": .map([
          "first": .bool(index == 0), "last": .bool(index == elements.count - 1), "index": .integer(index + 1), "index0": .integer(index),
          "length": .integer(elements.count),
        ]),
      ])
      try run(body)
      scopes.removeLast()
    }
  }

  private mutating func put(_ text: [UInt8]) throws(TemplateRejection) {
    try spend(text.count / 16)
    guard output.count + text.count <= TextLimits.promptBytes else { throw .outputTooLong }
    output += text
  }

  private mutating func spend(_ steps: Int) throws(TemplateRejection) {
    guard steps <= stepsLeft else { throw .tooManySteps }
    stepsLeft -= steps
  }

  private mutating func evaluate(_ expression: TemplateExpression) throws(TemplateRejection) -> TemplateValue {
    try spend(1)
    switch expression {
    case .literal(let value): return value
    case .variable(let name): return scopes.last { $0[name] != nil }?[name] ?? .undefined
    case .element(let container, let place): return try element(of: try evaluate(container), at: try evaluate(place))
    case .attribute(let container, let name):
      return try element(of: try evaluate(container), at: .string(Array(name.utf8)))
    case .slice(let container, let first, let last): return try slice(container, first, last)
    case .trim(let value):
      guard case .string(let bytes) = try evaluate(value) else { throw .mismatch("trim") }
      try spend(bytes.count / 4)
      return .string(bytes.trimmed)
    case .length(let value):
      let value = try evaluate(value)
      if case .string(let bytes) = value { try spend(bytes.count / 16) }
      guard let length = value.length else { throw .mismatch("length") }
      return .integer(length)
    case .test(let value, let test): return .bool(try evaluate(value).satisfies(test))
    case .not(let value): return .bool(!(try evaluate(value).isTrue))
    case .negative(let value):
      guard case .integer(let number) = try evaluate(value), number != .min else { throw .mismatch("-") }
      return .integer(-number)
    case .and(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .or(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .binary(let operation, let left, let right):
      return try apply(operation, try evaluate(left), try evaluate(right))
    case .conditional(let condition, let then, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(then) }
      return try otherwise.map { (value) throws(TemplateRejection) in try evaluate(value) } ?? .undefined
    case .raise(let message):
      throw .raised(String(decoding: try evaluate(message).text ?? [], as: UTF8.self))
    }
  }

  private func element(of container: TemplateValue, at place: TemplateValue) throws(TemplateRejection) -> TemplateValue {
    switch (container, place) {
    case (.map(let entries), .string(let key)): return entries[String(decoding: key, as: UTF8.self)] ?? .undefined
    case (.list(let elements), .integer(let index)):
      let place = index < 0 ? index + elements.count : index
      return elements.indices.contains(place) ? elements[place] : .undefined
    case (.undefined, _): throw .undefined(String(decoding: place.text ?? [], as: UTF8.self))
    case (.list, _), (.map, _), (.none, _), (.bool, _), (.integer, _), (.string, _): throw .mismatch("[]")
    }
  }

  private mutating func slice(
    _ container: TemplateExpression, _ first: TemplateExpression?, _ last: TemplateExpression?
  ) throws(TemplateRejection) -> TemplateValue {
    guard case .list(let elements) = try evaluate(container) else { throw .mismatch("[:]") }
    try spend(elements.count)
    let start = try bound(first, orElse: 0, count: elements.count)
    let end = try bound(last, orElse: elements.count, count: elements.count)
    return .list(start < end ? Array(elements[start..<end]) : [])
  }

  /// A bound of a slice, counted from the end if negative, within `0...count`.
  private mutating func bound(_ expression: TemplateExpression?, orElse value: Int, count: Int) throws(TemplateRejection) -> Int {
    guard let expression else { return value }
    guard case .integer(let index) = try evaluate(expression) else { throw .mismatch("[:]") }
    return min(max(index < 0 ? index + count : index, 0), count)
  }

  private mutating func apply(
    _ operation: TemplateOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateRejection) -> TemplateValue {
    if case .string(let bytes) = left { try spend(bytes.count / 16) }
    if case .string(let bytes) = right { try spend(bytes.count / 16) }
    switch operation {
    case .equal, .unequal:
      return .bool(try isEqual(left, right) == (operation == .equal))
    case .join:
      guard let head = left.text, let tail = right.text else { throw .mismatch("~") }
      return try joined(head, tail)
    case .isIn:
      return .bool(try contains(right, left))
    case .add, .subtract, .remainder, .less, .lessOrEqual, .greater, .greaterOrEqual:
      if operation == .add, case .string(let head) = left, case .string(let tail) = right { return try joined(head, tail) }
      guard case .integer(let head) = left, case .integer(let tail) = right, let value = operation.value(head, tail) else {
        throw .mismatch(operation.rawValue)
      }
      return value
    }
  }

  /// Whether two values are equal; lists and maps are not compared, which would take work without bound.
  private mutating func isEqual(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateRejection) -> Bool {
    switch (left, right) {
    case (.list, .list), (.map, .map): throw .mismatch("==")
    case (.string(let left), .string(let right)):
      try spend(min(left.count, right.count) / 16)
      return left == right
    default: return left == right
    }
  }

  private func joined(_ head: [UInt8], _ tail: [UInt8]) throws(TemplateRejection) -> TemplateValue {
    guard head.count + tail.count <= TextLimits.promptBytes else { throw .outputTooLong }
    return .string(head + tail)
  }

  private mutating func contains(_ container: TemplateValue, _ value: TemplateValue) throws(TemplateRejection) -> Bool {
    switch (container, value) {
    case (.list(let elements), _):
      for element in elements {
        try spend(1)
        if try isEqual(element, value) { return true }
      }
      return false
    case (.map(let entries), .string(let key)):
      return entries[String(decoding: key, as: UTF8.self)] != nil
    case (.string(let text), .string(let part)):
      try spend(text.count)
      guard part.count <= text.count else { return false }
      return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    case (.map, _), (.string, _), (.undefined, _), (.none, _), (.bool, _), (.integer, _): throw .mismatch("in")
    }
  }
}

extension TemplateValue {
  fileprivate func satisfies(_ test: TemplateTest) -> Bool {
    switch (test, self) {
    case (.defined, .undefined): false
    case (.defined, _), (.none, .none), (.string, .string): true
    case (.none, _), (.string, _): false
    }
  }
}

extension TemplateOperator {
  /// The result on two integers, or nil where there is none; a remainder has the sign of the divisor.
  fileprivate func value(_ left: Int, _ right: Int) -> TemplateValue? {
    switch self {
    case .add, .subtract:
      let (value, overflows) = self == .add ? left.addingReportingOverflow(right) : left.subtractingReportingOverflow(right)
      return overflows ? nil : .integer(value)
    case .remainder:
      guard right != 0, right != -1 else { return right == -1 ? .integer(0) : nil }
      let value = left % right
      return .integer(value != 0 && (value < 0) != (right < 0) ? value + right : value)
    case .less: return .bool(left < right)
    case .lessOrEqual: return .bool(left <= right)
    case .greater: return .bool(left > right)
    case .greaterOrEqual: return .bool(left >= right)
    case .join, .equal, .unequal, .isIn: return nil
    }
  }
}
