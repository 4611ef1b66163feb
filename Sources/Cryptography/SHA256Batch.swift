import Bytes
internal import CHashing

/// SHA-256 of many messages of one length at once, two of them taking turns where the processor has instructions for it: twice as fast as one by
/// one. The digests are those of `SHA256`. `[HASH-1]`
public enum SHA256Batch {
  /// Whether two messages take turns on this processor; else they are hashed one by one.
  public static let isInterleaved = ch_is_available() && MemoryLayout<Digest>.size == Digest.byteCount

  /// The longest prefix of a message.
  public static let maximumPrefixBytes = 2

  /// Hashes messages that are each a prefix and a content.
  /// - Parameters:
  ///   - prefixes: `[count][prefixBytes]`, `prefixBytes` at most 2.
  ///   - contents: the starts of the contents, `[count]`.
  ///   - contentBytes: how many bytes stand at each start.
  ///   - digests: `[count]`.
  public static func hash(
    prefixes: UnsafeRawBufferPointer, contents: UnsafeBufferPointer<UnsafeRawPointer>, contentBytes: Int,
    into digests: UnsafeMutableBufferPointer<Digest>, interleaved: Bool = isInterleaved
  ) {
    precondition(digests.count == contents.count && contentBytes >= 0)
    guard !contents.isEmpty, let prefixBase = prefixes.baseAddress, let contentBase = contents.baseAddress else { return }
    let prefixBytes = prefixes.count / contents.count
    precondition(prefixBytes <= maximumPrefixBytes && prefixes.count == prefixBytes * contents.count)
    guard interleaved && isInterleaved else {
      for index in contents.indices {
        var hasher = SHA256()
        hasher.update(UnsafeRawBufferPointer(rebasing: prefixes[index * prefixBytes..<(index + 1) * prefixBytes]))
        hasher.update(UnsafeRawBufferPointer(start: contents[index], count: contentBytes))
        digests[index] = hasher.finalized()
      }
      return
    }
    withWords(of: digests) { words in
      contentBase.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: contents.count) { contentBase in
        ch_hash_messages(
          prefixBase.assumingMemoryBound(to: UInt8.self), prefixBytes, contentBase, contentBytes, contents.count, words)
      }
    }
  }

  /// Hashes a prefix of one byte and each two neighbours of `children`: the nodes of a tree above those of a level. `[TREE-1]`
  /// - Parameters:
  ///   - children: at least twice as many as there are digests.
  ///   - digests: the nodes.
  public static func hashPairs(
    prefix: UInt8, _ children: UnsafeBufferPointer<Digest>, into digests: UnsafeMutableBufferPointer<Digest>,
    interleaved: Bool = isInterleaved
  ) {
    precondition(children.count >= 2 * digests.count)
    guard !digests.isEmpty, let childBase = children.baseAddress else { return }
    guard interleaved && isInterleaved else {
      for index in digests.indices {
        var hasher = SHA256()
        hasher.update(integer: prefix)
        hasher.update(children[2 * index])
        hasher.update(children[2 * index + 1])
        digests[index] = hasher.finalized()
      }
      return
    }
    withWords(of: digests) { words in
      childBase.withMemoryRebound(to: UInt64.self, capacity: 4 * children.count) { ch_hash_pairs(prefix, $0, digests.count, words) }
    }
  }

  /// The memory of digests as the words that they are made of.
  private static func withWords(of digests: UnsafeMutableBufferPointer<Digest>, _ body: (UnsafeMutablePointer<UInt64>) -> Void) {
    digests.baseAddress?.withMemoryRebound(to: UInt64.self, capacity: 4 * digests.count, body)
  }
}
