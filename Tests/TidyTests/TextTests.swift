import Testing

/// What every text file of the tree keeps to.
@Suite struct TextTests {
  private static let code = Tree.files.filter { file in
    [".swift", ".c", ".h", ".py", ".sh"].contains { file.path.hasSuffix($0) } && !Exceptions.generated.contains(file.path)
  }

  /// Words that belong to a workplace and not to the project. This target holds them as patterns, so it is not searched.
  static let foreignWords = [
    #"(?<![\w.])/(home|root|work|Users|mnt)/\w"#,
    #"/tmp/\w+_"#,
    #"(?i)\b(worktree|subagent|sub-agent|chatbot session|language model assistant)\b"#,
    #"(?i)\b(issue|ticket|milestone) #?\d+\b"#,
    #"(?i)\b(TODO|FIXME|XXX|HACK)\b"#,
  ]

  @Test func filesHaveAtMost400Lines() {
    let long = Self.code.filter { $0.lines.count > 401 }.map { "\($0.path): \($0.lines.count - 1) lines" }
    expectNone(long)
  }

  /// The formatter keeps code to 140 columns; comments, tables and macros may be a little wider.
  @Test func linesHaveAtMost160Columns() {
    let long = Tree.sources.filter { !Exceptions.generated.contains($0.path) }.flatMap { file in
      file.lines.indices.filter { file.lines[$0].count > 160 }.map { "\(file.path):\($0 + 1)" }
    }
    expectNone(long)
  }

  @Test func linesEndCleanly() {
    let findings = Tree.files.flatMap { $0.findingsInText(Pattern(#"[ \t\r]+$"#)) }
    let unfinished = Tree.files.filter { $0.lines.last != "" && !$0.lines.isEmpty }.map(\.path)
    expectNone(findings + unfinished)
  }

  @Test func onlyTheMakefileHasTabs() {
    let others = Tree.files.filter { $0.path != "Makefile" }
    expectNone(others.flatMap { $0.findingsInText(Pattern("\t")) })
  }

  @Test(arguments: foreignWords) func noFileContains(_ pattern: String) {
    let searched = Tree.files.filter { !$0.path.hasPrefix("Tests/TidyTests/") }
    expectNone(searched.flatMap { $0.findingsInText(Pattern(pattern)) })
  }

  @Test func thereAreNoBannersAndNoCatchAllFolders() {
    expectNone(Self.code.flatMap { $0.findingsInText(Pattern(#"^\s*(//|#)\s*(MARK|[-=*#]{4,})"#)) })
    let catchAll = Pattern(#"(^|/)(Utils|Utilities|Common|Core|Helpers|Manager|Misc)(/|\.|$)"#)
    expectNone(Tree.files.map(\.path).filter { catchAll.occurs(in: $0) })
  }

  @Test func noPlaceholderIsLeft() {
    expectNone(Tree.files.map(\.path).filter { $0.hasSuffix("Placeholder.swift") || $0.hasSuffix("placeholder.c") })
  }
}
