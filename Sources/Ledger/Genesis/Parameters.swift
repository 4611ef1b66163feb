import Bytes

/// The numbers that a network fixes at its genesis. `[GEN-1]`
public struct Parameters: Hashable, Sendable {
  /// The challenge window, in blocks.
  public let windowBlocks: UInt64
  /// From unbond to payment, in blocks; longer than the window.
  public let unbondingBlocks: UInt64
  /// What each claim locks.
  public let claimBond: Amount
  /// The challenger's part of a slashed bond, in thousandths.
  public let rewardPermille: UInt64
  /// The fee of any transaction.
  public let baseFee: Amount
  /// The fee of a byte of a transaction.
  public let byteFee: Amount
  /// The fee of a byte of a blob.
  public let blobByteFee: Amount
  /// The fee of a byte of evidence, on top of the byte's own.
  public let evidenceByteFee: Amount
  /// How often a proposer aims to propose; binds nobody.
  public let blockIntervalMilliseconds: UInt64
  /// The most bytes of blobs and transactions other than disputes in a block.
  public let blockBytes: UInt64
  /// The most blocks by which challenges put off a claim's deadline.
  public let disputeBlocks: UInt64
  /// From a challenge to the last reveal, in blocks.
  public let revealBlocks: UInt64
  /// From a reveal to the next challenge, in blocks.
  public let moveBlocks: UInt64
  /// From a seal to the last proof under it, in blocks.
  public let sealBlocks: UInt64
  /// Over how many full blocks in a row the dispute clock stands still.
  public let stretchBlocks: UInt64
  /// The binary logarithm of the most children of a node.
  public let fanOutBits: UInt64
  /// The fixed part of a challenge's bond.
  public let challengeBond: Amount
  /// What misconduct costs.
  public let penalty: Amount

  /// The parameters' names, in the order of their encoding, each with its range. `[GEN-1]`
  static let fields: [(name: String, range: ClosedRange<UInt64>)] = [
    ("windowBlocks", 1...1 << 32), ("unbondingBlocks", 2...1 << 33), ("claimBond", 1...1 << 62), ("rewardPermille", 1...999),
    ("baseFee", 0...1 << 32), ("byteFee", 0...1 << 32), ("blobByteFee", 0...1 << 32), ("evidenceByteFee", 0...1 << 32),
    ("blockIntervalMilliseconds", 50...1 << 32), ("blockBytes", 1 << 22...1 << 26), ("disputeBlocks", 1...1 << 32),
    ("revealBlocks", 1...1 << 24), ("moveBlocks", 1...1 << 24), ("sealBlocks", 1...1 << 24), ("stretchBlocks", 0...15),
    ("fanOutBits", 1...8), ("challengeBond", 1...1 << 60), ("penalty", 1...1 << 60),
  ]

  /// Makes parameters of their values in the order of `fields`; nil if a rule of `[GEN-1]` is broken.
  init?(_ values: [UInt64]) {
    guard values.count == Parameters.fields.count else { return nil }
    for (value, field) in zip(values, Parameters.fields) {
      guard field.range.contains(value) else { return nil }
    }
    windowBlocks = values[0]
    unbondingBlocks = values[1]
    claimBond = Amount(values[2])
    rewardPermille = values[3]
    baseFee = Amount(values[4])
    byteFee = Amount(values[5])
    blobByteFee = Amount(values[6])
    evidenceByteFee = Amount(values[7])
    blockIntervalMilliseconds = values[8]
    blockBytes = values[9]
    disputeBlocks = values[10]
    revealBlocks = values[11]
    moveBlocks = values[12]
    sealBlocks = values[13]
    stretchBlocks = values[14]
    fanOutBits = values[15]
    challengeBond = Amount(values[16])
    penalty = Amount(values[17])
    guard isBalanced else { return nil }
  }

  /// Makes parameters; nil if a rule of `[GEN-1]` is broken.
  public init?(
    windowBlocks: UInt64, unbondingBlocks: UInt64, claimBond: Amount, rewardPermille: UInt64, baseFee: Amount, byteFee: Amount,
    blobByteFee: Amount, evidenceByteFee: Amount, blockIntervalMilliseconds: UInt64, blockBytes: UInt64, disputeBlocks: UInt64,
    revealBlocks: UInt64, moveBlocks: UInt64, sealBlocks: UInt64, stretchBlocks: UInt64, fanOutBits: UInt64, challengeBond: Amount,
    penalty: Amount
  ) {
    self.init([
      windowBlocks, unbondingBlocks, claimBond.units, rewardPermille, baseFee.units, byteFee.units, blobByteFee.units,
      evidenceByteFee.units, blockIntervalMilliseconds, blockBytes, disputeBlocks, revealBlocks, moveBlocks, sealBlocks, stretchBlocks,
      fanOutBits, challengeBond.units, penalty.units,
    ])
  }

  /// The values in the order of `fields`.
  var values: [UInt64] {
    [
      windowBlocks, unbondingBlocks, claimBond.units, rewardPermille, baseFee.units, byteFee.units, blobByteFee.units,
      evidenceByteFee.units, blockIntervalMilliseconds, blockBytes, disputeBlocks, revealBlocks, moveBlocks, sealBlocks, stretchBlocks,
      fanOutBits, challengeBond.units, penalty.units,
    ]
  }

  /// The fee that a transaction of these sizes must offer. `[LED-7]`
  /// - Precondition: the sizes are within the limits, so that the sum stays below 2^58.
  public func requiredFee(transactionBytes: Int, blobBytes: Int, evidenceBytes: Int) -> Amount {
    let parts = [(byteFee, transactionBytes), (blobByteFee, blobBytes), (evidenceByteFee, evidenceBytes)]
    return parts.reduce(baseFee) { sum, part in
      precondition(part.1 >= 0 && part.1 <= LedgerLimits.tokenizerBytes)
      return sum.increased(by: Amount(part.0.units * UInt64(part.1)))
    }
  }
}

extension Parameters: CanonicallyCodable {
  public init(from reader: inout ByteReader) throws(DecodingRejection) {
    var values: [UInt64] = []
    for _ in Parameters.fields { values.append(try reader.read()) }
    guard let parameters = Parameters(values) else { throw .outOfRange }
    self = parameters
  }

  public func encode(to writer: inout ByteWriter) {
    for value in values { writer.write(value) }
  }
}
