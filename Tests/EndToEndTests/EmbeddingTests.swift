import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import LightVerification
import NodeHTTP
import NodeInterface
import Provider
import Store
import TestSupport
import Testing
import Watchtower

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite("A provider of embeddings")
struct EmbeddingTests {
  /// A network that knows the test encoder, and a provider of it.
  private struct Scene {
    let network: ProviderNetwork
    let provider: Provider

    init(tampering: Tampering = .honest) async throws {
      network = try await ProviderNetwork(registersModel: false)
      let registration = TestChain(validatorCount: 1).transaction(
        .registerModel(RegisterModel(TinyEncoder.model, commitment: TinyEncoder.commitment, name: Array("probity-test-encoder".utf8))),
        from: "bob", blob: TinyEncoder.header.tokenizer.encoded)
      _ = try await network.node.submit(
        Submission(transaction: registration.transaction.encoded, blob: registration.blob), wait: .included)
      provider = try Provider(
        model: TinyEncoder.model, commitment: TinyEncoder.commitment, key: TestChain.key("provider"), genesis: network.genesis,
        node: network.node, store: MemoryStore(), tampering: tampering, logger: ProviderNetwork.logger)
    }

    /// Posts a claim with one embedding and has it watched.
    func watchedClaim() async throws -> ClaimStatus {
      let own = try #require(provider.ownRequest(prompt: Array("Hello, Probity!".utf8), maxNewTokens: 1))
      _ = try await provider.answer(own.request, signature: own.signature)
      let claim = try #require(try await provider.post())
      let source = provider
      let watchtower = Watchtower(
        node: network.node, wallet: Wallet(key: TestChain.key("challenger"), node: network.node, genesis: network.genesis),
        models: [WatchedModel(TinyEncoder.model)], traces: { _ in source }, logger: ProviderNetwork.logger)
      try await watchtower.reviewPending()
      return try await network.node.claim(claim).claim.status
    }
  }

  @Test("An honest claim of an embedding stands; a cheat in any segment is slashed [STEP-4]", arguments: [nil] + (0..<18).map { Int?($0) })
  func watched(segment: Int?) async throws {
    let lie = segment.map { Tampering.flipBit(Tampering.LeafBit(segment: $0, row: 3, chunk: 1, bit: 4)) }
    let scene = try await Scene(tampering: lie ?? .honest)
    defer { scene.network.stop() }
    let status = try await scene.watchedClaim()
    if case .slashed = status { #expect(segment != nil) } else { #expect(segment == nil) }
  }

  @Test("Values of another text are slashed [REC-5]")
  func otherValues() async throws {
    let scene = try await Scene(tampering: .swapText(Array("Whatever you want to hear.".utf8)))
    defer { scene.network.stop() }
    guard case .slashed = try await scene.watchedClaim() else {
      Issue.record("the other values were not seen")
      return
    }
  }

  @Test("The OpenAI interface gives the values as numbers or as bytes, and a receipt follows [REC-2] [RCPT-1]")
  func served() async throws {
    let scene = try await Scene()
    defer { scene.network.stop() }
    let server = try ProviderServer(provider: scene.provider, HTTPServer.Configuration(), log: ProviderNetwork.logger)
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let serving = Task { try await server.run { continuation.yield($0) } }
    defer { serving.cancel() }
    var port = 0
    for await ready in ports {
      port = ready
      break
    }
    func post(_ path: String, _ body: String) async throws -> (status: Int, object: [String: Any]) {
      var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
      request.httpMethod = "POST"
      request.httpBody = Data(body.utf8)
      let (data, response) = try await URLSession.shared.data(for: request)
      let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      return (try #require(response as? HTTPURLResponse).statusCode, object)
    }

    let (status, object) = try await post("/v1/embeddings", #"{"model":"probity-test-encoder","input":["one two","three"]}"#)
    #expect(status == 200)
    #expect(object["object"] as? String == "list")
    #expect((object["usage"] as? [String: Any])?["prompt_tokens"] as? Int == 12)
    let data = try #require(object["data"] as? [[String: Any]])
    #expect(data.count == 2 && data[1]["index"] as? Int == 1)
    let tokens = try TinyEncoder.model.tokenizer.encode(Array("three".utf8))
    let values = try TinyEncoder.model.embed(tokens, tracing: false).values
    // Foundation reads some numbers one place off; the values are whole multiples of 2^-24.
    #expect((data[1]["embedding"] as? [Double])?.map { ($0 * Double(1 << 24)).rounded() } == values.map { Double($0) })

    let (_, other) = try await post("/v1/embeddings", #"{"input":"three","encoding_format":"base64"}"#)
    let text = try #require((other["data"] as? [[String: Any]])?.first?["embedding"] as? String)
    let bytes = try #require(Data(base64Encoded: text))
    let floats = values.map { Float($0) / Float(1 << 24) }
    #expect(bytes == floats.reduce(into: Data()) { data, value in withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0 } })

    let claim = try #require(try await scene.provider.post())
    let receipt = try await scene.network.node.receipt(claim: claim, record: 1)
    let verified = try VerifiedReceipt(file: receipt, against: .genesis(scene.network.genesis))
    #expect(verified.record.values == (try TinyEncoder.model.embed(tokens, tracing: false)).leaf)
    #expect(ReceiptReport(verified).json.contains("\"values\":"))

    for body in [
      #"{"model":"gpt-5","input":"x"}"#, #"{"input":""}"#, #"{"input":[]}"#, #"{"input":[1,2]}"#, #"{"input":"x","encoding_format":"hex"}"#,
      #"{"input":"x","dimensions":3}"#, "[]", #"{}"#,
    ] {
      let (status, object) = try await post("/v1/embeddings", body)
      #expect((400..<500).contains(status), "\(body)")
      #expect(object["error"] != nil, "\(body)")
    }
    let (refused, _) = try await post("/v1/completions", #"{"prompt":"x"}"#)
    #expect(refused == 400)
  }
}
