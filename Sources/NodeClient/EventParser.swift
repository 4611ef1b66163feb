import Foundation
import NodeInterface

/// Reads server-sent events as `NodeServer` writes them.
package struct EventParser {
  /// The most bytes of a message: far above what a node writes.
  private static let messageBytes = 1 << 20

  private var pending: [UInt8] = []

  package init() {}

  /// The events of a stream of pieces, parsed as they are read. It ends with the stream, or where a message cannot be understood.
  static func events(_ pieces: AsyncStream<[UInt8]>) -> AsyncStream<NodeEvent> {
    let reader = EventReader(pieces)
    return AsyncStream { await reader.next() }
  }

  /// Takes a piece in and returns the events that are complete, or nil if one is none.
  package mutating func feed(_ piece: [UInt8]) -> [NodeEvent]? {
    pending += piece
    var events: [NodeEvent] = []
    var start = 0
    let newline = UInt8(ascii: "\n")
    for index in pending.indices.dropFirst() where index > start && pending[index] == newline && pending[index - 1] == newline {
      let message = String(decoding: pending[start..<index], as: UTF8.self)
      start = index + 1
      switch EventParser.parse(message) {
      case .event(let event): events.append(event)
      case .comment: break
      case .malformed: return nil
      }
    }
    pending.removeFirst(start)
    return pending.count <= EventParser.messageBytes ? events : nil
  }

  private enum Parsed {
    case event(NodeEvent)
    case comment
    case malformed
  }

  private static func parse(_ message: String) -> Parsed {
    var name = ""
    var data = ""
    for line in message.split(separator: "\n") {
      if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
      if line.hasPrefix("data: ") { data = String(line.dropFirst(6)) }
    }
    let json = Data(data.utf8)
    switch name {
    case "": return .comment
    case "block": return (try? JSONDecoder().decode(BlockSummary.self, from: json)).map { .event(.block($0)) } ?? .malformed
    case "claim": return (try? JSONDecoder().decode(ClaimView.self, from: json)).map { .event(.claim($0)) } ?? .malformed
    case "missed": return .event(.missed)
    default: return .comment
    }
  }
}

/// Parses events only when somebody asks for one: what waits is bounded by the stream of pieces alone.
private actor EventReader {
  private let pieces: AsyncStream<[UInt8]>
  private var parser = EventParser()
  private var ready: [NodeEvent] = []

  init(_ pieces: AsyncStream<[UInt8]>) { self.pieces = pieces }

  func next() async -> NodeEvent? {
    // Iterators of this kind of stream share its buffer: each continues where the last one stopped.
    var iterator = pieces.makeAsyncIterator()
    while ready.isEmpty {
      guard let piece = await iterator.next(), let events = parser.feed(piece) else { return nil }
      ready = events.reversed()
    }
    return ready.popLast()
  }
}
