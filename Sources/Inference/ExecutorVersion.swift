import Bytes

/// The digest of the rules that the executor follows. `[NUM-15]`
public enum ExecutorVersion {
  /// SHA-256 of section 6 of SPEC.md, which the tidy tests recompute.
  public static let current: Digest = {
    guard let digest = Digest(hex: "f73cb78533a8f21692260f7e588b156acb9de7f3a9883f43b739e1d822bc0731") else {
      preconditionFailure("the constant above has 64 hexadecimal digits")
    }
    return digest
  }()
}
