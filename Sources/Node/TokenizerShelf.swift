import Bytes
import Cryptography
import Ledger
import Store
import Synchronization
import Text

/// The tokenizers of registered models: those used last are in memory, all others are read from the store when they are needed.
final class TokenizerShelf: TokenizerSource, Sendable {
  /// A tokenizer in memory.
  fileprivate struct Entry {
    let digest: Digest
    let tokenizer: Tokenizer
    let byteCount: Int
  }

  fileprivate struct Content {
    /// The most recently used last.
    var entries: [Entry] = []
    var failure: NodeFailure?
  }

  /// Two tokenizers of the largest size. In memory a tokenizer takes a few times its encoding.
  static let byteLimit = 2 * LedgerLimits.tokenizerBytes

  private let reader: ChainReader
  private let byteLimit: Int
  private let content = Mutex(Content())

  /// Makes a shelf over the store that holds the blobs.
  /// - Parameter byteLimit: How many bytes of encodings stay in memory; the tokenizer used last stays whatever its size.
  init(_ reader: ChainReader, byteLimit: Int = TokenizerShelf.byteLimit) {
    self.reader = reader
    self.byteLimit = byteLimit
  }

  /// What kept a tokenizer from being read, if anything ever did.
  var failure: NodeFailure? { content.withLock { $0.failure } }

  func tokenizer(_ digest: Digest) -> Tokenizer? {
    if let tokenizer = content.withLock({ $0.used(digest) }) { return tokenizer }
    do throws(NodeFailure) {
      guard let bytes = try reader.blob(digest) else { return nil }
      guard Digest.hash(bytes) == digest, let description = try? TokenizerDescription(decoding: bytes) else {
        throw .inconsistent("the tokenizer \(digest) of a registered model is damaged")
      }
      let entry = Entry(digest: digest, tokenizer: Tokenizer(description), byteCount: bytes.count)
      content.withLock { $0.keep(entry, byteLimit: byteLimit) }
      return entry.tokenizer
    } catch {
      content.withLock { $0.failure = $0.failure ?? error }
      return nil
    }
  }
}

extension TokenizerShelf.Content {
  fileprivate var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

  fileprivate mutating func used(_ digest: Digest) -> Tokenizer? {
    guard let index = entries.firstIndex(where: { $0.digest == digest }) else { return nil }
    let entry = entries.remove(at: index)
    entries.append(entry)
    return entry.tokenizer
  }

  fileprivate mutating func keep(_ entry: TokenizerShelf.Entry, byteLimit: Int) {
    entries.removeAll { $0.digest == entry.digest }
    entries.append(entry)
    while entries.count > 1, byteCount > byteLimit { entries.removeFirst() }
  }
}
