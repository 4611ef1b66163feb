import Testing

/// Public declarations have a doc comment.
@Suite struct DocumentationTests {
  private static let named = Pattern(#"\b(?:func|var|let|subscript|init|typealias) ?(\w+|[=<>+*/-]+)?"#)

  /// Requirements of protocols outside the package, whose witnesses a comment would only repeat.
  private static let foreignRequirements: Set<String> = [
    "==", "<", "hash", "encode", "init(from", "description", "debugDescription", "errorDescription", "run", "configuration", "next",
    "makeAsyncIterator", "makeIterator", "rawValue", "id",
  ]

  @Test func publicDeclarationsAreDocumented() {
    let requirements = Self.foreignRequirements.union(Tree.sources.flatMap(requirements))
    expectNone(Tree.sources.flatMap { undocumented(in: $0, besides: requirements) })
  }

  /// Public declarations with no doc comment above them, besides the witnesses of `requirements`: those are documented in the protocol.
  private func undocumented(in file: TextFile, besides requirements: Set<String>) -> [String] {
    let declaration = Pattern(#"^\s*public (?!extension\b)"#)
    return file.code.indices.filter { index in
      let line = file.code[index]
      guard declaration.occurs(in: line), !line.contains("init(from ") else { return false }
      if let name = Self.named.matches(in: line).first, requirements.contains(name) { return false }
      var above = index - 1
      while above >= 0, file.lines[above].trimmingPrefix(while: \.isWhitespace).hasPrefix("@") { above -= 1 }
      return above < 0 || !file.lines[above].trimmingPrefix(while: \.isWhitespace).hasPrefix("///")
    }.map { "\(file.path):\($0 + 1): \(file.lines[$0].trimmingPrefix(while: \.isWhitespace))" }
  }

  /// The names that the protocols of one file require.
  private func requirements(of file: TextFile) -> [String] {
    let header = Pattern(#"\b(protocol) \w+"#)
    var names: [String] = []
    var depth: Int?
    for line in file.code {
      if depth == nil, header.occurs(in: line) { depth = 0 } else if depth == 1 { names += Self.named.matches(in: line) }
      guard let before = depth else { continue }
      let after = before + line.count { $0 == "{" } - line.count { $0 == "}" }
      depth = after > 0 ? after : nil
    }
    return names
  }
}
