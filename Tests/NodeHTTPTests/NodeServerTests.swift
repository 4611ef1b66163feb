import Bytes
import Ledger
import Logging
import Node
import NodeClient
import NodeHTTP
import NodeInterface
import Store
import TestSupport
import Testing

@Suite("A node over HTTP")
struct NodeServerTests {
  @Test("Client and node agree on status, genesis, accounts and what is not there")
  func roundTrip() async throws {
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let chain = TestChain(validatorCount: 1)
    let node = try Node(store: MemoryStore(), genesis: chain.genesis, key: chain.validators[0], log: log)
    _ = try await node.produceBlock()
    let server = NodeServer(api: node, HTTPServer.Configuration(host: "127.0.0.1", port: 0), log: log)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let serving = Task { try await server.run { port.yield($0) } }
    defer { serving.cancel() }
    var iterator = ports.makeAsyncIterator()
    let number = try #require(await iterator.next())
    let client = try #require(NodeClient(address: "http://127.0.0.1:\(number)", chain: chain.genesis.root))

    #expect(try await client.status().height == 1)
    #expect(try await client.genesis().root == chain.genesis.root)
    let here = try await node.header(at: Height(1))
    #expect(try await client.header(at: Height(1)) == here)
    #expect(try await client.claims(ClaimQuery()).items.isEmpty)
    await #expect(throws: NodeError.self) { try await client.claim(.zero) }
    await #expect(throws: NodeError.self) { try await client.submit(Submission(transaction: [1, 2, 3]), wait: .accepted) }
  }
}
