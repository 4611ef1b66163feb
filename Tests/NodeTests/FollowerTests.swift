import Bytes
import Ledger
import LightVerification
import Node
import NodeInterface
import Store
import TestSupport
import Testing

@Suite("A follower")
struct FollowerTests {
  private let fixture = NodeFixture()

  /// A chain with a model and a claim that became final.
  private func source(_ store: MemoryStore) async throws -> Node {
    let node = try fixture.node(store)
    for submission in [fixture.registration, try fixture.claim(), fixture.transfer(nonce: 1)] {
      _ = try await node.submit(submission, wait: .accepted)
      _ = try await node.produceBlock()
    }
    for _ in 0..<4 { _ = try await node.produceBlock() }
    return node
  }

  @Test("It executes every block again and holds the same bytes as the sequencer")
  func equality() async throws {
    let (first, second) = (MemoryStore(), MemoryStore())
    let node = try await source(first)
    let copy = try fixture.node(second, upstream: node)
    let following = Task { try await Follower(node: copy, source: node, clock: StillClock(), log: NodeFixture.log).run() }
    _ = try await copy.block(at: Height(7), waitingUpTo: 30)
    // A transaction handed to the follower reaches the sequencer.
    let id = try await copy.submit(fixture.transfer(nonce: 2), wait: .accepted).id
    let header = try await node.produceBlock()
    _ = try await copy.block(at: header.height, waitingUpTo: 30)
    following.cancel()
    #expect(try await copy.transaction(id).inclusion?.outcome == 0)
    #expect(first.contents == second.contents)
  }

  @Test("A source that changes one bit of a block is not believed")
  func divergence() async throws {
    let node = try await source(MemoryStore())
    let copy = try fixture.node(MemoryStore(), upstream: node)
    let bytes = try await node.block(at: Height(1), waitingUpTo: 0)
    var generator = SeededGenerator.printed()
    for _ in 0..<200 {
      var damaged = bytes
      damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      guard let block = try? UnverifiedBlock(decoding: damaged), let verified = try? VerifiedBlock(block, genesis: fixture.chain.genesis)
      else {
        continue
      }
      Issue.record("a changed block verifies: \(verified.hash)")
    }
    #expect(try await copy.status().height == 0)
  }

  @Test("A block that is valid by itself but not our next one stops the follower with the height")
  func wrongParent() async throws {
    let node = try await source(MemoryStore())
    let copy = try fixture.node(MemoryStore(), upstream: node)
    let second = try UnverifiedBlock(decoding: await node.block(at: Height(2), waitingUpTo: 0))
    let verified = try VerifiedBlock(second, genesis: fixture.chain.genesis)
    await #expect(throws: NodeFailure.diverged(height: Height(2), reason: BlockRejection.height.description)) {
      try await copy.extend(by: verified)
    }
    #expect(try await copy.status().halted?.contains("height 2") == true)
  }

  @Test("Receipts verify offline: final ones, with the records from the blob [RCPT-1]")
  func receipts() async throws {
    let node = try await source(MemoryStore())
    let claim = try #require(try await node.claims(ClaimQuery()).items.first)
    let bytes = try await node.receipt(claim: claim.id, record: 0)
    let receipt = try VerifiedReceipt(file: bytes, against: .genesis(fixture.chain.genesis))
    #expect(receipt.verdict == .final(at: Height(6)))
    await #expect(throws: NodeError.self) { _ = try await node.receipt(claim: claim.id, record: 1) }
  }
}
