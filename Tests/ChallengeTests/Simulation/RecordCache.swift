import Synchronization
import TestSupport

/// Records that many runs of the simulation use.
final class RecordCache: Sendable {
  static let shared = RecordCache()

  private struct Key: Hashable {
    let role: Role
    let name: String
  }

  private let made = Mutex<[Key: [TinyRecord]]>([:])

  /// The records of a provider in a role.
  func records(_ role: Role, of name: String, make: () throws -> [TinyRecord]) throws -> [TinyRecord] {
    let key = Key(role: role, name: name)
    if let known = made.withLock({ $0[key] }) { return known }
    let records = try make()
    made.withLock { $0[key] = records }
    return records
  }
}
