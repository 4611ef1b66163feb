import Bytes
import Ledger

/// Which questions a defender has to answer, and when. `[TX-11]`
///
/// It reads the lists of what expires, so that it sees every open question however it was asked and whenever the defender was started, and it
/// holds no more than these lists do. An answer that did not arrive is sent again.
public struct Defence: Sendable {
  private struct Open {
    let expires: DisputeTime
    var sent: DisputeTime?
  }

  private let revealBlocks: UInt64
  private let patience: UInt64
  private var open: [ChallengeKey: Open] = [:]
  private var scanned: DisputeTime?

  /// Makes a defence on a chain.
  public init(_ parameters: Parameters) {
    revealBlocks = parameters.revealBlocks
    patience = max(1, parameters.revealBlocks / 4)
  }

  /// How many questions wait for an answer.
  public var openCount: Int { open.count }

  /// The lists of tag 10 to read at a clock; those of earlier calls can only have changed at their end.
  public func lists(at clock: DisputeTime) -> [DisputeTime] {
    let last = clock.value.addingReportingOverflow(revealBlocks)
    guard !last.overflow else { return [] }
    let first = scanned.map { max(clock.value, min($0.value, last.partialValue)) } ?? clock.value
    return (first...last.partialValue).map { DisputeTime($0) }
  }

  /// Takes in a list: the questions about defended claims that expire after `clock`.
  public mutating func take(_ keys: [ChallengeKey], expiringAfter clock: DisputeTime) {
    for key in keys where open[key] == nil { open[key] = Open(expires: clock) }
    scanned = max(scanned ?? clock, clock)
  }

  /// The questions to answer now: those that expire first come first.
  public mutating func due(at clock: DisputeTime) -> [ChallengeKey] {
    open = open.filter { $0.value.expires >= clock }
    let due = open.filter { entry in entry.value.sent.map { clock.value >= $0.value + patience } ?? true }
    return due.sorted { ($0.value.expires, $0.key) < ($1.value.expires, $1.key) }.map(\.key)
  }

  /// Notes that an answer was sent.
  public mutating func sent(_ key: ChallengeKey, at clock: DisputeTime) { open[key]?.sent = clock }

  /// Notes that a question needs no answer any more: it was answered, by whomever, or its claim is settled.
  public mutating func settled(_ key: ChallengeKey) { open[key] = nil }

  /// Whether a refused answer means that the question needs none any more.
  public static func isSettled(_ refusal: Refusal) -> Bool {
    switch refusal {
    case .revealUnknown, .revealClaimSettled, .revealRepeated: true
    default: false
    }
  }
}
