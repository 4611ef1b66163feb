import Foundation
import Hummingbird
import NodeInterface
import ServiceLifecycle

/// Events as server-sent events: the name of the kind, and the event as one line of JSON.
enum EventStream {
  /// An answer that ends when the node or the server stops, or the client goes.
  static func response(_ events: AsyncStream<NodeEvent>) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        try await writer.write(ByteBuffer(string: ": probity\n\n"))
        for await event in events.cancelOnGracefulShutdown() { try await writer.write(ByteBuffer(string: text(event))) }
        try await writer.finish(nil)
      })
  }

  /// One message of the stream.
  static func text(_ event: NodeEvent) -> String {
    let data =
      switch event {
      case .block(let summary): json(summary)
      case .claim(let claim): json(claim)
      case .missed: "{}"
      }
    return "event: \(event.name)\ndata: \(data)\n\n"
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("the views of a node encode: \(error)")
    }
  }
}
