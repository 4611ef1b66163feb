/// A value while a template is rendered. Strings are bytes, so that two are equal only if their bytes are.
enum TemplateValue: Equatable, Sendable {
  case undefined
  case none
  case bool(Bool)
  case integer(Int)
  case string([UInt8])
  case list([TemplateValue])
  case map([String: TemplateValue])

  /// Whether the value counts as true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .string(let bytes): !bytes.isEmpty
    case .list(let elements): !elements.isEmpty
    case .map(let entries): !entries.isEmpty
    }
  }

  /// The value as output, or nil where it has no plain form.
  var text: [UInt8]? {
    switch self {
    case .undefined: []
    case .none: Array("None".utf8)
    case .bool(let value): Array((value ? "True" : "False").utf8)
    case .integer(let value): Array(String(value).utf8)
    case .string(let bytes): bytes
    case .list, .map: nil
    }
  }

  /// The number of scalars or elements, or nil.
  var length: Int? {
    switch self {
    case .undefined, .none, .bool, .integer: nil
    case .string(let bytes): bytes.count { $0 & 0xc0 != 0x80 }
    case .list(let elements): elements.count
    case .map(let entries): entries.count
    }
  }
}

extension [UInt8] {
  /// The text without the spaces of `[TEXT-3]` at its ends.
  var trimmed: [UInt8] {
    guard let text = try? ScalarText(unbounded: self), let first = text.classes.firstIndex(where: { $0 != .space }),
      let last = text.classes.lastIndex(where: { $0 != .space })
    else { return [] }
    return Array(self[text.offsets[first]..<text.offsets[last + 1]])
  }
}
