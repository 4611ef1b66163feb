import Bytes
import Cryptography

extension HashTag {
  /// A commitment to a fraud proof. `[TX-7]`
  static let seal = HashTag("probity/seal")
}

extension FraudProof {
  /// The digest that a seal of this proof holds. `[TX-7]`
  /// - Parameter salt: 32 bytes that nobody else knows: without them, whoever guesses the proof could tell what the seal is about.
  public func seal(of sender: AccountIdentifier, salt: Digest) -> Digest {
    var writer = ByteWriter()
    sender.encode(to: &writer)
    writer.write(salt)
    writer.write(Digest.hash(encodedWithoutSalt))
    return Digest.hash(tag: .seal, writer.bytes)
  }
}

extension Transition {
  /// Notes a commitment to a proof that nobody can read yet. `[TX-9]`
  mutating func seal(_ digest: Digest, from identifier: AccountIdentifier) throws(Refusal) {
    let key = SealKey(account: identifier, seal: digest)
    guard state.seal(key) == nil else { throw .sealRepeated }
    // All checks are done; nothing below can fail.
    let expires = clock.later(by: parameters.sealBlocks)
    state.setDispute(.seal(Seal(rank: rank, expires: expires)), at: .seal(key))
    var unsealing = state.unsealing(expires)
    unsealing.insertAscending(key)
    state.setUnsealing(unsealing, at: expires)
  }

  /// The rank of a fraud proof: that of its seal, or its own place without one. `[TX-7]`
  func rank(of proof: FraudProof, from identifier: AccountIdentifier) throws(Refusal) -> Rank {
    guard let salt = proof.salt else { return rank }
    let key = SealKey(account: identifier, seal: proof.seal(of: identifier, salt: salt))
    guard let seal = state.seal(key), seal.rank.height < height else { throw .proofSeal }
    return seal.rank
  }
}
