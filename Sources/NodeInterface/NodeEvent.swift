import Bytes

/// Something that happened on the chain, in the order in which it happened: one message of `GET /v1/events`.
public enum NodeEvent: Hashable, Sendable {
  /// A block was applied.
  case block(BlockSummary)
  /// A claim was posted, finalized or slashed by the newest block.
  case claim(ClaimView)
  /// The subscriber was too slow and missed events: it should read the state again.
  case missed

  /// The name of the kind of event, as the `event` field of the stream carries it.
  public var name: String {
    switch self {
    case .block: "block"
    case .claim: "claim"
    case .missed: "missed"
    }
  }
}
