import Foundation
import Hummingbird

/// The JSON of the OpenAI interface: members are written in small letters with underscores.
enum ProviderJSON {
  /// The bytes of a value.
  static func bytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      return [UInt8](try encoder.encode(value))
    } catch {
      preconditionFailure("the views of a provider encode: \(error)")
    }
  }

  /// One server-sent event.
  static func event(_ value: some Encodable) -> ByteBuffer {
    var buffer = ByteBuffer(string: "data: ")
    buffer.writeBytes(bytes(value))
    buffer.writeString("\n\n")
    return buffer
  }
}

extension Response {
  /// A JSON document of the OpenAI interface.
  init(openAI value: some Encodable, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: ProviderJSON.bytes(value))))
  }
}
