/// Why a node did not do what it was asked. The same cases arise in process and over the network.
public enum NodeError: Error, Hashable, Sendable {
  /// The request does not say anything: a bad encoding, a bad parameter.
  case malformed(String)
  /// The request or its answer is larger than a limit, in bytes.
  case tooLarge(limitBytes: Int)
  /// The node has nothing under this name.
  case notFound(String)
  /// The node had it once and has deleted it, as it said it would.
  case pruned(String)
  /// The transaction could not stand in the next block; the code is that of `[TX-1]`.
  case inadmissible(code: UInt16, reason: String)
  /// The pool of waiting transactions has no room for one that pays so little.
  case poolFull(String)
  /// An attestation is not by a validator, or not of the header that stands at the height.
  case attestationRefused(String)
  /// The node has stopped itself: its disk failed, or what it follows is not the chain.
  case halted(String)
  /// There is no node, or it does not answer in time.
  case unavailable(String)
  /// The node's answer does not verify: whoever sent it is wrong or lies.
  case untrustworthy(String)
}

/// The body of an HTTP answer that is not a success: RFC 9457 with the members `code` and `reason`.
public struct Problem: Codable, Hashable, Sendable {
  /// `urn:probity:problem:` and the code.
  public let type: String
  /// What went wrong, the same for every problem of this code.
  public let title: String
  /// The status of the HTTP answer.
  public let status: Int
  /// What went wrong this time.
  public let detail: String
  /// The name of the case of `NodeError`.
  public let code: String
  /// The code of SPEC.md for a transaction that was refused, the limit for a request that was too large.
  public let number: Int?

  /// Describes an error.
  public init(_ error: NodeError) {
    var number: Int?
    switch error {
    case .malformed(let text): (code, status, title, detail) = ("malformed", 400, "The request cannot be understood", text)
    case .tooLarge(let limit):
      (code, status, title, detail) = ("too-large", 413, "The request is too large", "the limit is \(limit) bytes")
      number = limit
    case .notFound(let text): (code, status, title, detail) = ("not-found", 404, "There is no such thing", text)
    case .pruned(let text): (code, status, title, detail) = ("pruned", 410, "This is no longer kept", text)
    case .inadmissible(let ledgerCode, let text):
      (code, status, title, detail) = ("inadmissible", 422, "The transaction cannot stand in a block", text)
      number = Int(ledgerCode)
    case .poolFull(let text): (code, status, title, detail) = ("pool-full", 429, "The pool is full", text)
    case .attestationRefused(let text): (code, status, title, detail) = ("attestation-refused", 422, "The attestation is refused", text)
    case .halted(let text): (code, status, title, detail) = ("halted", 503, "The node has stopped", text)
    case .unavailable(let text): (code, status, title, detail) = ("unavailable", 503, "The node does not answer", text)
    case .untrustworthy(let text): (code, status, title, detail) = ("untrustworthy", 502, "The answer does not verify", text)
    }
    type = "urn:probity:problem:" + code
    self.number = number
  }

  /// The error that the problem describes; an unknown code becomes `untrustworthy`.
  public var error: NodeError {
    switch code {
    case "malformed": .malformed(detail)
    case "too-large": .tooLarge(limitBytes: number ?? 0)
    case "not-found": .notFound(detail)
    case "pruned": .pruned(detail)
    case "inadmissible": .inadmissible(code: UInt16(exactly: number ?? 0) ?? 0, reason: detail)
    case "pool-full": .poolFull(detail)
    case "attestation-refused": .attestationRefused(detail)
    case "halted": .halted(detail)
    case "unavailable": .unavailable(detail)
    case "untrustworthy": .untrustworthy(detail)
    default: .untrustworthy("\(code): \(detail)")
    }
  }
}

extension NodeError: CustomStringConvertible {
  public var description: String {
    let problem = Problem(self)
    return "\(problem.title): \(problem.detail)"
  }
}
