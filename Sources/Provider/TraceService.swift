import Bytes
import Inference
import NodeInterface
import Synchronization

/// Makes traces again from their records, one at a time, and keeps the last few.
final class TraceService: Sendable {
  private struct Entry {
    let traceRoot: Digest
    let trace: Trace
  }

  private let maker: RecordMaker
  private let worker: SerialWorker
  private let capacity: Int
  /// The most recently used last.
  private let cache = Mutex<[Entry]>([])

  init(maker: RecordMaker, places: Int, cachedTraces: Int) {
    self.maker = maker
    worker = SerialWorker(name: "probity.traces", places: places)
    capacity = max(1, cachedTraces)
  }

  /// The claimed trace of a record, with the leaves of one segment if one is named.
  func trace(of record: Record, keeping segment: Int?) async throws(TraceFailure) -> Trace {
    if let trace = cached(record, keeping: segment) { return trace }
    guard worker.reserve() else { throw .unreachable }
    let made = await worker.run { [self] () -> Trace? in
      // A request before this one in the queue may have asked for the same.
      if let trace = cached(record, keeping: segment) { return trace }
      let trace = try? maker.claimedTrace(of: record, keeping: segment.map { [$0] } ?? [])
      if let trace { keep(Entry(traceRoot: record.traceRoot, trace: trace)) }
      return trace
    }
    guard let made else { throw .withheld }
    return made
  }

  private func cached(_ record: Record, keeping segment: Int?) -> Trace? {
    cache.withLock { entries in
      let found = entries.firstIndex { entry in
        entry.traceRoot == record.traceRoot && (segment.map { entry.trace.leaves[$0] != nil } ?? true)
      }
      guard let found else { return nil }
      let entry = entries.remove(at: found)
      entries.append(entry)
      return entry.trace
    }
  }

  private func keep(_ entry: Entry) {
    cache.withLock { entries in
      entries.removeAll { $0.traceRoot == entry.traceRoot }
      entries.append(entry)
      if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
    }
  }
}
