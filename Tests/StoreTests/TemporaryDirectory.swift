import Foundation
import Store

/// A directory that is gone when the value is.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "probity-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var store: String { path + "/store" }

  func files(_ suffixes: String...) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store).sorted().filter { name in suffixes.contains { name.contains($0) } }
  }

  /// Copies the store, so that a test can damage the copy.
  func copy() throws -> TemporaryDirectory {
    let other = try TemporaryDirectory()
    try FileManager.default.copyItem(atPath: store, toPath: other.store)
    return other
  }
}

/// The entries of a store, in order.
func everything(_ store: any ReadableStore) throws -> [[UInt8]: [UInt8]] {
  Dictionary(uniqueKeysWithValues: try store.entries(prefix: []).map { ($0.key, $0.value) })
}

/// A small generator whose seed a failing test prints.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
