import Foundation

/// The files of this repository, read once.
enum Tree {
  /// The root, found from this file's place: `Tests/TidyTests/Tree.swift`.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every text file that belongs to the repository, by path.
  static let files: [TextFile] = paths(below: nil).compactMap(TextFile.init(path:))

  /// The Swift files below `Sources`.
  static let sources = files.filter { $0.path.hasPrefix("Sources/") && $0.isSwift }

  /// The Swift files below `Tests`, without those of this target.
  static let tests = files.filter { $0.path.hasPrefix("Tests/") && $0.isSwift && !$0.path.hasPrefix("Tests/TidyTests/") }

  /// The JSON files that the reference writes, joined.
  static let vectors = paths(below: "Tests/Vectors").filter { $0.hasSuffix(".json") }.map(text(of:)).joined(separator: "\n")

  /// The specification.
  static let specification = text(of: "SPEC.md")

  /// The content of one file; empty if there is none.
  static func text(of path: String) -> String {
    (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
  }

  /// The paths of all files below a folder; without one, below the root, except those in folders that are not searched.
  private static func paths(below folder: String?) -> [String] {
    let start = folder.map { root.appending(path: $0) } ?? root
    guard let enumerator = FileManager.default.enumerator(atPath: start.path) else { return [] }
    let prefix = folder.map { $0 + "/" } ?? ""
    var paths: [String] = []
    while let path = enumerator.nextObject() as? String {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      if skippedFolders.contains(name) || name.hasPrefix(".build") {
        enumerator.skipDescendants()
      } else if name != "Package.resolved" {
        paths.append(prefix + path)
      }
    }
    return paths.sorted()
  }

  private static let skippedFolders: Set<String> = [".git", ".swiftpm", "__pycache__", "Vectors", "Corpus"]
}
