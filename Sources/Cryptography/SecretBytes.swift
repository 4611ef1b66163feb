internal import COpenSSL

/// Bytes that are wiped when the last reference goes.
package final class SecretBytes: @unchecked Sendable {
  // Written in the initialiser only, so that sharing between threads is safe.
  private let buffer: UnsafeMutableRawBufferPointer

  /// Copies `bytes`; the caller's own copy is the caller's to forget.
  package init(_ bytes: [UInt8]) {
    buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    buffer.copyBytes(from: bytes)
  }

  deinit {
    OPENSSL_cleanse(buffer.baseAddress, buffer.count)
    buffer.deallocate()
  }

  /// Calls `body` with the bytes, which must not outlive the call.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { body(UnsafeRawBufferPointer(buffer)) }
}
