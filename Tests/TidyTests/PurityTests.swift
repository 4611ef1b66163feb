import Testing

/// Words that a pure target must not contain, and words that no source may contain.
@Suite struct PurityTests {
  private static let pureSources = Tree.sources.filter { file in file.target.map(Layers.pure.contains) ?? false }

  /// What makes a result depend on the machine, the process or the moment.
  static let bannedInPureTargets = [
    #"\bimport (Foundation|FoundationEssentials|Glibc|Musl|Darwin|Dispatch|Synchronization)\b"#,
    #"\b(Double|Float|Float16|Float32|Float64|Float80|CGFloat|Decimal)\b"#,
    #"\b(Date|ContinuousClock|SuspendingClock|ProcessInfo|FileManager)\b"#,
    #"\b(hashValue|Hasher\(\)|ObjectIdentifier)"#,
    #"\b(async|await|actor|Task|TaskGroup)\b"#,
    #"\.(random|randomElement|shuffled|shuffle)\("#,
    #"\bSystemRandomNumberGenerator\b"#,
  ]

  /// What ends the process or hides an error.
  static let bannedEverywhere = [
    #"\btry!"#, #"\bas!"#, #"\bfatalError\b"#, #"\bunsafeBitCast\b"#, #"\bassertionFailure\b"#, #"\bunowned\(unsafe\)"#,
    #"\bcatch\s*\{\s*\}"#,
  ]

  @Test(arguments: bannedInPureTargets) func pureTargetsDoNotContain(_ pattern: String) {
    let sources = Self.pureSources.filter { !Exceptions.impure.contains($0.path) }
    expectNone(sources.flatMap { $0.findings(Pattern(pattern)) })
  }

  @Test(arguments: bannedEverywhere) func sourcesDoNotContain(_ pattern: String) {
    expectNone(Tree.sources.flatMap { $0.findings(Pattern(pattern)) })
  }

  @Test func libraryTargetsDoNotPrint() {
    let libraries = Tree.sources.filter { $0.target?.hasPrefix("probity") == false }
    expectNone(libraries.flatMap { $0.findings(Pattern(#"(?<![\w.])(print|debugPrint|dump)\("#)) })
  }

  @Test func wrappingOperatorsStandOnlyWhereARuleSaysModulo() {
    let wrapping = Pattern(#"&[+\-*]=?\s"#)
    let findings = Tree.sources.filter { !Exceptions.wrapping.contains($0.path) }.flatMap { $0.findings(wrapping) }
    expectNone(findings)
  }

  @Test func nothingUnorderedIsIterated() {
    expectNone(Self.pureSources.flatMap(unorderedIterations))
  }

  /// Loops and maps over a dictionary, a set, keys or values that do not sort in the same line, as far as one file shows it.
  private func unorderedIterations(in file: TextFile) -> [String] {
    let declaration = Pattern(#"\b(?:let|var) (\w+)\s*(?::\s*(?:\[[^\[\](]+:|Set<)|=\s*(?:\[[\w.]+\s*:\s*[\w.\[\]?]+\]\(|Set[<(]))"#)
    let names = Set(file.code.flatMap { declaration.matches(in: $0) }).sorted()
    var patterns = [#"\bin [\w.]+\.(keys|values)\b"#, #"\.(keys|values)\.(map|flatMap|compactMap|forEach|reduce)\b"#]
    for name in names {
      patterns.append(#"\bin (self\.)?\#(name)\s*(\{|where\b)"#)
      patterns.append(#"(?<![\w.])(self\.)?\#(name)\.(map|flatMap|compactMap|forEach|reduce)\b"#)
    }
    return patterns.flatMap { file.findings(Pattern($0)) }.filter { !$0.contains("sorted") }
  }
}
