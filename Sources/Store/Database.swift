import CLevelDB
import Glibc
import Synchronization

/// A store on disk: a LevelDB directory, with every checksum verified on every read.
public final class Database: KeyValueStore, @unchecked Sendable {
  /// Sizes and switches, fixed while the store is open.
  public struct Configuration: Hashable, Sendable {
    /// Whether to make the store if the directory holds none.
    public var createIfMissing = true
    /// How many bytes LevelDB gathers in memory before it writes a table.
    public var writeBufferBytes = 8 << 20
    /// How many bytes of blocks LevelDB keeps in memory.
    public var cacheBytes = 32 << 20

    /// The defaults.
    public init() {}
  }

  /// Where the number of synced writes stands; callers' keys begin with another byte.
  private static let sequenceKey: [UInt8] = [255, 1]

  private struct Writing {
    var sequence: UInt64
    let witness: SequenceWitness
    var broken: StoreFailure?
  }

  private let handles: LevelHandles
  private let writing: Mutex<Writing>

  /// Opens the store in `directory`, whose parent must exist.
  public init(directory: String, _ configuration: Configuration = Configuration()) throws(StoreFailure) {
    let witnessed = try SequenceWitness.read(in: directory)
    try Database.checkPresence(in: directory, witnessed, configuration)
    handles = try LevelHandles(directory: directory, configuration)
    let stored = try handles.get(Database.sequenceKey, snapshot: nil).map { integer($0) }
    switch (stored, witnessed) {
    case (let stored?, nil): throw .corrupt("\(directory): \(stored) writes are stored, but the file \(SequenceWitness.fileName) is gone")
    case (let stored, let witnessed?) where witnessed > stored ?? 0:
      throw .corrupt("\(directory): \(witnessed) writes were acknowledged, \(stored ?? 0) are there")
    default: break
    }
    let sequence = stored ?? 0
    writing = Mutex(Writing(sequence: sequence, witness: try SequenceWitness(in: directory, number: sequence), broken: nil))
  }

  public func value(_ key: [UInt8]) throws(StoreFailure) -> [UInt8]? { try handles.get(key, snapshot: nil) }

  public func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: ([UInt8], [UInt8]) -> Bool
  ) throws(StoreFailure) {
    try handles.scan(prefix: prefix, from: start, descending: descending, snapshot: nil, visit)
  }

  public func snapshot() throws(StoreFailure) -> any ReadableStore { DatabaseSnapshot(handles) }

  /// Applies all changes of a batch, or none. After a write that failed the disk may hold it or not: every later write is refused until
  /// the store is opened again.
  /// - Precondition: no key begins with the byte 255.
  public func write(_ batch: Batch, _ durability: Durability) throws(StoreFailure) {
    let failure: StoreFailure? = writing.withLock { writing in
      if let broken = writing.broken { return broken }
      do throws(StoreFailure) {
        switch durability {
        case .buffered: try handles.write(batch, sequence: nil, durability)
        case .synced:
          let next = writing.sequence + 1
          try handles.write(batch, sequence: (Database.sequenceKey, encoded(next)), durability)
          writing.sequence = next
          try writing.witness.write(next)
        }
        return nil
      } catch {
        writing.broken = error
        return error
      }
    }
    if let failure { throw failure }
  }

  /// Refuses a directory where LevelDB would quietly forget a part of a store, or begin anew over its remains.
  private static func checkPresence(
    in directory: String, _ witnessed: UInt64?, _ configuration: Configuration
  ) throws(StoreFailure) {
    guard access(directory + "/CURRENT", F_OK) != 0 else { return try ManifestReader.checkFiles(in: directory) }
    guard errno == ENOENT else { throw .io("\(directory)/CURRENT: \(errorText())") }
    if let witnessed, witnessed > 0 { throw .corrupt("\(directory): the file CURRENT is gone") }
    for name in names(in: directory) where name.hasSuffix(".ldb") || name.hasSuffix(".log") {
      throw .corrupt("\(directory): the file CURRENT is gone, but \(name) is there")
    }
    guard configuration.createIfMissing else { throw .missing(directory) }
    guard mkdir(directory, 0o755) == 0 || errno == EEXIST else { throw .io("\(directory): \(errorText())") }
  }

  private static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
  }
}

/// What a database held when the snapshot was taken.
private final class DatabaseSnapshot: ReadableStore, @unchecked Sendable {
  private let handles: LevelHandles
  private let snapshot: OpaquePointer?

  init(_ handles: LevelHandles) {
    self.handles = handles
    snapshot = leveldb_create_snapshot(handles.database)
  }

  deinit { leveldb_release_snapshot(handles.database, snapshot) }

  func value(_ key: [UInt8]) throws(StoreFailure) -> [UInt8]? { try handles.get(key, snapshot: snapshot) }

  func scan(
    prefix: [UInt8], from start: [UInt8]?, descending: Bool, _ visit: ([UInt8], [UInt8]) -> Bool
  ) throws(StoreFailure) {
    try handles.scan(prefix: prefix, from: start, descending: descending, snapshot: snapshot, visit)
  }
}
