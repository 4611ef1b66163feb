import Bytes

/// What is wrong with a vector that is not hexadecimal.
public struct MalformedVector: Error {
  let text: String
}

/// The bytes of hexadecimal digits in a test vector.
public func hexBytes(_ text: String) throws -> [UInt8] {
  guard let bytes = [UInt8](hex: text) else { throw MalformedVector(text: text) }
  return bytes
}

/// The digest of 64 hexadecimal digits in a test vector.
public func hexDigest(_ text: String) throws -> Digest {
  guard let digest = Digest(hex: text) else { throw MalformedVector(text: text) }
  return digest
}
