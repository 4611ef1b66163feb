import Bytes
import Foundation

/// Reads the stream: a counted genesis, then for each block `time u64`, the proposer's name (text), and a list of candidates: a counted
/// transaction, and an option of a counted blob.
struct StreamReader {
  private let handle: FileHandle

  /// The stream ended inside a value, or holds one out of range.
  struct Damaged: Error {}

  /// Reads from a file handle.
  init(_ handle: FileHandle) { self.handle = handle }

  /// The encoded genesis.
  func genesis() throws -> [UInt8] { try counted() }

  /// The next block, or nil at the end.
  func block() throws -> OfferedBlock? {
    guard let time = try bytes(8, endIsFine: true) else { return nil }
    let name = String(decoding: try counted(), as: UTF8.self)
    let count = try number(bytes(4))
    var candidates: [OfferedTransaction] = []
    for _ in 0..<count {
      let transaction = try counted()
      switch try bytes(1) {
      case [0]: candidates.append(OfferedTransaction(bytes: transaction, blob: nil))
      case [1]: candidates.append(OfferedTransaction(bytes: transaction, blob: try counted()))
      default: throw Damaged()
      }
    }
    return OfferedBlock(time: number(time), proposer: name, candidates: candidates)
  }

  private func counted() throws -> [UInt8] { try bytes(Int(number(bytes(4)))) }

  private func bytes(_ count: Int) throws -> [UInt8] {
    guard let bytes = try bytes(count, endIsFine: false) else { throw Damaged() }
    return bytes
  }

  private func bytes(_ count: Int, endIsFine: Bool) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      guard let part = try handle.read(upToCount: count - bytes.count), !part.isEmpty else {
        guard endIsFine, bytes.isEmpty else { throw Damaged() }
        return nil
      }
      bytes += part
    }
    return bytes
  }

  /// A little-endian number of at most eight bytes.
  private func number(_ bytes: [UInt8]) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}
