import Foundation

/// Plays a power failure: `power-cut.c`, loaded into the node, notes how far each file was synced; after the node's death whatever came
/// later is cut off, as if the machine had died with the process.
final class PowerCut {
  private let library: String
  private let notes: URL
  private let data: URL
  private var sizesAtStart: [String: UInt64] = [:]

  /// Takes the compiled library; call before the node starts.
  init(library: String, place: NodePlace) throws {
    self.library = library
    notes = place.directory.appending(path: "synced")
    data = place.data
    guard FileManager.default.createFile(atPath: notes.path, contents: nil) else { throw Defect("\(notes.path) cannot be made") }
    for name in try files() { sizesAtStart[name] = try size(name) }
  }

  /// What the node's environment holds in addition.
  var environment: [String: String] { ["LD_PRELOAD": library, "PROBITY_SYNC_NOTES": notes.path] }

  /// Cuts off what was not synced; returns how many bytes that were.
  func strike() throws -> UInt64 {
    var kept = sizesAtStart
    for line in try String(contentsOf: notes, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      switch (words.first, words.count) {
      case ("synced", 3): kept[name(words[2])] = UInt64(words[1])
      case ("renamed", 3): kept[name(words[2])] = kept.removeValue(forKey: name(words[1]))
      default: throw Defect("the notes hold \(line)")
      }
    }
    var lost: UInt64 = 0
    for name in try files() {
      let (size, kept) = (try size(name), kept[name] ?? 0)
      guard size > kept else { continue }
      lost += size - kept
      let handle = try FileHandle(forWritingTo: data.appending(path: name))
      try handle.truncate(atOffset: kept)
      try handle.close()
    }
    return lost
  }

  private func name(_ path: String) -> String { URL(filePath: path).lastPathComponent }

  /// The files of the store; `LOCK` and LevelDB's own diary are no part of what is stored.
  private func files() throws -> [String] {
    guard FileManager.default.fileExists(atPath: data.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: data.path).filter { !["LOCK", "LOG", "LOG.old"].contains($0) }
  }

  private func size(_ name: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: data.appending(path: name).path)
    guard let size = attributes[.size] as? NSNumber else { throw Defect("\(name) has no size") }
    return size.uint64Value
  }
}
