import Merkle

extension Parameters {
  /// How many levels of a tree a challenge reveals at a time. `[CHAL-1]`
  public var fanOut: FanOut { FanOut(bits: fanOutBits) }

  /// The most nodes from a trace root to a leaf: 2^12 segments, and 2^30 leaves of a segment. `[GEN-1]`
  public var disputeRounds: UInt64 { (12 + fanOutBits - 1) / fanOutBits + (30 + fanOutBits - 1) / fanOutBits }

  /// The bond of a challenge whose answer has so many bytes. `[CHAL-3]`
  /// - Precondition: the size is that of a question which names something, so that the sum stays below 2^61.
  public func bond(answerBytes: Int) -> Amount {
    precondition(answerBytes >= 0 && answerBytes <= LedgerLimits.challengeBytes)
    return Amount(challengeBond.units + 2 * byteFee.units * UInt64(answerBytes))
  }

  /// The most blocks from a claim's posting to its end, whoever attacks. `[CLOCK-1]` `[TX-10]`
  public var longestClaimBlocks: UInt64 { (windowBlocks + disputeBlocks + 1) * (stretchBlocks + 1) }

  /// What a challenge or reveal of a node costs at most in fees. `[GEN-1]`
  var moveFee: UInt64 { baseFee.units + 1024 * byteFee.units }

  /// What the longest dispute costs a challenger in fees: the descent, the opening, the largest proof. `[GEN-1]`
  var disputeFee: UInt64 {
    disputeRounds * moveFee + 2 * baseFee.units + (1 << 20 + 1 << 21) * byteFee.units
      + UInt64(LedgerLimits.evidenceBytes) * evidenceByteFee.units
  }

  /// Whether times and bonds are in the proportions that disputes need: the checks 1 to 4 of `[GEN-1]`. With the values in their ranges, no sum
  /// or product here reaches 2^63.
  var isBalanced: Bool {
    disputeBlocks >= disputeRounds * (revealBlocks + moveBlocks) + sealBlocks && windowBlocks >= sealBlocks
      && unbondingBlocks > windowBlocks + disputeBlocks + sealBlocks && challengeBond.units >= 2 * moveFee
      && claimBond.fraction(rewardPermille, of: 1000).units >= disputeFee
  }
}
