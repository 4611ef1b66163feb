import Bytes
import Foundation
import Ledger
import NodeClient
import NodeInterface
import TestSupport

extension FuzzKind {
  /// What nodes and providers answer, as clients read it. Streams are fed in two pieces: where they are cut must not matter.
  static let answers: [FuzzKind] = [
    FuzzKind("events", [Array(eventText.utf8)]) { bytes in
      var whole = EventParser()
      let events = whole.feed(bytes)
      for cut in [bytes.count / 3, bytes.count / 2] {
        var parts = EventParser()
        let first = parts.feed(Array(bytes[..<cut]))
        guard let first, let second = parts.feed(Array(bytes[cut...])) else {
          promise(events == nil, "a cut changes nothing")
          continue
        }
        promise(events == first + second, "a cut changes nothing")
      }
    },
    FuzzKind("chunks", [Array(chunkText.utf8)]) { bytes in
      var whole = ChunkParser()
      let texts = try? whole.feed(bytes)
      let cut = bytes.count / 2
      var parts = ChunkParser()
      guard let first = try? parts.feed(Array(bytes[..<cut])), let second = try? parts.feed(Array(bytes[cut...])) else {
        return promise(texts == nil, "a cut changes nothing")
      }
      promise(texts == first + second && whole.isComplete == parts.isComplete, "a cut changes nothing")
      promise((try? whole.signedPromise()) == (try? parts.signedPromise()), "a cut changes nothing")
    },
    FuzzKind("answer-json", answerSeeds()) { bytes in
      guard let first = bytes.first else { return }
      answerReaders[Int(first) % answerReaders.count](Data(bytes.dropFirst()))
    },
  ]

  /// The types of JSON answers; what is read is written and read again.
  private static let answerReaders: [@Sendable (Data) -> Void] = [
    reader(of: BlockSummary.self), reader(of: ClaimView.self), reader(of: AccountView.self), reader(of: ModelView.self),
    reader(of: NodeStatus.self), reader(of: Problem.self), reader(of: TransactionStatus.self), reader(of: Page<ClaimView>.self),
  ]

  private static func reader<Value: Codable & Equatable & SendableMetatype>(of type: Value.Type) -> @Sendable (Data) -> Void {
    { data in
      guard let read = try? JSONDecoder().decode(Value.self, from: data) else { return }
      promise((try? JSONDecoder().decode(Value.self, from: JSONEncoder().encode(read))) == read, "an answer comes back")
    }
  }

  private static let claimView = value {
    let id = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
    return ClaimView(id: id, claim: try Claim(decoding: chain.stateProof(of: .claim(id)).value ?? []))
  }
  private static let summary = BlockSummary(header: chain.tip.header, hash: chain.tip.header.hash, transactions: 1, attestations: 1)

  private static func json(_ value: some Encodable) -> Data { (try? JSONEncoder().encode(value)) ?? Data() }

  private static func answerSeeds() -> [[UInt8]] {
    let account = AccountView(
      key: chain.tip.header.hash, account: chain.account("provider"), nextNonce: 1, height: chain.tip.header.height)
    let answers: [Data] = [
      json(summary), json(claimView), json(account), Data(), Data(), Data(),
      json(TransactionStatus(id: .zero, inclusion: .init(height: 1, index: 0, outcome: 0))), json(Page(items: [claimView], next: 3)),
    ]
    return answers.enumerated().compactMap { $1.isEmpty ? nil : [UInt8($0)] + $1 }
  }

  private static var eventText: String {
    let block = String(decoding: json(summary), as: UTF8.self)
    let claim = String(decoding: json(claimView), as: UTF8.self)
    return ": hello\n\nevent: block\ndata: \(block)\n\nevent: claim\ndata: \(claim)\n\nevent: missed\ndata: {}\n\n"
  }

  private static let chunkText = """
    data: {"choices":[{"delta":{"content":"one"}}]}

    data: {"choices":[{"delta":{}}]}

    data: [DONE]

    """
}
