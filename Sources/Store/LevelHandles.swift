import CLevelDB

/// LevelDB's handles: each call checks lengths, copies bytes out before it returns, and frees what LevelDB allocated with LevelDB's own
/// free.
final class LevelHandles: @unchecked Sendable {
  let database: OpaquePointer
  private let options: OpaquePointer?
  private let cache: OpaquePointer?
  private let filter: OpaquePointer?

  init(directory: String, _ configuration: Database.Configuration) throws(StoreFailure) {
    options = leveldb_options_create()
    cache = leveldb_cache_create_lru(configuration.cacheBytes)
    filter = leveldb_filterpolicy_create_bloom(10)
    leveldb_options_set_create_if_missing(options, configuration.createIfMissing ? 1 : 0)
    leveldb_options_set_paranoid_checks(options, 1)
    leveldb_options_set_write_buffer_size(options, configuration.writeBufferBytes)
    leveldb_options_set_cache(options, cache)
    leveldb_options_set_filter_policy(options, filter)
    leveldb_options_set_max_open_files(options, 256)
    var error: UnsafeMutablePointer<CChar>?
    let opened = leveldb_open(options, directory, &error)
    guard let opened else {
      LevelHandles.release(options, cache, filter)
      throw failure(taking: error) ?? .io("\(directory): no handle, no reason")
    }
    database = opened
  }

  deinit {
    leveldb_close(database)
    LevelHandles.release(options, cache, filter)
  }

  private static func release(_ options: OpaquePointer?, _ cache: OpaquePointer?, _ filter: OpaquePointer?) {
    leveldb_options_destroy(options)
    leveldb_cache_destroy(cache)
    leveldb_filterpolicy_destroy(filter)
  }

  /// The value of a key, or nil if the key is not there.
  func get(_ key: [UInt8], snapshot: OpaquePointer?) throws(StoreFailure) -> [UInt8]? {
    let reading = readOptions(snapshot)
    defer { leveldb_readoptions_destroy(reading) }
    var error: UnsafeMutablePointer<CChar>?
    var count = 0
    let found = key.withCharacters { leveldb_get(database, reading, $0, $1, &count, &error) }
    if let failure = failure(taking: error) {
      leveldb_free(found)
      throw failure
    }
    guard let found else { return nil }
    defer { leveldb_free(found) }
    return copy(found, count)
  }

  /// Writes a batch, and one more key that counts it.
  func write(_ batch: Batch, sequence: (key: [UInt8], value: [UInt8])?, _ durability: Durability) throws(StoreFailure) {
    let gathered = leveldb_writebatch_create()
    defer { leveldb_writebatch_destroy(gathered) }
    func put(_ key: [UInt8], _ value: [UInt8]) {
      key.withCharacters { key, keyCount in
        value.withCharacters { value, valueCount in leveldb_writebatch_put(gathered, key, keyCount, value, valueCount) }
      }
    }
    for change in batch.changes {
      switch change {
      case .put(let key, let value):
        precondition(key.first != 255, "keys that begin with 255 are the store's own")
        put(key, value)
      case .delete(let key):
        precondition(key.first != 255, "keys that begin with 255 are the store's own")
        key.withCharacters { leveldb_writebatch_delete(gathered, $0, $1) }
      }
    }
    if let sequence { put(sequence.key, sequence.value) }
    let writing = leveldb_writeoptions_create()
    defer { leveldb_writeoptions_destroy(writing) }
    leveldb_writeoptions_set_sync(writing, durability == .synced ? 1 : 0)
    var error: UnsafeMutablePointer<CChar>?
    leveldb_write(database, writing, gathered, &error)
    if let failure = failure(taking: error) { throw failure }
  }

  /// Visits the callers' keys that begin with `prefix`, in order.
  func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, snapshot: OpaquePointer?, _ visit: ([UInt8], [UInt8]) -> Bool
  ) throws(StoreFailure) {
    let reading = readOptions(snapshot)
    defer { leveldb_readoptions_destroy(reading) }
    guard let iterator = leveldb_create_iterator(database, reading) else { throw .io("no iterator") }
    defer { leveldb_iter_destroy(iterator) }
    seek(iterator, prefix: prefix, from: start, descending: descending)
    while leveldb_iter_valid(iterator) != 0 {
      let key = content(of: leveldb_iter_key, iterator)
      // Seeking may stop one key past the prefix on the side where the scan begins; then the scan is empty.
      guard key.starts(with: prefix), key.first != 255 else { break }
      guard visit(key, content(of: leveldb_iter_value, iterator)) else { break }
      if descending { leveldb_iter_prev(iterator) } else { leveldb_iter_next(iterator) }
    }
    var error: UnsafeMutablePointer<CChar>?
    leveldb_iter_get_error(iterator, &error)
    if let failure = failure(taking: error) { throw failure }
  }

  private func seek(_ iterator: OpaquePointer, prefix: [UInt8], from start: [UInt8]?, descending: Bool) {
    func seek(_ key: [UInt8]) { key.withCharacters { leveldb_iter_seek(iterator, $0, $1) } }
    guard descending else {
      let first = start.map { $0.lexicographicallyPrecedes(prefix) ? prefix : $0 } ?? prefix
      return seek(first)
    }
    let bound = upperBound(ofPrefix: prefix) ?? [255]
    if let start, start.lexicographicallyPrecedes(bound) {
      seek(start)
      if leveldb_iter_valid(iterator) != 0, content(of: leveldb_iter_key, iterator) == start { return }
    } else {
      seek(bound)
    }
    if leveldb_iter_valid(iterator) != 0 { leveldb_iter_prev(iterator) } else { leveldb_iter_seek_to_last(iterator) }
  }

  private func content(
    of field: (OpaquePointer?, UnsafeMutablePointer<Int>?) -> UnsafePointer<CChar>?, _ iterator: OpaquePointer
  ) -> [UInt8] {
    var count = 0
    guard let start = field(iterator, &count) else { return [] }
    return copy(start, count)
  }

  private func readOptions(_ snapshot: OpaquePointer?) -> OpaquePointer? {
    let options = leveldb_readoptions_create()
    leveldb_readoptions_set_verify_checksums(options, 1)
    leveldb_readoptions_set_snapshot(options, snapshot)
    return options
  }
}

private func copy(_ start: UnsafePointer<CChar>, _ count: Int) -> [UInt8] {
  Array(UnsafeRawBufferPointer(start: start, count: count))
}

/// Takes over LevelDB's error string, or returns nil if there is none.
private func failure(taking error: UnsafeMutablePointer<CChar>?) -> StoreFailure? {
  guard let error else { return nil }
  defer { leveldb_free(error) }
  let reason = String(cString: error)
  if reason.hasPrefix("Corruption") || reason.hasPrefix("NotFound") { return .corrupt(reason) }
  if reason.hasPrefix("IO error: lock ") { return .locked(reason) }
  if reason.contains("does not exist (create_if_missing is false)") { return .missing(reason) }
  return .io(reason)
}

extension [UInt8] {
  /// Calls `body` with the bytes as C characters; for no bytes the pointer may be nil.
  fileprivate func withCharacters<Result>(_ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
    withUnsafeBytes { body($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count) }
  }
}
