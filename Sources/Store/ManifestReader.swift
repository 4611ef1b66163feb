import Glibc

/// Reads of a LevelDB manifest the one number that LevelDB itself never checks: that of the oldest log it still needs.
///
/// LevelDB drops a last manifest record whose length runs past the end of the file, as if a crash had cut it. Had the record been
/// complete once, the log that the record before it names is deleted already, and what it held would be missing without a word. That
/// log must therefore be there whenever a store is opened.
enum ManifestReader {
  private static let blockBytes = 32768
  private static let headerBytes = 7

  /// Refuses a store whose manifest needs a log that is gone. `directory` holds a file CURRENT.
  static func checkLog(in directory: String) throws(StoreFailure) {
    let current = try contents(directory + "/CURRENT", atMost: 256)
    guard current.last == UInt8(ascii: "\n"), let name = String(validating: current.dropLast(), as: UTF8.self), name.hasPrefix("MANIFEST-"),
      !name.contains("/")
    else { throw .corrupt("\(directory)/CURRENT does not name a manifest") }
    let manifest = try contents(directory + "/" + name, atMost: 1 << 28)
    guard let number = lastLogNumber(manifest) else { throw .corrupt("\(directory)/\(name) does not decode") }
    // A store that was killed while it was being made has no log yet; its manifest names number 0.
    guard number > 0 else { return }
    let digits = String(number)
    let log = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".log"
    guard access(directory + "/" + log, F_OK) == 0 else { throw .corrupt("\(directory)/\(name) needs \(log), which is gone") }
  }

  /// The newest log number that a manifest's complete records name, or nil if a record does not decode.
  static func lastLogNumber(_ manifest: [UInt8]) -> UInt64? {
    var newest: UInt64 = 0
    var record: [UInt8] = []
    var offset = 0
    while offset + headerBytes <= manifest.count {
      let room = blockBytes - offset % blockBytes
      guard room >= headerBytes else {
        offset += room
        continue
      }
      let length = Int(manifest[offset + 4]) | Int(manifest[offset + 5]) << 8
      let type = manifest[offset + 6]
      let start = offset + headerBytes
      guard start + length <= manifest.count else { break }
      // Types: 1 whole, 2 first, 3 middle, 4 last part of a record.
      if type == 1 || type == 2 { record = [] }
      record += manifest[start..<start + length]
      if type == 1 || type == 4 {
        guard let number = logNumber(record) else { return nil }
        newest = number > 0 ? number : newest
      }
      offset = start + length
    }
    return newest
  }

  /// The log number that one version edit sets, 0 if it sets none, nil if it does not decode.
  private static func logNumber(_ edit: [UInt8]) -> UInt64? {
    var rest = edit[...]
    var found: UInt64 = 0
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return nil }
      switch tag {
      case 1: guard skip(&rest) else { return nil }
      case 2:
        guard let number = varint(&rest) else { return nil }
        found = number
      case 3, 4, 9: guard varint(&rest) != nil else { return nil }
      case 5: guard varint(&rest) != nil, skip(&rest) else { return nil }
      case 6: guard varint(&rest) != nil, varint(&rest) != nil else { return nil }
      case 7: guard varint(&rest) != nil, varint(&rest) != nil, varint(&rest) != nil, skip(&rest), skip(&rest) else { return nil }
      default: return nil
      }
    }
    return found
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    return nil
  }

  private static func skip(_ bytes: inout ArraySlice<UInt8>) -> Bool {
    guard let count = varint(&bytes), count <= UInt64(bytes.count) else { return false }
    bytes = bytes.dropFirst(Int(count))
    return true
  }

  private static func contents(_ path: String, atMost limit: Int) throws(StoreFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw .io("\(path): \(errorText())") }
      throw .corrupt("\(path) is gone")
    }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      guard count >= 0 else { throw .io("\(path): \(errorText())") }
      guard count > 0 else { return content }
      content += part[..<count]
      guard content.count <= limit else { throw .corrupt("\(path) is larger than \(limit) bytes") }
    }
  }
}
