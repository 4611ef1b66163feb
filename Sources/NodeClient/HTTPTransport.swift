import Foundation
import NodeInterface
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// HTTP requests with a bound on the time and on the size of the answer. Redirections are not followed.
final class HTTPTransport: Sendable {
  /// An answer, whatever its status.
  struct Answer: Sendable {
    let status: Int
    let bytes: [UInt8]
  }

  /// What is sent with a request.
  enum Body: Sendable {
    case bytes([UInt8])
    case json([UInt8])
  }

  private let base: URL
  private let session: URLSession
  private let transfers: Transfers

  /// Makes a transport for the server at `base`.
  init(base: URL) {
    self.base = base
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpMaximumConnectionsPerHost = 32
    configuration.httpShouldSetCookies = false
    configuration.urlCache = nil
    transfers = Transfers()
    session = URLSession(configuration: configuration, delegate: transfers, delegateQueue: nil)
  }

  deinit { session.finishTasksAndInvalidate() }

  /// Sends a request and collects an answer of at most `limit` bytes, with at most `seconds` between two pieces of it.
  /// - Parameter longest: seconds after which even an answer that still comes in pieces is given up; nil: never.
  func send(
    _ method: String, _ path: String, query: [(String, String)] = [], body: Body? = nil, limit: Int, seconds: Double,
    longest: Double? = nil
  ) async throws(NodeError) -> Answer {
    var request = try request(method, path, query, body)
    request.timeoutInterval = seconds
    let task = session.dataTask(with: request)
    if let longest { DispatchQueue.global().asyncAfter(deadline: .now() + longest) { [weak task] in task?.cancel() } }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfers.begin(task.taskIdentifier, .collecting(Collection(limit: limit, continuation: continuation)))
        task.resume()
      }
    } onCancel: {
      task.cancel()
    }
    return try result.get()
  }

  /// How many pieces of a stream may wait for their reader; curl hands over at most 16 KiB at a time.
  private static let waitingPieces = 256

  /// Opens a stream of pieces; it ends when the server ends it, when the connection breaks, when nobody reads any more, or when the
  /// reader is so slow that a piece found no room. It is empty if the status is another than 200.
  func stream(_ path: String, method: String = "GET", body: Body? = nil) throws(NodeError) -> AsyncStream<[UInt8]> {
    var request = try request(method, path, [], body)
    request.timeoutInterval = 86_400
    let task = session.dataTask(with: request)
    let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingOldest(HTTPTransport.waitingPieces))
    continuation.onTermination = { _ in task.cancel() }
    transfers.begin(task.taskIdentifier, .streaming(continuation))
    task.resume()
    return stream
  }

  private func request(
    _ method: String, _ path: String, _ query: [(String, String)], _ body: Body?
  ) throws(NodeError) -> URLRequest {
    guard var parts = URLComponents(url: base, resolvingAgainstBaseURL: false) else { throw .malformed("\(base) is no address") }
    parts.path = (parts.path.hasSuffix("/") ? String(parts.path.dropLast()) : parts.path) + path
    if !query.isEmpty { parts.queryItems = query.map { URLQueryItem(name: $0.0, value: $0.1) } }
    guard let url = parts.url else { throw .malformed("\(path) is no path") }
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.setValue("", forHTTPHeaderField: "Expect")
    switch body {
    case .bytes(let bytes):
      request.httpBody = Data(bytes)
      request.setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
    case .json(let bytes):
      request.httpBody = Data(bytes)
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    case nil: break
    }
    return request
  }
}

/// An answer that is being collected.
private struct Collection {
  let limit: Int
  let continuation: CheckedContinuation<Result<HTTPTransport.Answer, NodeError>, Never>
  var status = 0
  var bytes: [UInt8] = []
  var isTooLarge = false

  func finish(_ error: (any Error)?) {
    if isTooLarge {
      continuation.resume(returning: .failure(.tooLarge(limitBytes: limit)))
    } else if let error {
      continuation.resume(returning: .failure(.unavailable(error.localizedDescription)))
    } else {
      continuation.resume(returning: .success(HTTPTransport.Answer(status: status, bytes: bytes)))
    }
  }
}

/// What each task of the session is for.
private final class Transfers: NSObject, URLSessionDataDelegate, Sendable {
  enum Transfer {
    case collecting(Collection)
    case streaming(AsyncStream<[UInt8]>.Continuation)
  }

  private let running = Mutex<[Int: Transfer]>([:])

  func begin(_ task: Int, _ transfer: Transfer) { running.withLock { $0[task] = transfer } }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    let goesOn = running.withLock { running in
      switch running[dataTask.taskIdentifier] {
      case .collecting(var collection):
        collection.status = status
        collection.isTooLarge = response.expectedContentLength > Int64(collection.limit)
        running[dataTask.taskIdentifier] = .collecting(collection)
        return !collection.isTooLarge
      case .streaming: return status == 200
      case nil: return false
      }
    }
    completionHandler(goesOn ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let goesOn = running.withLock { running in
      switch running[dataTask.taskIdentifier] {
      case .collecting(var collection):
        // The old value is taken out first, so that appending does not copy it.
        running[dataTask.taskIdentifier] = nil
        collection.isTooLarge = collection.isTooLarge || collection.bytes.count + data.count > collection.limit
        if !collection.isTooLarge { collection.bytes += data }
        let goesOn = !collection.isTooLarge
        running[dataTask.taskIdentifier] = .collecting(collection)
        return goesOn
      case .streaming(let continuation):
        switch continuation.yield(Array(data)) {
        case .enqueued: return true
        case .dropped, .terminated:
          continuation.finish()
          return false
        @unknown default: return false
        }
      case nil: return false
      }
    }
    if !goesOn { dataTask.cancel() }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let transfer = running.withLock { $0.removeValue(forKey: task.taskIdentifier) }
    switch transfer {
    case .collecting(let collection): collection.finish(error)
    case .streaming(let continuation): continuation.finish()
    case nil: break
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }
}
