import Inference
import TestSupport

/// How somebody on the simulated network behaves.
enum Role: Hashable, Sendable {
  /// Claims what the model gives, and answers at once.
  case honest
  /// The same, but answers in the last block that is in time.
  case lazy
  /// Claims a wrong leaf of a segment, and answers.
  case lying(segment: Int)
  /// Claims a wrong leaf, and answers nothing.
  case withholding
  /// Claims what the model gives, and answers nothing: asked, it loses its bond.
  case silent
  /// Claims another text than the tokens say.
  case misquoting
  /// Claims what another provider was asked.
  case freeloading
  /// Claims its requests twice.
  case duplicating
  /// Claims a wrong leaf and answers one block too late.
  case late
  /// Claims a wrong text and proves it itself, to be first.
  case selfSlashing
  /// Promises two records for one request.
  case equivocating
  /// Asks everything that it can pay for, from many accounts, about every claim.
  case sybils
  /// Makes every second block, leaves out the honest challenger's transactions there, and copies its proofs.
  case censoring
  /// The honest challenger forgets all it knows between blocks.
  case crashing

  static let all: [Role] = [
    .honest, .lazy, .lying(segment: 0), .lying(segment: 4), .lying(segment: 15), .withholding, .silent, .misquoting, .freeloading,
    .duplicating, .late, .selfSlashing, .equivocating, .sybils, .censoring, .crashing,
  ]

  /// Whether it posts claims.
  var isProvider: Bool {
    switch self {
    case .sybils, .censoring, .crashing: false
    default: true
    }
  }

  /// Whether its claims say what the model gives.
  var tellsTheTruth: Bool {
    switch self {
    case .honest, .lazy, .silent, .freeloading, .duplicating, .equivocating: true
    default: false
    }
  }

  /// Whether its claims must stand whoever attacks.
  var mustStand: Bool { tellsTheTruth && self != .silent }

  /// The blocks by which its answers are late, counted from the last that is in time; nil if it never answers.
  var answerDelay: Int? {
    switch self {
    case .lazy: 0
    case .late: 1
    case .withholding, .silent: nil
    default: -1000
    }
  }
}
