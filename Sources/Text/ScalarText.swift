/// Well-formed UTF-8 with its scalars laid out for the split rules. `[TEXT-2]`
package struct ScalarText {
  /// The text itself.
  package let bytes: [UInt8]
  /// The scalars in order.
  package private(set) var scalars: [UInt32] = []
  /// The class of each scalar.
  package private(set) var classes: [UnicodeClass] = []
  /// Where each scalar starts in `bytes`, and last the count of bytes.
  package private(set) var offsets: [Int] = []

  /// Reads text of at most `TextLimits.promptBytes` bytes.
  package init(_ text: [UInt8]) throws(TextRejection) {
    guard text.count <= TextLimits.promptBytes else { throw .textTooLong }
    try self.init(unbounded: text)
  }

  /// Reads text of any length.
  package init(unbounded text: [UInt8]) throws(TextRejection) {
    bytes = text
    scalars.reserveCapacity(text.count)
    classes.reserveCapacity(text.count)
    offsets.reserveCapacity(text.count + 1)
    var machine = UTF8Machine()
    var start = 0
    for (offset, byte) in text.enumerated() {
      switch machine.push(byte) {
      case .pending:
        continue
      case .scalar(let scalar):
        scalars.append(scalar)
        classes.append(UnicodeClass(of: scalar))
        offsets.append(start)
        start = offset + 1
      case .malformed, .malformedBefore:
        throw .notUTF8
      }
    }
    guard !machine.isWithinScalar else { throw .notUTF8 }
    offsets.append(start)
  }
}
