import Bytes

/// The digest of the rules that the executor follows. `[NUM-15]`
public enum ExecutorVersion {
  /// SHA-256 of section 6 of SPEC.md, which the tidy tests recompute.
  public static let current: Digest = {
    guard let digest = Digest(hex: "72df93ad3323b075405f0df6564177e03d31935c9612fd775e0b01ab18047236") else {
      preconditionFailure("the constant above has 64 hexadecimal digits")
    }
    return digest
  }()
}
