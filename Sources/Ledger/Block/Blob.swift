import Bytes
import Cryptography

/// Bytes that travel beside the transactions that name them. `[LED-6]`
public struct Blob: Hashable, Sendable {
  /// The SHA-256 of the bytes.
  public let digest: Digest
  /// The content.
  public let bytes: [UInt8]

  /// Makes a blob and computes its digest.
  public init(_ bytes: [UInt8]) {
    digest = Digest.hash(bytes)
    self.bytes = bytes
  }
}
