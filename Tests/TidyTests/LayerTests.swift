import Testing

/// Imports go downward only, and each foreign library has one importer.
@Suite struct LayerTests {
  private static let importPattern = Pattern(
    #"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|internal|package|private) )?import (?:(?:struct|enum|class|func|protocol) )?(\w+)"#)

  private func imports(of file: TextFile) -> [String] { file.code.flatMap { Self.importPattern.matches(in: $0) } }

  @Test func everyTargetHasALayer() {
    #expect(Set(Tree.files.compactMap(\.target)).sorted() == Layers.order.sorted())
  }

  @Test func thePackageListsTheTargetsInTheSameOrder() {
    let named = Pattern(#"(?:library\(|\.systemLibrary\(|\.target\(|\.executableTarget\()\s*(?:name: )?"([\w-]+)""#)
    #expect(named.matches(in: Tree.text(of: "Package.swift")).filter(Layers.order.contains) == Layers.order)
  }

  @Test func importsGoDownward() {
    var findings: [String] = []
    for file in Tree.sources {
      guard let target = file.target, let layer = Layers.order.firstIndex(of: target) else { continue }
      for module in imports(of: file) {
        if let imported = Layers.order.firstIndex(of: module), imported >= layer {
          findings.append("\(file.path): \(target) must not import \(module), which is not below it")
        }
        if let importers = Layers.onlyImporters[module], !importers.contains(target) {
          findings.append("\(file.path): only \(importers.sorted()) may import \(module)")
        }
        if target == "probity-verify", Layers.order.contains(module), !Layers.lightVerification.contains(module) {
          findings.append("\(file.path): probity-verify must not link \(module)")
        }
      }
    }
    expectNone(findings)
  }

  @Test func testsUseOnlyWhatIsPublic() {
    expectNone(Tree.tests.flatMap { $0.findings(Pattern("@testable")) })
  }
}
