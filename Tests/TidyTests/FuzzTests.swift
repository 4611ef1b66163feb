import Testing

/// What comes from outside is fuzzed.
@Suite struct FuzzTests {
  private static let conformance = Pattern(#"^\s*(?:\w+ )*(?:extension|struct|enum) ([\w.]+)\s*:[^{]*\bCanonicallyCodable\b"#)

  /// The targets whose own encodings only their own disk holds.
  private static let stores: Set<String> = ["Node", "Provider"]

  @Test func everyEncodingHasAKind() {
    let fuzzer = Tree.files.filter { $0.path.hasPrefix("Tools/fuzz/Sources/") }.flatMap(\.code).joined(separator: "\n")
    var findings: [String] = []
    for file in Tree.sources where !Self.stores.contains(file.target ?? "") {
      for type in file.code.flatMap({ Self.conformance.matches(in: $0) }) {
        let name = Pattern(#"(?<![\w.])"# + type.replacing(".", with: #"\."#) + #"\.self\b"#)
        if !name.occurs(in: fuzzer) {
          findings.append("\(file.path): \(type) is not fuzzed: name it in Tools/fuzz/Sources/PartKinds.swift, or give it a kind")
        }
      }
    }
    expectNone(findings)
  }
}
