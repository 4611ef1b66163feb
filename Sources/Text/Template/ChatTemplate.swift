/// One message of a conversation.
public struct ChatMessage: Hashable, Sendable {
  /// Who speaks: `system`, `user` or `assistant`, or what else the template knows.
  public var role: String
  /// What is said.
  public var content: String

  /// Makes a message.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}

/// Renders a conversation as the prompt that a model expects, by the subset of Jinja that chat templates use. `[TEXT-7]`
///
/// The subset: `for … in`, `if`/`elif`/`else`, `set`, output, comments, whitespace control, with `trim_blocks` and `lstrip_blocks` on; string,
/// integer, Boolean and `none` literals; `+ - % ~`, comparisons, `in`, `and or not`, `a if b else c`, indexing, slicing, attributes; the
/// filters `trim` and `length`, the method `strip()`, the tests `defined`, `none` and `string`, `loop`, and `raise_exception(…)`. Anything
/// else is refused by name when the template is read. Reading and rendering take bounded work and memory, and cannot trap.
///
/// A template does not escape: a message that spells a control token yields that token.
public struct ChatTemplate: Sendable {
  /// The most bytes of a template.
  public static let sourceBytes = 65_536
  /// The deepest nesting of expressions and statements.
  public static let depth = 48
  /// The most operands and operators of one tag.
  public static let operators = 200
  /// The most steps of one rendering: nodes evaluated, and one for each 16 bytes copied.
  public static let steps = 1_000_000

  private let statements: [TemplateStatement]

  /// Reads a template.
  public init(_ source: String) throws(TemplateRejection) {
    let bytes = Array(source.utf8)
    guard bytes.count <= ChatTemplate.sourceBytes else { throw .tooLong }
    var lexer = TemplateLexer(bytes)
    var parser = TemplateParser(try lexer.parts())
    statements = try parser.parse()
  }

  /// Renders a prompt.
  /// - Parameters:
  ///   - messages: the conversation, oldest first.
  ///   - addsGenerationPrompt: whether the prompt ends where the assistant's answer is to begin.
  ///   - beginningText: what `bos_token` stands for.
  ///   - endText: what `eos_token` stands for.
  /// - Returns: well-formed UTF-8 of at most `TextLimits.promptBytes` bytes.
  public func render(
    _ messages: [ChatMessage], addsGenerationPrompt: Bool = true, beginningText: String = "", endText: String = ""
  ) throws(TemplateRejection) -> [UInt8] {
    let list = messages.map { message in
      TemplateValue.map(["role": .string(Array(message.role.utf8)), "content": .string(Array(message.content.utf8))])
    }
    var interpreter = TemplateInterpreter(variables: [
      "messages": .list(list),
      "add_generation_prompt": .bool(addsGenerationPrompt),
      "bos_token": .string(Array(beginningText.utf8)),
      "eos_token": .string(Array(endText.utf8)),
    ])
    try interpreter.run(statements)
    return interpreter.output
  }
}
