import Foundation

/// A regular expression that can be shared by tests.
struct Pattern: Sendable {
  private let expression: NSRegularExpression?

  /// Makes a pattern. One that does not compile finds itself everywhere, so that a test with it fails.
  init(_ pattern: String) { expression = try? NSRegularExpression(pattern: pattern) }

  /// Whether the pattern occurs in a line.
  func occurs(in line: String) -> Bool {
    guard let expression else { return true }
    return expression.firstMatch(in: line, range: NSRange(line.startIndex..., in: line)) != nil
  }

  /// The group `group` of every occurrence in `text`, in order.
  func matches(in text: String, group: Int = 1) -> [String] {
    guard let expression else { return ["invalid pattern"] }
    return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
      Range(match.range(at: group), in: text).map { String(text[$0]) }
    }
  }
}
