import Hummingbird
import Logging
import ServiceLifecycle

/// An HTTP server with bounds on everything that a client can send: the node's and the provider's alike.
public struct HTTPServer: Sendable {
  /// Where to listen, and the bounds.
  public struct Configuration: Hashable, Sendable {
    /// The address to listen on.
    public var host: String
    /// The port; 0: the system chooses one.
    public var port: Int
    /// How many connections are open at one time.
    public var connections = 1024
    /// How long a connection may be silent while a request is expected, in seconds.
    public var idleSeconds: Int64 = 60
    /// The most bytes of a header field, and of all header fields together.
    public var headerBytes = 16 << 10
    /// The most header fields.
    public var headerFields = 100

    /// Makes a configuration.
    public init(host: String = "127.0.0.1", port: Int = 0) {
      self.host = host
      self.port = port
    }
  }

  /// The context of a request.
  typealias Context = BasicRequestContext

  /// How long answers that have begun may take to end once the server is to stop.
  private static let stopSeconds: Int64 = 5

  private let configuration: Configuration
  private let routes: @Sendable (Router<Context>) -> Void
  private let statistics: RequestStatistics
  private let log: Logger

  /// Makes a server of routes; whatever a route throws is answered with a problem document.
  init(
    _ configuration: Configuration, log: Logger, statistics: RequestStatistics, routes: @escaping @Sendable (Router<Context>) -> Void
  ) {
    self.configuration = configuration
    self.routes = routes
    self.statistics = statistics
    self.log = log
  }

  /// Serves until the task is cancelled; then answers that have begun may end, within a few seconds.
  /// - Parameter onReady: Called with the port once connections are accepted.
  public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
    let router = Router(context: Context.self)
    router.middlewares.add(ProblemMiddleware(log: log, statistics: statistics))
    routes(router)
    let application = Application(
      router: router,
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(configuration.idleSeconds),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: configuration.headerBytes, maxHeaderListSize: configuration.headerBytes,
            maxHeaderFieldCount: configuration.headerFields))),
      configuration: .init(
        address: .hostname(configuration.host, port: configuration.port), serverName: "probity",
        availableConnectionsDelegate: .maximum(configuration.connections, logger: log)),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: log)
    var services = ServiceGroupConfiguration(services: [application], logger: log)
    services.maximumGracefulShutdownDuration = .seconds(HTTPServer.stopSeconds)
    let group = ServiceGroup(configuration: services)
    // Not a child of this task: cancelling it would cut answers off, and the server would report that as an error.
    let serving = Task { try await group.run() }
    try await withTaskCancellationHandler {
      do {
        try await serving.value
      } catch {
        guard Task.isCancelled else { throw error }
      }
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
  }
}
