/// What the disk did to us. A failure is never read as "not found".
public enum StoreFailure: Error, Hashable, Sendable {
  /// Another process, or another handle in this one, has the store open.
  case locked(String)
  /// The directory holds no store, and the configuration forbids making one.
  case missing(String)
  /// What is stored is damaged: a checksum, a file or a write that had been acknowledged is wrong or gone.
  case corrupt(String)
  /// Reading or writing failed: a full disk, a permission, a device error.
  case io(String)
}

extension StoreFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .locked(let reason): "store locked: \(reason)"
    case .missing(let reason): "store missing: \(reason)"
    case .corrupt(let reason): "store corrupt: \(reason)"
    case .io(let reason): "store input or output failed: \(reason)"
    }
  }
}
