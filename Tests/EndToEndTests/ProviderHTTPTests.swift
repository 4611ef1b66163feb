import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import LightVerification
import Merkle
import NodeClient
import NodeHTTP
import NodeInterface
import Provider
import TestSupport
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite("A provider over HTTP")
struct ProviderHTTPTests {
  /// A provider that is served on a port of this machine.
  private struct Served {
    let network: ProviderNetwork
    let provider: Provider
    let address: String
    private let serving: Task<Void, any Error>

    init(tampering: Tampering = .honest) async throws {
      network = try await ProviderNetwork()
      let provider = try network.provider(tampering: tampering)
      self.provider = provider
      let server = try ProviderServer(provider: provider, HTTPServer.Configuration(), now: { 1_700_000_000 }, log: ProviderNetwork.logger)
      let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
      serving = Task { try await server.run { continuation.yield($0) } }
      var port = 0
      for await ready in ports {
        port = ready
        break
      }
      address = "http://127.0.0.1:\(port)"
    }

    func stop() {
      serving.cancel()
      network.stop()
    }

    func get(_ path: String) async throws -> (status: Int, body: Data) { try await send(URLRequest(url: url(path))) }

    func post(_ path: String, _ body: String) async throws -> (status: Int, body: Data) {
      var request = URLRequest(url: try url(path))
      request.httpMethod = "POST"
      request.httpBody = Data(body.utf8)
      return try await send(request)
    }

    private func url(_ path: String) throws -> URL { try #require(URL(string: address + path)) }

    private func send(_ request: URLRequest) async throws -> (status: Int, body: Data) {
      let (data, response) = try await URLSession.shared.data(for: request)
      return (try #require(response as? HTTPURLResponse).statusCode, data)
    }
  }

  private func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private static let hello = #"{"model":"probity-test","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"temperature":0}"#

  @Test("A chat answer names its record, and its receipt follows [REC-2] [RCPT-1]")
  func chat() async throws {
    let served = try await Served()
    defer { served.stop() }
    let (status, body) = try await served.post("/v1/chat/completions", Self.hello)
    #expect(status == 200)
    let answer = try object(body)
    #expect(answer["object"] as? String == "chat.completion")
    #expect(answer["created"] as? Int == 1_700_000_000)
    let probity = try #require(answer["probity"] as? [String: Any])
    let digest = try #require(Digest(hex: probity["request_digest"] as? String ?? ""))
    let record = try #require(try await served.provider.answer(toRequest: digest)).record
    #expect(record.request.prompt == Array("user: hi\nassistant:".utf8))
    #expect(probity["record_digest"] as? String == MerkleTree.leafHash(record.encoded).hex)
    let choice = try #require((answer["choices"] as? [[String: Any]])?.first)
    #expect((choice["message"] as? [String: Any])?["content"] as? String == String(decoding: record.answer, as: UTF8.self))
    #expect(["stop", "length"].contains(choice["finish_reason"] as? String))
    #expect((answer["usage"] as? [String: Any])?["completion_tokens"] as? Int == record.outputTokens.count)

    let path = try #require(probity["receipt"] as? String)
    #expect(try await served.get(path).status == 202)
    let claim = try #require(try await served.provider.post())
    for path in [path, "/v1/receipts/\(claim)/0"] {
      let (status, receipt) = try await served.get(path)
      #expect(status == 200)
      let verified = try VerifiedReceipt(file: Array(receipt), against: .genesis(served.network.genesis))
      #expect(verified.record == record)
    }
    #expect(try await served.get("/v1/receipts/\(Digest.zero)").status == 404)
  }

  @Test("A stream ends with the record and [DONE], and its text is the record's [TEXT-6]")
  func stream() async throws {
    let served = try await Served()
    defer { served.stop() }
    let asked = Self.hello.dropLast() + #","stream":true,"stream_options":{"include_usage":true}}"#
    let (status, body) = try await served.post("/v1/chat/completions", String(asked))
    #expect(status == 200)
    let events = String(decoding: body, as: UTF8.self).components(separatedBy: "\n\n").filter { !$0.isEmpty }
    #expect(events.last == "data: [DONE]")
    let chunks = try events.dropLast().map { try object(Data($0.dropFirst("data: ".count).utf8)) }
    #expect(chunks.allSatisfy { $0["object"] as? String == "chat.completion.chunk" })
    let deltas = chunks.compactMap { ($0["choices"] as? [[String: Any]])?.first?["delta"] as? [String: Any] }
    #expect(deltas.first?["role"] as? String == "assistant")
    let probity = try #require(chunks.compactMap { $0["probity"] as? [String: Any] }.first)
    let digest = try #require(Digest(hex: probity["request_digest"] as? String ?? ""))
    let record = try #require(try await served.provider.answer(toRequest: digest)).record
    #expect(Array(deltas.compactMap { $0["content"] as? String }.joined().utf8) == record.answer)
    #expect((chunks.last?["usage"] as? [String: Any])?["prompt_tokens"] as? Int == record.promptTokens.count)
  }

  @Test("A client signs what the provider renders [REC-1]")
  func signed() async throws {
    let served = try await Served()
    defer { served.stop() }
    let rendered = try object(try await served.post("/v1/render", Self.hello).body)
    let client = TestChain.key("alice")
    let modelRoot = try #require(Digest(hex: rendered["model_root"] as? String ?? ""))
    let maxTokens = try #require(rendered["max_tokens"] as? Int)
    let prompt = Array(try #require(rendered["prompt"] as? String).utf8)
    let provider = try #require(Digest(hex: rendered["provider"] as? String ?? ""))
    let made = Inference.Request(
      modelRoot: modelRoot, provider: try PublicKey(decoding: provider.bytes), client: client.publicKey, salt: .zero,
      maxNewTokens: maxTokens, prompt: prompt)
    let request = try #require(made)
    func asked(_ signature: Signature) -> String {
      Self.hello.dropLast()
        + #","probity":{"client":"\#(client.publicKey.xCoordinate)","salt":"\#(Digest.zero)","signature":"\#(signature.bytes.hex)"}}"#
    }
    let answer = try object(try await served.post("/v1/chat/completions", asked(client.sign(request.digest))).body)
    #expect((answer["probity"] as? [String: Any])?["request_digest"] as? String == request.digest.hex)
    let (status, refused) = try await served.post("/v1/chat/completions", asked(client.sign(.zero)))
    #expect(status == 400)
    #expect((try object(refused)["error"] as? [String: Any])?["code"] as? String == "bad_signature")
  }

  @Test("A bare prompt is completed")
  func completion() async throws {
    let served = try await Served()
    defer { served.stop() }
    let answer = try object(try await served.post("/v1/completions", #"{"prompt":"one two","max_tokens":3}"#).body)
    #expect(answer["object"] as? String == "text_completion")
    #expect((answer["choices"] as? [[String: Any]])?.first?["text"] is String)
    let models = try object(try await served.get("/v1/models").body)
    #expect((models["data"] as? [[String: Any]])?.first?["id"] as? String == "probity-test")
    #expect(try await served.get("/v1/models/probity-test").status == 200)
    #expect(try await served.get("/v1/models/other").status == 404)
  }

  @Test(
    "What cannot be served is refused in the words that clients know",
    arguments: [
      (#"{"messages":[{"role":"user","content":"hi"}],"temperature":0.7}"#, 400, "temperature"),
      (#"{"messages":[{"role":"user","content":"hi"}],"n":2}"#, 400, "n"),
      (#"{"messages":[{"role":"user","content":"hi"}],"stop":["a"]}"#, 400, "stop"),
      (#"{"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function"}]}"#, 400, "tools"),
      (#"{"messages":[{"role":"user","content":"hi"}],"max_tokens":0}"#, 400, "max_tokens"),
      (#"{"messages":[{"role":"user","content":"hi"}],"max_tokens":33}"#, 400, "max_tokens"),
      (#"{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}"#, 400, ""),
      (#"{"messages":[]}"#, 400, "messages"), (#"{"messages":"#, 400, ""), ("[]", 400, ""), ("", 400, ""),
      (#"{"model":"gpt-4","messages":[{"role":"user","content":"hi"}]}"#, 404, "model"),
      (#"{"messages":[{"role":"user","content":"0123456789012345678901234567890123456789012345678901234567890123"}]}"#, 400, "messages"),
    ])
  func refusals(body: String, status: Int, param: String) async throws {
    let served = try await Served()
    defer { served.stop() }
    let answer = try await served.post("/v1/chat/completions", body)
    #expect(answer.status == status)
    let error = try #require(try object(answer.body)["error"] as? [String: Any])
    #expect(error["message"] is String)
    #expect(error["param"] as? String ?? "" == param)
  }

  @Test("A trace reads the same over the network, and what is not there is withheld [TRACE-1]")
  func traces() async throws {
    let served = try await Served(tampering: .flipBit(Tampering.LeafBit(segment: 4, row: 2, chunk: 1, bit: 7)))
    defer { served.stop() }
    let (request, signature) = try ProviderNetwork.request("one two")
    _ = try await served.provider.answer(request, signature: signature)
    let claim = try #require(try await served.provider.post())
    let client = try #require(TraceClient(address: served.address))
    #expect(try await client.segmentRoots(claim: claim, record: 0) == served.provider.segmentRoots(claim: claim, record: 0))
    let hashes = try await client.leafHashes(claim: claim, record: 0, segment: 4)
    #expect(try await hashes == served.provider.leafHashes(claim: claim, record: 0, segment: 4))
    await #expect(throws: TraceFailure.withheld) { try await client.segmentRoots(claim: .zero, record: 0) }
    await #expect(throws: TraceFailure.withheld) { try await client.leafHashes(claim: claim, record: 0, segment: 17) }
    await #expect(throws: TraceFailure.withheld) { try await client.leafHashes(claim: claim, record: 0, segment: -1) }
    let nobody = try #require(TraceClient(address: "http://127.0.0.1:1"))
    await #expect(throws: TraceFailure.unreachable) { try await nobody.segmentRoots(claim: claim, record: 0) }
    let wrong = try #require(TraceClient(address: served.address + "/healthz#"))
    await #expect(throws: TraceFailure.self) { try await wrong.segmentRoots(claim: claim, record: 0) }
    #expect(TraceClient(address: "ftp://a") == nil)
  }
}
