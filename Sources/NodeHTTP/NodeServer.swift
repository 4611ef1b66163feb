import Bytes
import Hummingbird
import Ledger
import Logging
import NodeInterface
import ServiceLifecycle

/// The HTTP interface of a node: `NodeRoute` lists the paths, `/openapi.json` describes them.
public struct NodeServer: Sendable {
  private let api: any NodeAPI
  private let configuration: HTTPServer.Configuration
  private let log: Logger

  /// Makes a server for a node.
  public init(api: any NodeAPI, _ configuration: HTTPServer.Configuration, log: Logger = Logger(label: "probity.http")) {
    self.api = api
    self.configuration = configuration
    self.log = log
  }

  /// Serves until the task is cancelled.
  /// - Parameter onReady: Called with the port once connections are accepted.
  public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
    let statistics = RequestStatistics()
    let server = HTTPServer(configuration, log: log, statistics: statistics) { router in
      chainRoutes(router)
      ledgerRoutes(router)
      operationRoutes(router, statistics)
    }
    try await server.run(onReady: onReady)
  }

  private typealias Routes = Router<HTTPServer.Context>

  /// Adds a route.
  private func on(
    _ router: Routes, _ route: NodeRoute, _ method: HTTPRequest.Method = .get,
    _ answer: @escaping @Sendable (any NodeAPI, RequestReading) async throws -> Response
  ) {
    router.on(RouterPath(route.rawValue), method: method) { [api] request, context in
      try await answer(api, RequestReading(request: request, context: context))
    }
  }

  /// Blocks, transactions and blobs.
  private func chainRoutes(_ router: Routes) {
    on(router, .transactions, .post) { api, reading in
      let wait: SubmissionWait = try reading.queryChoice("wait") ?? .accepted
      let bytes = try await reading.body(atMost: Submission.maximumBytes)
      guard let submission = try? Submission(decoding: bytes) else { throw NodeError.malformed("the body is not a submission") }
      let status = try await cancelWhenGracefulShutdown { try await api.submit(submission, wait: wait) }
      return Response(json: status, status: status.inclusion == nil ? .accepted : .ok)
    }
    on(router, .transaction) { api, reading in Response(json: try await api.transaction(reading.digest("id"))) }
    on(router, .blocks) { api, reading in
      Response(json: try await api.blocks(before: reading.queryNumber("before"), limit: reading.queryNumber("limit") ?? 32))
    }
    on(router, .block) { api, reading in
      let height = Height(try reading.number("height"))
      let seconds: UInt32 = try reading.queryNumber("wait") ?? 0
      return Response(bytes: try await cancelWhenGracefulShutdown { try await api.block(at: height, waitingUpTo: seconds) })
    }
    on(router, .blockTransactions) { api, reading in
      Response(json: try await TransactionView.list(api, at: Height(reading.number("height"))))
    }
    on(router, .header) { api, reading in Response(bytes: try await api.header(at: Height(reading.number("height"))).encoded) }
    on(router, .attestations) { api, reading in
      Response(bytes: AttestationList(try await api.attestations(at: Height(reading.number("height")))).encoded)
    }
    on(router, .attestations, .post) { api, reading in
      let height = Height(try reading.number("height"))
      let bytes = try await reading.body(atMost: AttestationList.attestationBytes)
      guard let attestation = try? Attestation(decoding: bytes) else { throw NodeError.malformed("the body is not an attestation") }
      try await api.attest(attestation, at: height)
      return Response(status: .noContent)
    }
    on(router, .blob) { api, reading in Response(bytes: try await api.blob(reading.digest("digest"))) }
  }

  /// The state of the ledger.
  private func ledgerRoutes(_ router: Routes) {
    on(router, .account) { api, reading in Response(json: try await api.account(AccountIdentifier(reading.digest("key")))) }
    on(router, .claims) { api, reading in
      let query = ClaimQuery(
        state: try reading.queryChoice("status"), provider: try reading.queryDigest("provider").map { AccountIdentifier($0) },
        modelRoot: try reading.queryDigest("model"), cursor: try reading.queryNumber("cursor"),
        limit: try reading.queryNumber("limit") ?? 64)
      return Response(json: try await api.claims(query))
    }
    on(router, .claim) { api, reading in Response(json: try await api.claim(reading.digest("id"))) }
    on(router, .records) { api, reading in Response(json: try await RecordView.list(api, of: reading.digest("id"))) }
    on(router, .receipt) { api, reading in
      Response(bytes: try await api.receipt(claim: reading.digest("id"), record: reading.number("record")))
    }
    on(router, .models) { api, _ in Response(json: try await api.models()) }
    on(router, .model) { api, reading in Response(bytes: try await api.model(reading.digest("root")).encoded) }
    on(router, .state) { api, reading in
      let height: UInt64? = try reading.queryNumber("height")
      return Response(bytes: try await api.stateProof(reading.stateKey("key"), at: height.map { Height($0) }).encoded)
    }
  }

  /// The node itself.
  private func operationRoutes(_ router: Routes, _ statistics: RequestStatistics) {
    on(router, .status) { api, _ in Response(json: try await api.status()) }
    on(router, .genesis) { api, _ in Response(text: try await api.genesis().fileText, type: "application/json") }
    on(router, .events) { api, _ in EventStream.response(try await api.events()) }
    on(router, .health) { api, _ in
      let status = try await api.status()
      if let halted = status.halted { throw NodeError.halted(halted) }
      return Response(text: "ok\n", type: "text/plain; charset=utf-8")
    }
    on(router, .metrics) { api, _ in
      Response(text: Metrics.text(try await api.status(), statistics), type: "text/plain; version=0.0.4; charset=utf-8")
    }
    on(router, .openAPI) { _, _ in Response(text: OpenAPI.document, type: "application/json") }
    on(router, .explorer) { _, _ in
      var response = Response(text: Explorer.page, type: "text/html; charset=utf-8")
      response.headers[.contentSecurityPolicy] = Explorer.contentSecurityPolicy
      return response
    }
    on(router, .explorerScript) { _, _ in Response(text: Explorer.script, type: "text/javascript; charset=utf-8") }
    on(router, .explorerStyle) { _, _ in Response(text: Explorer.style, type: "text/css; charset=utf-8") }
  }
}
