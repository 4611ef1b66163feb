import Bytes
import Foundation

/// The vectors that the Python reference wrote.
public enum Vectors {
  /// The folder `Tests/Vectors`.
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors")

  /// Decodes one file of vectors.
  public static func load<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws -> Content {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name + ".json")))
  }
}

/// Bytes that JSON holds as hexadecimal digits.
public struct HexBytes: Decodable, Hashable, Sendable {
  /// The bytes.
  public let bytes: [UInt8]

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = [UInt8](hex: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected hexadecimal digits")
    }
    self.bytes = bytes
  }
}
