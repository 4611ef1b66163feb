/// What a watchtower found out about a claim.
public enum ReviewResult: Hashable, Sendable {
  /// Every record follows from its request.
  case honest
  /// A record lies; the index, and why in words.
  case fraud(record: Int, reason: String)
  /// A record could not be judged; the index, and why in words. The availability challenge is for these.
  case unverified(record: Int, reason: String)
}
