import Bytes
internal import COpenSSL

/// SHA-256 over bytes that arrive in parts. A value type: a copy taken halfway is a midstate. `[HASH-1]`
public struct SHA256: Sendable {
  private var context = SHA256_CTX()

  /// Starts over the empty string.
  public init() { probity_sha256_init(&context) }

  /// Starts over the 64-byte prefix of `tag`, which costs no hashing. `[HASH-2]`
  public init(tag: HashTag) { self = tag.midstate }

  /// Appends the bytes of a buffer.
  public mutating func update(_ buffer: UnsafeRawBufferPointer) {
    guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
    probity_sha256_update(&context, base, buffer.count)
  }

  /// Appends bytes.
  public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// Appends a slice.
  public mutating func update(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { update($0) } }

  /// Appends the 32 bytes of a digest, without allocating.
  public mutating func update(_ digest: Digest) {
    withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { buffer in
      digest.copyBytes(to: buffer)
      update(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Appends an integer in its full width, little-endian, as the canonical encoding writes it.
  public mutating func update<Value: FixedWidthInteger>(integer: Value) {
    withUnsafeBytes(of: integer.littleEndian) { update($0) }
  }

  /// The digest of everything appended so far; more may be appended afterwards.
  public func finalized() -> Digest {
    var copy = context
    return withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { buffer in
      probity_sha256_final(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &copy)
      return Digest(prefixOf: UnsafeRawBufferPointer(buffer))
    }
  }
}

extension Digest {
  /// SHA-256 of bytes. `[HASH-1]`
  public static func hash(_ bytes: [UInt8]) -> Digest { bytes.withUnsafeBytes { hash($0) } }

  /// SHA-256 of a buffer. `[HASH-1]`
  public static func hash(_ buffer: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256()
    hasher.update(buffer)
    return hasher.finalized()
  }

  /// The tagged hash of bytes. `[HASH-2]`
  public static func hash(tag: HashTag, _ bytes: [UInt8]) -> Digest { bytes.withUnsafeBytes { hash(tag: tag, $0) } }

  /// The tagged hash of a buffer. `[HASH-2]`
  public static func hash(tag: HashTag, _ buffer: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256(tag: tag)
    hasher.update(buffer)
    return hasher.finalized()
  }

  /// The tagged hash of a value's canonical encoding. `[HASH-2]`
  public static func hash(tag: HashTag, of value: some CanonicallyCodable) -> Digest { hash(tag: tag, value.encoded) }
}
