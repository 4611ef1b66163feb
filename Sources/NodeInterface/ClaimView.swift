import Bytes
import Ledger

/// A claim and its id, as JSON: `GET /v1/claims/{id}`.
public struct ClaimView: Hashable, Sendable {
  /// The claim's id.
  public let id: Digest
  /// The claim.
  public let claim: Claim

  /// Makes a view.
  public init(id: Digest, claim: Claim) {
    self.id = id
    self.claim = claim
  }
}

extension ClaimView: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, provider, modelRoot, batchRoot, recordCount, blob, posted, window, deadline, bond, status, settled, challenger
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(Digest.self, forKey: .id)
    let status: ClaimStatus
    switch try container.decode(ClaimState.self, forKey: .status) {
    case .pending: status = .pending
    case .finalized: status = .finalized(at: Height(try container.decode(UInt64.self, forKey: .settled)))
    case .slashed:
      status = .slashed(
        at: Height(try container.decode(UInt64.self, forKey: .settled)),
        challenger: AccountIdentifier(try container.decode(Digest.self, forKey: .challenger)))
    }
    claim = Claim(
      provider: AccountIdentifier(try container.decode(Digest.self, forKey: .provider)),
      modelRoot: try container.decode(Digest.self, forKey: .modelRoot), batchRoot: try container.decode(Digest.self, forKey: .batchRoot),
      recordCount: try container.decode(UInt32.self, forKey: .recordCount), blob: try container.decode(Digest.self, forKey: .blob),
      posted: Height(try container.decode(UInt64.self, forKey: .posted)),
      window: DisputeTime(try container.decode(UInt64.self, forKey: .window)),
      deadline: DisputeTime(try container.decode(UInt64.self, forKey: .deadline)),
      bond: try container.decode(DecimalAmount.self, forKey: .bond).amount, status: status)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(claim.provider.hex, forKey: .provider)
    try container.encode(claim.modelRoot, forKey: .modelRoot)
    try container.encode(claim.batchRoot, forKey: .batchRoot)
    try container.encode(claim.recordCount, forKey: .recordCount)
    try container.encode(claim.blob, forKey: .blob)
    try container.encode(claim.posted.value, forKey: .posted)
    try container.encode(claim.window.value, forKey: .window)
    try container.encode(claim.deadline.value, forKey: .deadline)
    try container.encode(DecimalAmount(claim.bond), forKey: .bond)
    try container.encode(ClaimState(claim.status), forKey: .status)
    switch claim.status {
    case .pending: break
    case .finalized(let height): try container.encode(height.value, forKey: .settled)
    case .slashed(let height, let challenger):
      try container.encode(height.value, forKey: .settled)
      try container.encode(challenger.hex, forKey: .challenger)
    }
  }
}

/// The name of a claim's status.
public enum ClaimState: String, Codable, Hashable, Sendable, CaseIterable {
  /// It can be challenged.
  case pending
  /// It stood.
  case finalized
  /// It was shown to be wrong.
  case slashed

  /// The name of a status.
  public init(_ status: ClaimStatus) {
    switch status {
    case .pending: self = .pending
    case .finalized: self = .finalized
    case .slashed: self = .slashed
    }
  }
}

/// Which claims `GET /v1/claims` lists, the newest first.
public struct ClaimQuery: Hashable, Sendable {
  /// Only claims of this status.
  public var state: ClaimState?
  /// Only claims of this provider.
  public var provider: AccountIdentifier?
  /// Only claims on this model.
  public var modelRoot: Digest?
  /// Where a page before ended: its `next`.
  public var cursor: UInt64?
  /// How many claims a page holds, 1..256.
  public var limit: Int

  /// The most claims in a page.
  public static let maximumLimit = 256

  /// Makes a query.
  public init(
    state: ClaimState? = nil, provider: AccountIdentifier? = nil, modelRoot: Digest? = nil, cursor: UInt64? = nil, limit: Int = 64
  ) {
    self.state = state
    self.provider = provider
    self.modelRoot = modelRoot
    self.cursor = cursor
    self.limit = limit
  }

  /// Whether a claim is one of those that are asked for.
  public func matches(_ claim: Claim) -> Bool {
    guard state == nil || state == ClaimState(claim.status) else { return false }
    guard provider == nil || provider == claim.provider else { return false }
    return modelRoot == nil || modelRoot == claim.modelRoot
  }
}

/// One page of a list.
public struct Page<Element: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
  /// The elements.
  public let items: [Element]
  /// The cursor of the next page, or nil at the end.
  public let next: UInt64?

  /// Makes a page.
  public init(items: [Element], next: UInt64?) {
    self.items = items
    self.next = next
  }
}
