import Bytes
import Cryptography

extension HashTag {
  /// Which claims a watchtower replays: nobody else needs to know how they are chosen.
  static let sample = HashTag("probity/watchtower-sample")
}

/// Chooses one claim in so many, so that a provider cannot foresee which, and so that the choice is the same after a restart.
public struct ClaimSample: Sendable {
  private let secret: Digest
  private let oneIn: UInt64

  /// Makes a sample.
  /// - Parameters:
  ///   - oneIn: how many claims there are for each that is chosen, at least 1.
  ///   - key: a signature by it that is never sent is the secret.
  public init(oneIn: UInt64, key: PrivateKey) {
    precondition(oneIn >= 1)
    self.oneIn = oneIn
    secret = Digest.hash(tag: .sample, key.sign(Digest.hash(tag: .sample, []), auxiliary: .zero).encoded)
  }

  /// Whether a claim is chosen.
  public func contains(_ claim: Digest) -> Bool {
    let number = Digest.hash(tag: .sample, secret.bytes + claim.bytes).bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return number % oneIn == 0
  }
}
