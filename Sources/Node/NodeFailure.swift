import Ledger
import Store

/// Why a node cannot go on: never a sender's fault. A node that fails says why, stops, and guesses nothing.
public enum NodeFailure: Error, Hashable, Sendable {
  /// The disk failed, or what it holds is damaged.
  case store(StoreFailure)
  /// The store was written by another version of this program.
  case schema(found: UInt32, expected: UInt32)
  /// The store holds another network.
  case anotherChain(found: String, expected: String)
  /// What is stored does not fit together.
  case inconsistent(String)
  /// The state that is stored does not have the root that the newest header states.
  case stateRootMismatch(height: Height, stored: String, header: String)
  /// A node that is followed has a block that is not valid on ours.
  case diverged(height: Height, reason: String)
  /// The node that is followed no longer keeps what a new follower needs.
  case sourcePruned(height: Height)
  /// The key is not a validator's.
  case notAValidator(String)

  /// The status with which the program exits.
  public var exitCode: Int32 {
    switch self {
    case .store(.locked): 10
    case .store(.missing): 11
    case .store(.corrupt): 12
    case .store(.io): 13
    case .schema: 14
    case .anotherChain: 15
    case .inconsistent: 16
    case .stateRootMismatch: 17
    case .diverged: 18
    case .sourcePruned: 19
    case .notAValidator: 20
    }
  }
}

extension NodeFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .store(let failure): failure.description
    case .schema(let found, let expected): "the store has layout \(found), this program knows layout \(expected)"
    case .anotherChain(let found, let expected): "the store holds chain \(found), not \(expected)"
    case .inconsistent(let reason): "the store is inconsistent: \(reason)"
    case .stateRootMismatch(let height, let stored, let header):
      "the stored state has root \(stored), the header at height \(height) says \(header)"
    case .diverged(let height, let reason): "diverged at height \(height): \(reason)"
    case .sourcePruned(let height): "the node that is followed has pruned the blobs of height \(height): follow one that keeps all"
    case .notAValidator(let key): "\(key) is not a validator of this network"
    }
  }
}
