import Testing

/// Every case of every rejection is provoked by some test or vector.
@Suite struct RejectionTests {
  @Test func everyRejectionIsNamedBySomeTest() {
    let tests = Tree.files.filter { $0.path.hasPrefix("Tests/") && !$0.path.hasPrefix("Tests/TidyTests/") }
    let names = Pattern(#"\.([a-z]\w*)"#)
    let mentioned = Set(tests.flatMap { $0.code.flatMap { names.matches(in: $0) } })
    let missing = Tree.sources.flatMap(rejections)
      .filter { !mentioned.contains($0.name) && !Tree.vectors.contains("\"\($0.name)\"") }
      .map { "\($0.type).\($0.name)" }
    expectNone(Set(missing).subtracting(Exceptions.unprovokedRejections).sorted().map { "\($0) is provoked by no test" })
  }

  /// The cases of the rejection enums in one file.
  private func rejections(in file: TextFile) -> [(type: String, name: String)] {
    let header = Pattern(#"\benum (\w+Rejection)\b"#)
    let names = Pattern(#"(?:^\s*case |,\s*)(\w+)"#)
    var found: [(type: String, name: String)] = []
    var type: String?
    var depth = 0
    for line in file.code {
      if type == nil, let name = header.matches(in: line).first {
        type = name
        depth = 0
      } else if let type, depth == 1, line.contains("case ") {
        found += names.matches(in: withoutParentheses(line)).map { (type, $0) }
      }
      depth += line.count { $0 == "{" } - line.count { $0 == "}" }
      if depth <= 0 { type = nil }
    }
    return found
  }

  private func withoutParentheses(_ line: String) -> String {
    var depth = 0
    return line.filter { character in
      if character == "(" { depth += 1 }
      defer { if character == ")" { depth -= 1 } }
      return depth == 0
    }
  }
}
