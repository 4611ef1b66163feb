import Foundation
import Hummingbird
import Logging
import NodeInterface
import Synchronization

/// How many requests were answered, by class of status.
final class RequestStatistics: Sendable {
  private let counts = Mutex<[Int: UInt64]>([:])

  func count(_ status: Int) { counts.withLock { $0[status / 100, default: 0] += 1 } }

  /// The counts by first digit of the status, ascending.
  var byClass: [(digit: Int, count: UInt64)] { counts.withLock { $0.sorted { $0.key < $1.key }.map { (digit: $0.key, count: $0.value) } } }
}

/// Turns whatever a route throws into a problem document, and puts on every answer what browsers need to be told.
struct ProblemMiddleware: RouterMiddleware {
  typealias Context = BasicRequestContext

  let log: Logger
  let statistics: RequestStatistics

  func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as NodeError {
      response = Response(problem: Problem(error))
    } catch let error as HTTPError {
      response = Response(problem: problem(error, request))
    } catch is CancellationError {
      response = Response(problem: Problem(.unavailable("the node is stopping")))
    } catch {
      log.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      response = Response(problem: Problem(.unavailable("the request could not be answered")))
    }
    response.headers[.xContentTypeOptions] = "nosniff"
    statistics.count(response.status.code)
    return response
  }

  private func problem(_ error: HTTPError, _ request: Request) -> Problem {
    switch error.status {
    case .notFound: Problem(.notFound("\(request.method.rawValue) \(request.uri.path)"))
    case .contentTooLarge: Problem(.tooLarge(limitBytes: 0))
    default: Problem(.malformed(error.body ?? error.status.reasonPhrase))
    }
  }
}

extension Response {
  /// A problem document.
  init(problem: Problem) {
    self.init(json: problem, status: .init(code: problem.status), type: "application/problem+json")
    if problem.status == 429 || problem.status == 503 { headers[.retryAfter] = "1" }
  }

  /// A JSON document.
  init(json value: some Encodable, status: HTTPResponse.Status = .ok, type: String = "application/json") {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let data = try encoder.encode(value)
      self.init(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(bytes: data)))
    } catch {
      preconditionFailure("the views of a node encode: \(error)")
    }
  }

  /// The encoding of a value that consensus knows.
  init(bytes: [UInt8]) {
    self.init(status: .ok, headers: [.contentType: "application/octet-stream"], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// A text.
  init(text: String, type: String) {
    self.init(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
