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

  /// The claimed trace of a record.
  func trace(of record: Record) async throws(TraceFailure) -> Trace {
    if let trace = cached(record) { return trace }
    guard worker.reserve() else { throw .unreachable }
    let made = await worker.run { [self] () -> Trace? in
      // A request before this one in the queue may have asked for the same.
      if let trace = cached(record) { return trace }
      let trace = try? maker.claimedTrace(of: record)
      if let trace { keep(Entry(traceRoot: record.traceRoot, trace: trace)) }
      return trace
    }
    guard let made else { throw .withheld }
    return made
  }

  private func cached(_ record: Record) -> Trace? {
    cache.withLock { entries in
      guard let found = entries.firstIndex(where: { $0.traceRoot == record.traceRoot }) else { return nil }
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
