import Foundation
import Store
import Testing

@Suite("A store on disk")
struct DatabaseTests {
  /// Writes `count` batches of one numbered key each, with small tables, so that several files come to be.
  static func fill(_ directory: TemporaryDirectory, _ count: UInt32) throws {
    var configuration = Database.Configuration()
    configuration.writeBufferBytes = 64 << 10
    let store = try Database(directory: directory.store, configuration)
    var generator = Generator(state: 3)
    for number in 0..<count {
      var batch = Batch()
      batch.put(withUnsafeBytes(of: number.bigEndian) { Array($0) }, (0..<800).map { _ in UInt8.random(in: 0...255, using: &generator) })
      try store.write(batch, number % 8 == 0 || number + 1 == count ? .synced : .buffered)
    }
  }

  @Test func contentSurvivesReopening() throws {
    let directory = try TemporaryDirectory()
    try Self.fill(directory, 300)
    let first = try everything(Database(directory: directory.store))
    #expect(first.count == 300)
    #expect(try everything(Database(directory: directory.store)) == first)
  }

  @Test func aSecondHandleIsRefused() throws {
    let directory = try TemporaryDirectory()
    let store = try Database(directory: directory.store)
    #expect {
      try Database(directory: directory.store)
    } throws: { error in
      guard case .locked? = error as? StoreFailure else { return false }
      return true
    }
    #expect(try store.value([1]) == nil)
  }

  @Test func anAbsentStoreIsNotMadeUnasked() throws {
    let directory = try TemporaryDirectory()
    var configuration = Database.Configuration()
    configuration.createIfMissing = false
    #expect(throws: StoreFailure.missing(directory.store)) { try Database(directory: directory.store, configuration) }
    #expect(throws: StoreFailure.self) { try Database(directory: directory.path + "/no/such/parent") }
  }

  @Test(arguments: ["CURRENT", "MANIFEST", ".log", ".ldb", "SEQUENCE"])
  func aLostFileIsNoticed(_ kind: String) throws {
    let directory = try TemporaryDirectory()
    try Self.fill(directory, 300)
    for name in try directory.files(kind) { try FileManager.default.removeItem(atPath: directory.store + "/" + name) }
    #expect(throws: StoreFailure.self) { try everything(Database(directory: directory.store)) }
    #expect(throws: StoreFailure.self) { try everything(Database(directory: directory.store)) }
  }

  /// Nothing in the table need be asked for.
  @Test(arguments: [0, 1, 100]) func aTableOfAnotherLengthIsNoticedAtOnce(_ bytes: Int) throws {
    let original = try TemporaryDirectory()
    try Self.fill(original, 300)
    // Opening a store removes the tables that a merge has left behind.
    _ = try Database(directory: original.store)
    for name in try original.files(".ldb") {
      let damaged = try original.copy()
      let url = URL(fileURLWithPath: damaged.store + "/" + name)
      let content = try Data(contentsOf: url)
      try (bytes == 100 ? content + [0] : content.prefix(bytes * content.count / 2)).write(to: url)
      #expect(throws: StoreFailure.self) { try Database(directory: damaged.store) }
    }
  }

  @Test func anAcknowledgedWriteThatACutLogLostIsNoticed() throws {
    let directory = try TemporaryDirectory()
    try Self.fill(directory, 10)
    let name = try #require(try directory.files(".log").last)
    let path = directory.store + "/" + name
    let content = try Data(contentsOf: URL(fileURLWithPath: path))
    try content.dropLast(3).write(to: URL(fileURLWithPath: path))
    #expect(throws: StoreFailure.self) { try Database(directory: directory.store) }
    #expect(throws: StoreFailure.self) { try Database(directory: directory.store) }
  }

  /// One wrong bit anywhere: opening or reading says so, or every entry is as it was.
  @Test(arguments: [".log", ".ldb", "MANIFEST", "CURRENT", "SEQUENCE"])
  func aFlippedBitNeverChangesWhatIsRead(_ kind: String) throws {
    let original = try TemporaryDirectory()
    try Self.fill(original, 200)
    // Reading changes the files (LevelDB turns the log into a table), so the truth is read from a copy.
    let pristine = try original.copy()
    let truth = try withExtendedLifetime(pristine) { try everything(Database(directory: pristine.store)) }
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = Generator(state: seed)
    var noticed = 0
    for name in try original.files(kind) {
      let size = try Data(contentsOf: URL(fileURLWithPath: original.store + "/" + name)).count
      guard size > 0 else { continue }
      for attempt in 0..<24 {
        let damaged = try original.copy()
        let url = URL(fileURLWithPath: damaged.store + "/" + name)
        var content = try Data(contentsOf: url)
        // The first attempts strike the ends, where lengths and footers are.
        let place =
          attempt < 8 ? [0, 4, 5, 6, size - 1, size - 5, size - 12, size / 2][attempt] : Int.random(in: 0..<size, using: &generator)
        guard content.indices.contains(place) else { continue }
        content[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        try content.write(to: url)
        do {
          let read = try withExtendedLifetime(damaged) { try everything(Database(directory: damaged.store)) }
          let same = read == truth
          #expect(same, "\(read.count) entries read; seed \(seed), \(name), byte \(place)")
        } catch let failure as StoreFailure {
          noticed += 1
          if case .locked = failure { Issue.record("seed \(seed), \(name), byte \(place): \(failure)") }
        }
      }
    }
    #expect(noticed > 0)
  }
}
