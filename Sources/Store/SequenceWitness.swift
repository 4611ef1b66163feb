import Glibc

/// A small file beside the database that names the newest acknowledged write.
///
/// LevelDB reads a damaged last record of a log as the mark of a crash and drops it without a word. The witness tells the two apart: a
/// write that it names had been acknowledged, so the database must hold it. The file is 16 bytes, the number and its complement,
/// overwritten in place and never synced: after a power failure it may name an older write than the database holds, never a newer one.
final class SequenceWitness: Sendable {
  private let descriptor: Int32

  /// The name of the file in the store's directory.
  static let fileName = "SEQUENCE"

  /// The number that the file in `directory` names, or nil if there is no such file.
  static func read(in directory: String) throws(StoreFailure) -> UInt64? {
    let path = directory + "/" + fileName
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw .io("\(path): \(errorText())") }
      return nil
    }
    defer { close(descriptor) }
    var content = [UInt8](repeating: 0, count: 17)
    let count = pread(descriptor, &content, content.count, 0)
    guard count >= 0 else { throw .io("\(path): \(errorText())") }
    guard count == 16 else { throw .corrupt("\(path): \(count) bytes where 16 belong") }
    let number = integer(content[0..<8])
    guard integer(content[8..<16]) == ~number else { throw .corrupt("\(path): the two halves disagree") }
    return number
  }

  /// Opens the file in `directory`, making it whole or not at all.
  init(in directory: String, number: UInt64) throws(StoreFailure) {
    let path = directory + "/" + SequenceWitness.fileName
    let fresh = path + ".new"
    let descriptor = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .io("\(fresh): \(errorText())") }
    self.descriptor = descriptor
    try write(number)
    guard fsync(descriptor) == 0, rename(fresh, path) == 0 else { throw .io("\(path): \(errorText())") }
  }

  deinit { close(descriptor) }

  /// Names a newer write.
  func write(_ number: UInt64) throws(StoreFailure) {
    let content = [number.littleEndian, (~number).littleEndian]
    guard pwrite(descriptor, content, 16, 0) == 16 else { throw .io("\(SequenceWitness.fileName): \(errorText())") }
  }
}

/// The eight bytes of a number, little-endian.
func encoded(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

/// The number of at most eight bytes, little-endian.
func integer(_ bytes: some Collection<UInt8>) -> UInt64 {
  bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

/// What the C library says about its last error.
func errorText() -> String { String(cString: strerror(errno)) }
