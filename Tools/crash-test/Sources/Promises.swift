import Bytes
import Ledger
import NodeClient
import NodeInterface
import Synchronization

/// What the node has promised: the transactions that it acknowledged, and the blocks in which they were seen.
final class Promises: Sendable {
  private struct State {
    var waiting: [Digest] = []
    var included: [(id: Digest, place: TransactionStatus.Inclusion)] = []
    var headers: [UInt64: Digest] = [:]
    var latencies: [Double] = []
  }

  private let state = Mutex(State())

  /// How many transactions were acknowledged.
  var count: Int { state.withLock { $0.waiting.count + $0.included.count } }

  /// The seconds from sending to acknowledgement, in no order.
  var latencies: [Double] { state.withLock { $0.latencies } }

  /// Notes an acknowledgement.
  func add(_ id: Digest, seconds: Double) {
    state.withLock { state in
      state.waiting.append(id)
      state.latencies.append(seconds)
    }
  }

  /// Asks a node for all that was acknowledged and not seen in a block yet: each must be there. Those in blocks are noted with
  /// the blocks' hashes, and the newest block that was noted before must still be the same.
  func check(_ client: NodeClient) async throws {
    let (waiting, newest) = state.withLock { ($0.waiting, $0.headers.max { $0.key < $1.key }) }
    if let newest {
      let hash = try await client.header(at: Height(newest.key)).hash
      guard hash == newest.value else { throw Defect("block \(newest.key) was \(newest.value) before the crash and is \(hash) after it") }
    }
    let places = try await Promises.places(of: waiting, client)
    let known = state.withLock { Set($0.headers.keys) }
    var headers: [UInt64: Digest] = [:]
    for height in Set(places.compactMap { $0?.height }).subtracting(known) {
      headers[height] = try await client.header(at: Height(height)).hash
    }
    state.withLock { state in
      state.headers.merge(headers) { $1 }
      state.waiting = zip(waiting, places).filter { $1 == nil }.map(\.0) + state.waiting.dropFirst(waiting.count)
      for (id, place) in zip(waiting, places) { if let place { state.included.append((id, place)) } }
    }
  }

  /// Waits until every acknowledged transaction stands in a block.
  func checkAllIncluded(_ client: NodeClient) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while state.withLock({ !$0.waiting.isEmpty }) {
      try await check(client)
      guard ContinuousClock.now < end else {
        throw Defect("\(state.withLock { $0.waiting.count }) acknowledged transactions stand in no block after a minute")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// Looks up everything that was ever acknowledged once more: each at the place where it was seen first. Returns how many those are.
  func checkPlaces(_ client: NodeClient) async throws -> Int {
    let included = state.withLock { $0.included }
    let places = try await Promises.places(of: included.map(\.id), client)
    for (before, now) in zip(included, places) where before.place != now {
      throw Defect("transaction \(before.id) stood in block \(before.place.height) and has moved")
    }
    return Set(included.map(\.id)).count
  }

  /// Where transactions stand, nil for those that wait; throws if one is unknown.
  private static func places(of ids: [Digest], _ client: NodeClient) async throws -> [TransactionStatus.Inclusion?] {
    let workers = 8
    let part = max(1, (ids.count + workers - 1) / workers)
    return try await withThrowingTaskGroup(of: (Int, [TransactionStatus.Inclusion?]).self) { group in
      for start in stride(from: 0, to: ids.count, by: part) {
        group.addTask {
          var places: [TransactionStatus.Inclusion?] = []
          for id in ids[start..<min(ids.count, start + part)] {
            do throws(NodeError) {
              places.append(try await client.transaction(id).inclusion)
            } catch {
              throw Defect("acknowledged transaction \(id): \(error)")
            }
          }
          return (start, places)
        }
      }
      var parts: [(Int, [TransactionStatus.Inclusion?])] = []
      for try await part in group { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }
}
