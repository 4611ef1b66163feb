import Bytes
import Cryptography
import Ledger

extension HashTag {
  /// The salt of a challenger's seals: nobody needs to know how it is made.
  static let salt = HashTag("probity/challenger-salt")
}

/// What a challenger that has a proof does next. `[TX-7]` `[TX-9]`
///
/// The salt follows from the challenger's key and the proof, so that a challenger which was restarted can still show what it sealed.
public struct Prosecution: Sendable {
  /// What to do next.
  public enum Move: Hashable, Sendable {
    /// Commit to the proof.
    case seal(Digest)
    /// Wait for the next block: a proof may not stand beside its seal.
    case wait
    /// Show the proof under its seal.
    case show(FraudProof)
    /// Show the proof as it is: there is no time for a seal.
    case hasten(FraudProof)
    /// The claim is slashed for this challenger, or for one that was earlier, or final.
    case done
  }

  private let proof: FraudProof
  private let salt: Digest
  private let account: AccountIdentifier
  /// Names the seal on the ledger.
  public let sealKey: SealKey

  /// Prepares to show a proof.
  /// - Parameter key: the challenger's. A signature that is never sent is the secret from which the salt follows.
  public init(_ proof: FraudProof, key: PrivateKey) {
    let account = AccountIdentifier(key.publicKey)
    let secret = key.sign(Digest.hash(tag: .salt, Digest.hash(proof.encoded).bytes), auxiliary: .zero)
    let salt = Digest.hash(tag: .salt, secret.encoded)
    self.proof = proof
    self.salt = salt
    self.account = account
    sealKey = SealKey(account: account, seal: proof.seal(of: account, salt: salt))
  }

  /// The next move, from what the ledger says at a clock.
  /// - Parameters:
  ///   - clock: that of the next block.
  ///   - height: that of the next block.
  ///   - seal: the entry at `sealKey`.
  ///   - prize: the claim's.
  public func move(claim: Claim, seal: Seal?, prize: Prize?, clock: DisputeTime, height: Height) -> Move {
    switch claim.status {
    case .finalized: return .done
    case .slashed(_, let challenger):
      guard challenger != account, let seal, let prize, seal.rank < prize.rank, prize.due >= clock, seal.rank.height < height else {
        return .done
      }
      return .show(proof.unsealed(by: salt))
    case .pending: break
    }
    guard let seal else {
      // A seal in the next block and a proof in the one after it must both be in time.
      return clock < claim.deadline ? .seal(sealKey.seal) : .hasten(proof)
    }
    return seal.rank.height < height ? .show(proof.unsealed(by: salt)) : .wait
  }
}
