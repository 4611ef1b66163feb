/// Bytes of a bundle that stay where they are for as long as the object lives: mapped from a file, or on the heap.
public final class ModelBytes: @unchecked Sendable {
  /// The bytes; they never change.
  public let buffer: UnsafeRawBufferPointer
  private let release: @Sendable (UnsafeRawBufferPointer) -> Void

  /// Takes over a buffer; `release` is called once when it is no longer needed.
  public init(_ buffer: UnsafeRawBufferPointer, release: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
    self.buffer = buffer
    self.release = release
  }

  /// Copies bytes to the heap.
  public convenience init(copying bytes: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: BundleHeader.alignment)
    copy.copyBytes(from: bytes)
    self.init(UnsafeRawBufferPointer(copy)) { $0.deallocate() }
  }

  deinit { release(buffer) }
}
