import Foundation
import Testing

/// A file of the tree: its text, and its text without comments and literals.
struct TextFile: Sendable, CustomTestStringConvertible {
  /// The path below the root.
  let path: String
  /// The lines as they stand.
  let lines: [String]
  /// The lines with comments and the inside of string literals blanked out; equal to `lines` unless the file is Swift.
  let code: [String]

  /// Reads a file; nil if it is a folder or not text.
  init?(path: String) {
    let url = Tree.root.appending(path: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else { return nil }
    guard let text = try? String(contentsOf: url, encoding: .utf8), !text.contains("\0") else { return nil }
    self.path = path
    lines = text.components(separatedBy: "\n")
    code = path.hasSuffix(".swift") ? SwiftText.withoutCommentsAndLiterals(text).components(separatedBy: "\n") : lines
  }

  /// Whether the file is Swift.
  var isSwift: Bool { path.hasSuffix(".swift") }

  /// The target for a file in `Sources/<target>/…`, else nil.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  /// `path:line: text` for each line of the code in which `pattern` occurs.
  func findings(_ pattern: Pattern) -> [String] { findings(pattern, in: code) }

  /// `path:line: text` for each line, comments included, in which `pattern` occurs.
  func findingsInText(_ pattern: Pattern) -> [String] { findings(pattern, in: lines) }

  private func findings(_ pattern: Pattern, in searched: [String]) -> [String] {
    searched.indices.filter { pattern.occurs(in: searched[$0]) }
      .map { "\(path):\($0 + 1): \(lines[$0].trimmingCharacters(in: .whitespaces))" }
  }

  var testDescription: String { path }
}
