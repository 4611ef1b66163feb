import Foundation
import Inference

/// Writes a bundle beside its place, leaf by leaf, and puts it there in one step when it is whole and on the disk. `[MODEL-1]`
struct BundleWriter: ~Copyable {
  private let path: String
  private let partialPath: String
  private let file: Int32
  private var offset = 0
  private var isFinished = false
  private var buffer: [UInt8] = []

  /// Creates the partial file.
  init(path: String) throws(ImportError) {
    var template = Array((path + ".partial-XXXXXX").utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw failure("create", path) }
    partialPath = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.path = path
    self.file = file
  }

  deinit {
    close(file)
    if !isFinished { unlink(partialPath) }
  }

  /// Writes bytes that follow the last ones.
  mutating func write(_ bytes: [UInt8]) throws(ImportError) {
    buffer += bytes
    offset += bytes.count
    if buffer.count >= 1 << 20 { try flush() }
  }

  /// Writes the zero bytes before a tensor.
  mutating func align() throws(ImportError) {
    try write([UInt8](repeating: 0, count: BundleHeader.padding(after: offset)))
  }

  /// Makes the file durable and moves it to its place.
  mutating func finish() throws(ImportError) {
    try flush()
    guard fchmod(file, 0o644) == 0 else { throw failure("chmod", partialPath) }
    guard fsync(file) == 0 else { throw failure("sync", partialPath) }
    guard rename(partialPath, path) == 0 else { throw failure("rename", partialPath) }
    isFinished = true
    let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("open the folder of", path) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw failure("sync the folder of", path) }
  }

  private mutating func flush() throws(ImportError) {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        Foundation.write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      }
      guard count > 0 || (count < 0 && errno == EINTR) else { throw failure("write", partialPath) }
      written += max(0, count)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// The failure of the system call that was made last.
private func failure(_ operation: String, _ path: String) -> ImportError {
  .file(FileFailure(operation: operation, path: path, code: errno))
}
