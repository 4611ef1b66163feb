import Bytes
import Cryptography
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
  /// A validator that attests two headers of one height.
  case doubleSigning
  /// A thousand accounts, each of which asks what it can pay for.
  case sybils
  /// Fills the room for challenges in every block, so that the clock stands still.
  case flooding
  /// Makes every second block, leaves out the honest challenger's transactions there, and copies its proofs.
  case censoring
  /// The honest challenger forgets all it knows between blocks.
  case crashing

  /// A leaf of each kind of segment: embedding, projection, attention, residual, gate, maxima, argmax.
  static let lies = [0, 1, 4, 5, 6, 15, 16].map { Role.lying(segment: $0) }

  static let all: [Role] =
    [.honest, .lazy] + lies + [
      .withholding, .silent, .misquoting, .freeloading, .duplicating, .late, .selfSlashing, .equivocating, .doubleSigning, .sybils,
      .flooding, .censoring, .crashing,
    ]

  /// All pairs of roles, each with itself too.
  static let pairs: [[Role]] = all.indices.flatMap { first in all[first...].map { [all[first], $0] } }

  /// Whether it posts claims.
  var isProvider: Bool {
    switch self {
    case .sybils, .flooding, .censoring, .crashing, .doubleSigning: false
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

  /// Whether it can win a prize in the honest challenger's place, by asking or proving first.
  var mayWin: Bool { [.sybils, .selfSlashing].contains(self) }

  /// Whether a run with it costs much time.
  var isSlow: Bool { self == .sybils }

  /// By how many blocks its answers are late, counted from the last that is in time; nil if it never answers.
  var answerDelay: Int? {
    switch self {
    case .lazy: 0
    case .late: 1
    case .withholding, .silent: nil
    default: -1000
    }
  }

  /// How many claims it posts.
  var claims: Int { self == .duplicating ? 2 : 1 }

  /// The records of its claims; made once.
  func records(of name: String) throws -> [TinyRecord] {
    try RecordCache.shared.records(self, of: name) {
      let asked = self == .freeloading ? "alice" : name
      return try (0..<2).map { number in
        let salt = Digest.hash(Array("\(name) \(number)".utf8))
        let record = try TinyRecord.honest("one two three", maxNewTokens: 4, salt: salt, provider: asked)
        switch self {
        case .lying(let segment): return record.flipping(bit: 3, ofLeaf: segment >= 15 ? 1 : 5, inSegment: segment)
        case .withholding, .late: return record.flipping(bit: 3, ofLeaf: 5, inSegment: 6)
        case .misquoting, .selfSlashing:
          var changed = record
          changed.record.answer = Array("as you like it".utf8)
          return changed
        default: return record
        }
      }
    }
  }
}
