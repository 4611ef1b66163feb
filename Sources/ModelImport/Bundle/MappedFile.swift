import Foundation

/// Files in memory as the system pages them in.
enum MappedFile {
  /// The bytes of a file, to be read only until they are unmapped; nil for an empty file.
  static func map(_ path: String) throws(FileFailure) -> UnsafeRawBufferPointer? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileFailure(operation: "open", path: path, code: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileFailure(operation: "stat", path: path, code: errno) }
    let count = Int(status.st_size)
    guard count > 0 else { return nil }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), address != MAP_FAILED else {
      throw FileFailure(operation: "map", path: path, code: errno)
    }
    return UnsafeRawBufferPointer(start: address, count: count)
  }

  /// The bytes of a file as `Data` that unmaps them in the end.
  static func data(_ path: String) throws(FileFailure) -> Data {
    guard let buffer = try map(path), let address = UnsafeMutableRawPointer(mutating: buffer.baseAddress) else { return Data() }
    return Data(
      bytesNoCopy: address, count: buffer.count, deallocator: .custom { MappedFile.unmap(UnsafeRawBufferPointer(start: $0, count: $1)) })
  }

  /// Gives back what `map` gave.
  static func unmap(_ buffer: UnsafeRawBufferPointer) {
    munmap(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
  }
}

extension FileFailure: CustomStringConvertible {
  public var description: String { "\(operation) \(path): \(String(cString: strerror(code)))" }
}
