import Bytes
import Ledger
import Node
import NodeInterface
import Store
import TestSupport
import Testing

@Suite("The pool")
struct PoolTests {
  private let fixture = NodeFixture()

  private func refusal(_ node: Node, _ submission: Submission) async -> NodeError? {
    do throws(NodeError) {
      _ = try await node.submit(submission, wait: .accepted)
      return nil
    } catch {
      return error
    }
  }

  /// The code of a refusal, with its number.
  private func code(_ node: Node, _ submission: Submission) async -> String {
    guard let error = await refusal(node, submission) else { return "accepted" }
    let problem = Problem(error)
    return problem.code + (problem.number.map { " \($0)" } ?? "")
  }

  @Test("Transactions that come out of order stand in order of nonce")
  func order() async throws {
    let node = try fixture.node(MemoryStore())
    for nonce in [2, 0, 1] as [UInt64] { _ = try await node.submit(fixture.transfer(nonce: nonce), wait: .accepted) }
    _ = try await node.produceBlock()
    #expect(try await node.account(TestChain.account("alice")).nonce == 3)
    #expect(try await node.status().poolTransactions == 0)
  }

  @Test("The same transaction twice is no error; another with its nonce must pay more")
  func replacement() async throws {
    let node = try fixture.node(MemoryStore())
    #expect(await refusal(node, fixture.transfer(nonce: 0, fee: Amount(800))) == nil)
    #expect(await refusal(node, fixture.transfer(nonce: 0, fee: Amount(800))) == nil)
    #expect(await code(node, fixture.transfer(nonce: 0, fee: Amount(899))) == "pool-full")
    #expect(await refusal(node, fixture.transfer(nonce: 0, fee: Amount(1000))) == nil)
    #expect(try await node.status().poolTransactions == 1)
    _ = try await node.produceBlock()
    #expect(await refusal(node, fixture.transfer(nonce: 0, fee: Amount(1000))) == nil, "it stands in a block")
    #expect(await code(node, fixture.transfer(nonce: 0)) == "inadmissible 6")
  }

  @Test("A full pool refuses, and keeps what it has")
  func full() async throws {
    var configuration = Node.Configuration()
    configuration.pool.transactions = 3
    configuration.pool.nonceGap = 8
    let node = try fixture.node(MemoryStore(), configuration)
    for nonce in 0..<3 as Range<UInt64> { #expect(await refusal(node, fixture.transfer(nonce: nonce)) == nil) }
    #expect(await code(node, fixture.transfer(nonce: 0, from: "challenger", fee: Amount(100_000))) == "pool-full")
    #expect(await code(node, fixture.transfer(nonce: 8)) == "inadmissible 7")
    _ = try await node.produceBlock()
    #expect(try await node.account(TestChain.account("alice")).nonce == 3)
  }

  @Test("10,000 mutations of a submission are refused or are what they were")
  func mutations() async throws {
    let node = try fixture.node(MemoryStore())
    let valid = fixture.transfer(nonce: 0)
    var generator = SeededGenerator.printed()
    for _ in 0..<10_000 {
      guard let submission = try? Submission(decoding: generator.mutated(valid.encoded)), submission != valid else { continue }
      #expect(await refusal(node, submission) != nil)
    }
    #expect(try await node.status().poolTransactions == 0)
  }
}
