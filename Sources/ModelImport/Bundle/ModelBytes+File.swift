import Foundation
import Inference

extension ModelBytes {
  /// Maps a bundle file into memory, to be read only.
  ///
  /// The file must not change while it is mapped; `BundleWriter` puts a whole new file in its place instead of changing one.
  public static func mapping(_ path: String) throws(FileFailure) -> ModelBytes {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileFailure(operation: "open", path: path, code: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileFailure(operation: "stat", path: path, code: errno) }
    let count = Int(status.st_size)
    guard count > 0 else { return ModelBytes(copying: []) }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), address != MAP_FAILED else {
      throw FileFailure(operation: "mmap", path: path, code: errno)
    }
    return ModelBytes(UnsafeRawBufferPointer(start: address, count: count)) { buffer in
      munmap(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
    }
  }
}

extension FileFailure: CustomStringConvertible {
  public var description: String { "\(operation) \(path): \(String(cString: strerror(code)))" }
}
