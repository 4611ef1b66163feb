import Bytes
import Ledger
import Node
import NodeInterface
import Store
import TestSupport
import Testing

@Suite("A node whose disk fails")
struct CrashTests {
  private let fixture = NodeFixture()

  /// What a run was told before its disk failed.
  private struct Promises {
    var accepted: [Digest] = []
    var headers: [Header] = []
  }

  private func run(_ store: FaultInjectingStore) async -> Promises {
    var promises = Promises()
    do {
      let node = try fixture.node(store)
      for nonce in 0..<6 as Range<UInt64> {
        promises.accepted.append(try await node.submit(fixture.transfer(nonce: nonce), wait: .accepted).id)
        promises.headers.append(try await node.produceBlock())
      }
    } catch {}
    return promises
  }

  @Test(
    "Whichever write fails, lost or unacknowledged, all that was acknowledged is there and replays",
    arguments: FaultInjectingStore.Fault.allCases)
  func everyWrite(_ fault: FaultInjectingStore.Fault) async throws {
    let whole = FaultInjectingStore(MemoryStore())
    #expect(await run(whole).headers.count == 6)
    #expect(whole.writes == 13)
    for write in 0..<whole.writes {
      let disk = MemoryStore()
      let store = FaultInjectingStore(disk)
      store.fail(write: write, fault)
      let promises = await run(store)

      let node = try fixture.node(disk)
      for id in promises.accepted { _ = try await node.transaction(id) }
      for header in promises.headers { #expect(try await node.header(at: header.height) == header) }
      let report = try ChainAudit.run(disk, genesis: fixture.chain.genesis)
      #expect(report.replayedHeight == report.height)
      _ = try await node.produceBlock()
      for id in promises.accepted { #expect(try await node.transaction(id).inclusion?.outcome == 0) }
      #expect(try await node.status().poolTransactions == 0)
    }
  }

  @Test("A node whose write failed stops, and says so to everyone")
  func halts() async throws {
    let store = FaultInjectingStore(MemoryStore())
    let node = try fixture.node(store)
    store.fail(write: 1, .lost)
    await #expect(throws: NodeError.self) { try await node.submit(fixture.transfer(nonce: 0), wait: .accepted) }
    #expect(try await node.status().halted != nil)
    await #expect(throws: NodeFailure.self) { try await node.produceBlock() }
    await #expect(throws: NodeFailure.self) { try await node.run() }
    await #expect(throws: NodeError.self) { _ = try await node.events() }
  }

  @Test("A store that was changed behind our back does not pass the audit: every key counts")
  func tampering() async throws {
    let disk = MemoryStore()
    let node = try fixture.node(disk)
    _ = try await node.submit(fixture.registration, wait: .accepted)
    _ = try await node.produceBlock()
    _ = try await node.submit(fixture.transfer(nonce: 1), wait: .accepted)
    _ = try await node.produceBlock()
    for (key, value) in disk.contents {
      for change in [value.map { $0 ^ 1 }, nil] {
        let damaged = MemoryStore()
        var batch = Batch()
        for (other, content) in disk.contents { batch.put(other, content) }
        if let change { batch.put(key, change) } else { batch.delete(key) }
        try damaged.write(batch, .synced)
        #expect(throws: NodeFailure.self, "key \(key.hex.prefix(24))") { try ChainAudit.run(damaged, genesis: fixture.chain.genesis) }
      }
    }
  }
}
