import Glibc

/// Reads of a LevelDB manifest what LevelDB itself does not check when it opens a store: which log it still needs, and how long each
/// table is.
///
/// LevelDB drops a last manifest record whose length runs past the end of the file, as if a crash had cut it. Had the record been
/// complete once, the log that the record before it names is deleted already, and what it held would be missing without a word. That
/// log must therefore be there whenever a store is opened. Tables it opens only when something in them is asked for, so one that was
/// cut would be found by chance, hours later.
enum ManifestReader {
  /// What the complete records of a manifest add up to.
  struct Content: Equatable {
    /// The number of the oldest log that is needed; 0 if none was named yet.
    var log: UInt64 = 0
    /// The bytes of each table, by its number.
    var tables: [UInt64: UInt64] = [:]
  }

  private static let blockBytes = 32768
  private static let headerBytes = 7

  /// Refuses a store whose manifest needs a file that is gone or has another length. `directory` holds a file CURRENT.
  static func checkFiles(in directory: String) throws(StoreFailure) {
    let current = try contents(directory + "/CURRENT", atMost: 256)
    guard current.last == UInt8(ascii: "\n"), let name = String(validating: current.dropLast(), as: UTF8.self), name.hasPrefix("MANIFEST-"),
      !name.contains("/")
    else { throw .corrupt("\(directory)/CURRENT does not name a manifest") }
    guard let content = content(try contents(directory + "/" + name, atMost: 1 << 28)) else {
      throw .corrupt("\(directory)/\(name) does not decode")
    }
    for (number, bytes) in content.tables.sorted(by: { $0.key < $1.key }) {
      var status = stat()
      let table = directory + "/" + fileName(number, "ldb")
      guard stat(table, &status) == 0 else { throw .corrupt("\(directory)/\(name) needs \(fileName(number, "ldb")): \(errorText())") }
      guard status.st_size >= 0, UInt64(status.st_size) == bytes else {
        throw .corrupt("\(table): \(status.st_size) bytes where \(bytes) belong")
      }
    }
    // A store that was killed while it was being made has no log yet; its manifest names number 0.
    guard content.log > 0 else { return }
    let log = fileName(content.log, "log")
    guard access(directory + "/" + log, F_OK) == 0 else { throw .corrupt("\(directory)/\(name) needs \(log), which is gone") }
  }

  private static func fileName(_ number: UInt64, _ kind: String) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "." + kind
  }

  /// What a manifest's complete records say, or nil if one does not decode.
  static func content(_ manifest: [UInt8]) -> Content? {
    var content = Content()
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
        guard apply(record, to: &content) else { return nil }
      }
      offset = start + length
    }
    return content
  }

  /// Applies one version edit; false if it does not decode. Of one table's number and length, a deletion comes before an addition: LevelDB
  /// moves a table to another level by both.
  private static func apply(_ edit: [UInt8], to content: inout Content) -> Bool {
    var rest = edit[...]
    var added: [UInt64: UInt64] = [:]
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return false }
      switch tag {
      case 1: guard skip(&rest) else { return false }
      case 2:
        guard let number = varint(&rest) else { return false }
        if number > 0 { content.log = number }
      case 3, 4, 9: guard varint(&rest) != nil else { return false }
      case 5: guard varint(&rest) != nil, skip(&rest) else { return false }
      case 6:
        guard varint(&rest) != nil, let number = varint(&rest) else { return false }
        content.tables[number] = nil
      case 7:
        guard varint(&rest) != nil, let number = varint(&rest), let bytes = varint(&rest), skip(&rest), skip(&rest) else { return false }
        added[number] = bytes
      default: return false
      }
    }
    content.tables.merge(added) { $1 }
    return true
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
