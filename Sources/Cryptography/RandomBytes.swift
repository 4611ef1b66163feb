import Bytes
internal import COpenSSL

/// A source of bytes that nobody can predict; it comes in through initialisers, so that a simulation can pass its own. `[SIG-3]`
public protocol RandomBytes: Sendable {
  /// Returns `count` fresh bytes.
  func bytes(_ count: Int) -> [UInt8]
}

extension RandomBytes {
  /// Thirty-two fresh bytes.
  public func digest() -> Digest {
    guard let digest = Digest(bytes(Digest.byteCount)) else { preconditionFailure("a source of randomness returned a wrong count") }
    return digest
  }
}

/// The operating system's randomness, through libcrypto.
public struct SystemRandomBytes: RandomBytes {
  /// Makes the source; it has no state of its own.
  public init() {}

  /// Returns `count` fresh bytes. A system that has no randomness cannot make keys or signatures: the process ends.
  /// - Precondition: `count` is in 0..<2^31.
  public func bytes(_ count: Int) -> [UInt8] {
    guard let narrow = Int32(exactly: count), narrow >= 0 else { preconditionFailure("a count of random bytes is out of range") }
    guard narrow > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, narrow) == 1 else { preconditionFailure("the operating system returned no randomness") }
    return bytes
  }
}
