import Bytes
import Ledger

/// What comes next on a chain: what a move in a dispute is measured by. `[CLOCK-1]`
public struct NextBlock: Hashable, Sendable {
  /// Its height.
  public let height: Height
  /// Its dispute clock.
  public let clock: DisputeTime

  /// Names a block.
  public init(height: Height, clock: DisputeTime) {
    self.height = height
    self.clock = clock
  }
}

extension NodeAPI {
  /// An entry of the newest state, or nil. The proof is not looked at: the caller trusts its node.
  public func entry(_ key: StateKey) async throws(NodeError) -> StateEntry? {
    guard let value = try await stateProof(key, at: nil).value else { return nil }
    do {
      return try StateEntry(decoding: value, at: key)
    } catch {
      throw .untrustworthy("the entry at \(key) does not decode: \(error)")
    }
  }

  /// The next block's height and clock. `[CLOCK-1]`
  public func nextBlock() async throws(NodeError) -> NextBlock {
    let answer = try await stateProof(.clock, at: nil)
    var stood: UInt64 = 0
    if let value = answer.value, case .clock(let clock)? = try? StateEntry(decoding: value, at: .clock) { stood = clock.stood }
    let height = answer.header.height.value
    guard height < .max, stood <= height else { throw .untrustworthy("the clock is ahead of the chain") }
    return NextBlock(height: Height(height + 1), clock: DisputeTime(height + 1 - stood))
  }

  /// The challenge with a question, or nil. `[CHAL-3]`
  public func challenge(_ key: ChallengeKey) async throws(NodeError) -> ChallengeEntry? {
    if case .challenge(let value)? = try await entry(.challenge(key)) { value } else { nil }
  }

  /// The questions that expire after a clock. `[LED-2]`
  public func challenges(expiringAfter clock: DisputeTime) async throws(NodeError) -> [ChallengeKey] {
    if case .expiring(let value)? = try await entry(.expiring(clock)) { value } else { [] }
  }

  /// A seal, or nil. `[TX-9]`
  public func seal(_ key: SealKey) async throws(NodeError) -> Seal? {
    if case .seal(let value)? = try await entry(.seal(key)) { value } else { nil }
  }

  /// The prize of a slashed claim, or nil. `[CHAL-4]`
  public func prize(_ claim: Digest) async throws(NodeError) -> Prize? {
    if case .prize(let value)? = try await entry(.prize(claim)) { value } else { nil }
  }

  /// Waits until the block at a height is made, or some seconds have passed.
  public func waitForBlock(at height: Height, seconds: UInt32) async throws(NodeError) {
    do throws(NodeError) {
      _ = try await block(at: height, waitingUpTo: seconds)
    } catch {
      guard case .notFound = error else { throw error }
    }
  }
}
