import Foundation
import Inference

/// A bundle that stays on disk and is mapped into memory.
enum MappedModel {
  /// A file that cannot be mapped.
  struct Unreadable: Error { let path: String }

  static func load(_ path: String) throws -> Model {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { throw Unreadable(path: path) }
    defer { close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    guard size > 0, let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else { throw Unreadable(path: path) }
    return try Model(
      ModelBytes(UnsafeRawBufferPointer(start: start, count: size)) { buffer in
        munmap(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
      })
  }
}
