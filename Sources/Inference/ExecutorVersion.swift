import Bytes

/// The digest of the rules that the executor follows. `[NUM-15]`
public enum ExecutorVersion {
  /// SHA-256 of section 6 of SPEC.md, which the tidy tests recompute.
  public static let current: Digest = {
    guard let digest = Digest(hex: "63405025ab1aef08e9c87bf2976bf6d7da8891f00efd5ba1ae52a001a9e72311") else {
      preconditionFailure("the constant above has 64 hexadecimal digits")
    }
    return digest
  }()
}
