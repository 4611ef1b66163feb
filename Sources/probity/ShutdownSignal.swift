import Dispatch
import Foundation

/// Waits for the signals with which people and service managers end a program.
enum ShutdownSignal {
  /// Returns when SIGINT or SIGTERM arrives, or the task is cancelled.
  static func wait() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    for await _ in stream { break }
    for source in sources { source.cancel() }
  }
}
