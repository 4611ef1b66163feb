import Store
import Testing

@Suite("Every store means the same")
struct StoreSemanticsTests {
  static func each(_ body: (any KeyValueStore) throws -> Void) throws {
    try body(MemoryStore())
    let directory = try TemporaryDirectory()
    try body(Database(directory: directory.store))
    try body(FaultInjectingStore(MemoryStore()))
  }

  @Test func whatWasWrittenIsRead() throws {
    try Self.each { store in
      var batch = Batch()
      batch.put([1], [9, 9])
      batch.put([2], [])
      batch.put([], [7])
      batch.put([3], [1])
      batch.delete([3])
      try store.write(batch, .synced)
      #expect(try store.value([1]) == [9, 9])
      #expect(try store.value([2]) == [])
      #expect(try store.value([]) == [7])
      #expect(try store.value([3]) == nil)
      #expect(try store.value([4]) == nil)
    }
  }

  @Test func scansKeepOrderAndBounds() throws {
    try Self.each { store in
      var batch = Batch()
      for key: [UInt8] in [[1, 0], [1, 5], [1, 5, 0], [1, 255], [1, 255, 255], [2], [0, 9], [254, 255]] { batch.put(key, key) }
      try store.write(batch, .buffered)
      func keys(_ prefix: [UInt8], from start: [UInt8]? = nil, descending: Bool = false, limit: Int = 99) throws -> [[UInt8]] {
        var keys: [[UInt8]] = []
        try store.scan(prefix: prefix, from: start, descending: descending) { key, value in
          #expect(key == value)
          keys.append(key)
          return keys.count < limit
        }
        return keys
      }
      let ones: [[UInt8]] = [[1, 0], [1, 5], [1, 5, 0], [1, 255], [1, 255, 255]]
      #expect(try keys([1]) == ones)
      #expect(try keys([1], descending: true) == ones.reversed())
      #expect(try keys([1], from: [1, 5, 0]) == Array(ones[2...]))
      #expect(try keys([1], from: [1, 5, 1], descending: true) == ones[...2].reversed())
      #expect(try keys([1], from: [1, 5], descending: true) == ones[...1].reversed())
      #expect(try keys([1], from: [0], descending: true) == [])
      #expect(try keys([1], from: [3]) == [])
      #expect(try keys([1], from: [3], descending: true) == ones.reversed())
      #expect(try keys([1], limit: 2) == Array(ones[..<2]))
      #expect(try keys([]).count == 8)
      #expect(try keys([], descending: true).first == [254, 255])
      #expect(try keys([7]) == [])
      #expect(try keys([7], descending: true) == [])
    }
  }

  @Test func aSnapshotDoesNotMove() throws {
    try Self.each { store in
      var batch = Batch()
      batch.put([1], [1])
      try store.write(batch, .buffered)
      let snapshot = try store.snapshot()
      var later = Batch()
      later.put([1], [2])
      later.put([2], [2])
      try store.write(later, .buffered)
      #expect(try snapshot.value([1]) == [1])
      #expect(try snapshot.entries(prefix: []).count == 1)
      #expect(try store.entries(prefix: []).count == 2)
    }
  }

  @Test func faultsAreToldAndStay() throws {
    let memory = MemoryStore()
    let store = FaultInjectingStore(memory)
    func write(_ key: UInt8) throws {
      var batch = Batch()
      batch.put([key], [key])
      try store.write(batch, .synced)
    }
    store.fail(write: 1, .unacknowledged)
    try write(0)
    #expect(throws: StoreFailure.self) { try write(1) }
    #expect(throws: StoreFailure.self) { try write(2) }
    #expect(memory.contents.count == 2)
    #expect(store.writes == 3)
  }
}
