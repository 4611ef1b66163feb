import Bytes
import Foundation
import Hummingbird
import Inference
import Logging
import NodeInterface
import Provider
import Text

/// The HTTP interface of a provider: the OpenAI interface for answers, and what watchtowers ask for. `ProviderRoute` lists the paths.
public struct ProviderServer: Sendable {
  private let provider: Provider
  private let completions: ProviderCompletions
  private let configuration: HTTPServer.Configuration
  private let showsTraces: Bool
  private let log: Logger

  /// Makes a server for a provider; throws if the model's chat template cannot be read.
  /// - Parameters:
  ///   - showsTraces: false for a provider that withholds its traces, for demonstrations.
  ///   - now: seconds since 1970-01-01 UTC.
  public init(
    provider: Provider, _ configuration: HTTPServer.Configuration, showsTraces: Bool = true,
    now: @escaping @Sendable () -> UInt64 = { UInt64(max(0, Date().timeIntervalSince1970)) }, log: Logger = Logger(label: "probity.http")
  ) throws(TemplateRejection) {
    self.provider = provider
    completions = ProviderCompletions(provider: provider, rendering: try PromptRendering(provider.model), now: now)
    self.configuration = configuration
    self.showsTraces = showsTraces
    self.log = log
  }

  /// Serves until the task is cancelled.
  /// - Parameter onReady: called with the port once connections are accepted.
  public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
    let server = HTTPServer(configuration, log: log, statistics: RequestStatistics()) { router in
      completionRoutes(router)
      if showsTraces { traceRoutes(router) }
      receiptRoutes(router)
      router.get(RouterPath(ProviderRoute.health.rawValue)) { _, _ in Response(text: "ok\n", type: "text/plain; charset=utf-8") }
    }
    try await server.run(onReady: onReady)
  }

  private typealias Routes = Router<HTTPServer.Context>

  private func completionRoutes(_ router: Routes) {
    answering(router, .chatCompletions) { completions, body throws(OpenAIError) in try await completions.answer(body, .chat) }
    answering(router, .completions) { completions, body throws(OpenAIError) in try await completions.answer(body, .text) }
    answering(router, .embeddings) { completions, body throws(OpenAIError) in
      try await ProviderEmbeddings(provider: completions.provider).answer(body)
    }
    answering(router, .render) { completions, body throws(OpenAIError) in try completions.render(body) }
    let view = ModelView(
      id: provider.model.name,
      probity: ModelView.Probity(
        modelRoot: provider.commitment.modelRoot, provider: provider.publicKey.xCoordinate, context: provider.model.graph.context,
        maxTokens: provider.configuration.newTokenLimit))
    router.get(RouterPath(ProviderRoute.models.rawValue)) { _, _ in Response(openAI: ModelList(data: [view])) }
    router.get(RouterPath(ProviderRoute.model.rawValue)) { _, context in
      let name = context.parameters.get("model")?.removingPercentEncoding ?? ""
      return [view.id, view.probity.modelRoot.hex].contains(name)
        ? Response(openAI: view) : OpenAIError.noModel(name, instead: view.id).response
    }
  }

  /// Adds a route whose errors are those of the OpenAI interface.
  private func answering(
    _ router: Routes, _ route: ProviderRoute,
    _ answer: @escaping @Sendable (ProviderCompletions, [UInt8]) async throws(OpenAIError) -> Response
  ) {
    router.post(RouterPath(route.rawValue)) { [completions] request, context in
      do {
        let body = try await RequestReading(request: request, context: context).body(atMost: ProviderCompletions.bodyBytes)
        return try await answer(completions, body)
      } catch let error as OpenAIError {
        return error.response
      } catch let error as NodeError {
        return OpenAIError(error).response
      }
    }
  }

  /// Traces, as digests without any frame.
  private func traceRoutes(_ router: Routes) {
    tracing(router, .trace) { provider, claim, record, _ in
      try await provider.segmentRoots(claim: claim, record: record).flatMap(\.bytes)
    }
    tracing(router, .segment) { provider, claim, record, reading in
      try await provider.leafHashes(claim: claim, record: record, segment: try reading.number("segment")).flatMap(\.bytes)
    }
  }

  private func tracing(
    _ router: Routes, _ route: ProviderRoute, _ bytes: @escaping @Sendable (Provider, Digest, Int, RequestReading) async throws -> [UInt8]
  ) {
    router.get(RouterPath(route.rawValue)) { [provider] request, context in
      let reading = RequestReading(request: request, context: context)
      do {
        return Response(bytes: try await bytes(provider, try reading.digest("claim"), try reading.number("record"), reading))
      } catch let failure as TraceFailure {
        switch failure {
        case .withheld: throw NodeError.notFound("this provider has no such part of a trace")
        case .unreachable, .malformed: throw NodeError.unavailable("the provider is busy with other traces")
        }
      }
    }
  }

  /// Receipts, from the node, once the record is posted.
  private func receiptRoutes(_ router: Routes) {
    router.get(RouterPath(ProviderRoute.receiptOfRequest.rawValue)) { [provider] request, context in
      let digest = try RequestReading(request: request, context: context).digest("id")
      guard let answer = try await provider.answer(toRequest: digest) else {
        throw NodeError.notFound("no request with this digest was answered here")
      }
      guard let place = answer.place else { return Response(openAI: ProbityView(answer, provider: provider), status: .accepted) }
      return Response(bytes: try await provider.node.receipt(claim: place.claim, record: place.record))
    }
    router.get(RouterPath(ProviderRoute.receipt.rawValue)) { [provider] request, context in
      let reading = RequestReading(request: request, context: context)
      return Response(bytes: try await provider.node.receipt(claim: try reading.digest("id"), record: try reading.number("record")))
    }
  }

  /// A model in the OpenAI interface.
  private struct ModelView: Encodable {
    struct Probity: Encodable {
      let modelRoot: Digest
      let provider: Digest
      let context: Int
      let maxTokens: Int
    }

    let id: String
    let object = "model"
    let created = 0
    let ownedBy = "probity"
    let probity: Probity
  }

  private struct ModelList: Encodable {
    let object = "list"
    let data: [ModelView]
  }
}
