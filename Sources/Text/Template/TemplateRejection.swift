/// Why a chat template cannot be used, or not with these messages. `[TEXT-7]`
public enum TemplateRejection: Error, Hashable, Sendable {
  /// The template is longer than `ChatTemplate.sourceBytes`.
  case tooLong
  /// The template uses something of Jinja that is not in the subset: its name.
  case unsupported(String)
  /// The template is malformed: what was expected.
  case malformed(expected: String)
  /// The template nests more deeply than `ChatTemplate.depth`, or a tag has more than `ChatTemplate.operators`.
  case tooDeep
  /// A name or a key that a value is needed of is not defined.
  case undefined(String)
  /// An operation does not apply to its values: its name.
  case mismatch(String)
  /// The template refuses the messages, in its own words.
  case raised(String)
  /// Rendering takes more than `ChatTemplate.steps` steps.
  case tooManySteps
  /// The prompt, or a string on the way to it, is longer than `TextLimits.promptBytes`.
  case outputTooLong
}
