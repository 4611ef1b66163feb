import Bytes

/// The digest of the rules that the executor follows. `[NUM-15]`
public enum ExecutorVersion {
  /// SHA-256 of section 6 of SPEC.md, which the tidy tests recompute.
  public static let current: Digest = {
    guard let digest = Digest(hex: "59f40481c4a1dfc754634eafbd9d04bc73f1d03a687fe1edcc404e7533851ba7") else {
      preconditionFailure("the constant above has 64 hexadecimal digits")
    }
    return digest
  }()
}
