import Bytes

/// The purpose of a hash: values hashed for different purposes can never be mistaken for each other. `[HASH-2]`
///
/// Each layer declares its own tags as static members; SPEC lists all of them.
public struct HashTag: Sendable {
  /// The name, such as `probity/transaction`.
  public let name: String

  /// The state of SHA-256 after `SHA256(name) || SHA256(name)`, which is exactly one block.
  let midstate: SHA256

  /// Makes the tag of a name.
  public init(_ name: StaticString) {
    let text = name.description
    let prefix = Digest.hash(Array(text.utf8))
    var hasher = SHA256()
    hasher.update(prefix)
    hasher.update(prefix)
    self.name = text
    midstate = hasher
  }
}
