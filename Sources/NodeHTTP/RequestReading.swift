import Bytes
import Hummingbird
import Ledger
import NodeInterface

/// Reads what a request's path, query and body hold; throws `NodeError.malformed` on anything else.
struct RequestReading {
  let request: Request
  let context: BasicRequestContext

  /// How long a body may take to arrive, in seconds.
  private static let bodySeconds = 60

  /// A digest in the path.
  func digest(_ name: String) throws(NodeError) -> Digest {
    guard let digest = Digest(hex: try text(name)) else { throw .malformed("\(name) must be 64 hexadecimal digits") }
    return digest
  }

  /// A number in the path.
  func number<Value: FixedWidthInteger>(_ name: String) throws(NodeError) -> Value {
    try RequestReading.number(try text(name), name)
  }

  /// The state key in the path, as the hexadecimal digits of its encoding.
  func stateKey(_ name: String) throws(NodeError) -> StateKey {
    guard let bytes = [UInt8](hex: try text(name)), let key = try? StateKey(decoding: bytes) else {
      throw .malformed("\(name) must be the hexadecimal encoding of a state key")
    }
    return key
  }

  /// A number in the query, or nil.
  func queryNumber<Value: FixedWidthInteger>(_ name: String) throws(NodeError) -> Value? {
    guard let text = query(name) else { return nil }
    return try RequestReading.number(text, name)
  }

  /// A digest in the query, or nil.
  func queryDigest(_ name: String) throws(NodeError) -> Digest? {
    guard let text = query(name) else { return nil }
    guard let digest = Digest(hex: text) else { throw .malformed("\(name) must be 64 hexadecimal digits") }
    return digest
  }

  /// One of a set of words in the query, or nil.
  func queryChoice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws(NodeError) -> Choice? where Choice.RawValue == String {
    guard let text = query(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw .malformed("\(name) must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  /// The body, of at most `limit` bytes.
  func body(atMost limit: Int) async throws -> [UInt8] {
    if let declared = request.headers[.contentLength] {
      guard let count = Int(declared), count >= 0 else { throw NodeError.malformed("Content-Length is no number") }
      guard count <= limit else { throw NodeError.tooLarge(limitBytes: limit) }
    }
    let body = request.body
    return try await withThrowingTaskGroup(of: [UInt8].self) { group in
      group.addTask {
        var bytes: [UInt8] = []
        for try await part in body {
          guard bytes.count + part.readableBytes <= limit else { throw NodeError.tooLarge(limitBytes: limit) }
          bytes += part.readableBytesView
        }
        return bytes
      }
      group.addTask {
        try await Task.sleep(for: .seconds(RequestReading.bodySeconds))
        throw NodeError.malformed("the body did not arrive in \(RequestReading.bodySeconds) seconds")
      }
      defer { group.cancelAll() }
      guard let bytes = try await group.next() else { throw NodeError.malformed("no body") }
      return bytes
    }
  }

  private func text(_ name: String) throws(NodeError) -> String {
    guard let text = context.parameters.get(name) else { throw .malformed("\(name) is missing") }
    return text
  }

  private func query(_ name: String) -> String? { request.uri.queryParameters[name[...]].map(String.init) }

  private static func number<Value: FixedWidthInteger>(_ text: String, _ name: String) throws(NodeError) -> Value {
    guard let value = Value(text), value >= 0, String(value) == text else {
      throw .malformed("\(name) must be a decimal number without sign or leading zeros, at most \(Value.max)")
    }
    return value
  }
}
