import Bytes

/// The digest of the rules that the executor follows. `[NUM-15]`
public enum ExecutorVersion {
  /// SHA-256 of section 6 of SPEC.md, which the tidy tests recompute.
  public static let current: Digest = {
    guard let digest = Digest(hex: "8d986fbefd6e31a2a833025fbc76bdb436b1336e204a9d9b1eaa807053f824cd") else {
      preconditionFailure("the constant above has 64 hexadecimal digits")
    }
    return digest
  }()
}
