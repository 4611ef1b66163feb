import Testing

/// Records an issue that lists the findings, one a line, if there are any.
func expectNone(_ findings: some Collection<String>, sourceLocation: SourceLocation = #_sourceLocation) {
  guard !findings.isEmpty else { return }
  let list = findings.map { "\n  " + $0 }.joined()
  Issue.record("\(findings.count) found:\(list)", sourceLocation: sourceLocation)
}
