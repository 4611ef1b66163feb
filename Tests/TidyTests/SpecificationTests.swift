import Testing

/// SPEC.md and the code name each other.
@Suite struct SpecificationTests {
  private static let definition = Pattern(#"\*\*\[([A-Z]+(?:-[A-Z]+)*-\d+)\]\*\*"#)
  private static let citation = Pattern(#"\[([A-Z]+(?:-[A-Z]+)*-\d+)\]"#)
  private static let defined = definition.matches(in: Tree.specification)

  private func cited(in files: [TextFile]) -> Set<String> {
    Set(files.flatMap { $0.lines.flatMap { Self.citation.matches(in: $0) } })
  }

  @Test func tagsAreUnique() {
    #expect(!Self.defined.isEmpty)
    #expect(Set(Self.defined).count == Self.defined.count)
  }

  @Test func tagsNamedInTheSpecificationExist() {
    expectNone(Set(Self.citation.matches(in: Tree.specification)).subtracting(Self.defined).sorted())
  }

  @Test func citedTagsExist() {
    let folders = ["Sources/", "Tests/", "Tools/"]
    let files = Tree.files.filter { file in folders.contains { file.path.hasPrefix($0) } && !file.path.hasPrefix("Tests/TidyTests/") }
    expectNone(cited(in: files).subtracting(Self.defined).sorted())
  }

  @Test func everyTagIsCarriedOutBySomeSource() {
    let sources = Tree.files.filter { $0.path.hasPrefix("Sources/") }
    let missing = Set(Self.defined).subtracting(cited(in: sources)).filter { tag in
      !Exceptions.tagsWithoutSource.contains { tag.hasPrefix($0) }
    }
    expectNone(missing.sorted().map { "\($0) is cited by no source" })
  }

  @Test func everyTagIsNamedBySomeTest() {
    let missing = Set(Self.defined).subtracting(cited(in: Tree.tests)).subtracting(Exceptions.tagsWithoutTest)
    let inVectors = Set(Pattern(#"\b([A-Z]+(?:-[A-Z]+)*-\d+)\b"#).matches(in: Tree.vectors))
    expectNone(missing.subtracting(inVectors).sorted().map { "\($0) is named by no test" })
  }

  @Test func theExecutorVersionIsTheDigestOfTheArithmetic() throws {
    let start = try #require(Tree.specification.range(of: "## 6. Arithmetic\n"))
    let end = try #require(Tree.specification.range(of: "## 7. The model bundle\n"))
    let section = Tree.specification[start.lowerBound..<end.lowerBound]
    let constants = Pattern(#""([0-9a-f]{64})""#).matches(in: Tree.text(of: "Sources/Inference/ExecutorVersion.swift"))
    #expect(constants == [SHA256.hex(Array(section.utf8))])
  }
}
