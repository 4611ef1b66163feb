import Hummingbird
import Logging

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

  /// Serves until the task is cancelled.
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
    try await application.run()
  }
}
