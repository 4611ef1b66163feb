import Bytes
import Cryptography
import Inference
import Ledger
import NodeClient
import NodeInterface
import TestSupport

/// Sends one account's transactions one after another, as fast as they are acknowledged. One whose acknowledgement a crash swallowed is
/// sent again, byte for byte.
actor Sender {
  /// What an account sends.
  enum Kind: Sendable {
    /// Transfers, and a bond now and then.
    case payments
    /// Claims, each of one record that was made by the test model.
    case claims
  }

  private let key: PrivateKey
  private let kind: Kind
  private let network: CrashNetwork
  private let promises: Promises
  private var nonce: UInt64 = 0
  private var unanswered: Submission?

  init(_ key: PrivateKey, _ kind: Kind, _ network: CrashNetwork, _ promises: Promises) {
    self.key = key
    self.kind = kind
    self.network = network
    self.promises = promises
  }

  /// Sends until the node does not answer any more; throws if it refuses.
  func run(_ client: NodeClient) async throws {
    while true {
      let submission = unanswered ?? next()
      unanswered = submission
      let start = ContinuousClock.now
      do throws(NodeError) {
        let status = try await client.submit(submission, wait: .accepted)
        promises.add(status.id, seconds: (ContinuousClock.now - start) / .seconds(1))
        unanswered = nil
        nonce += 1
      } catch {
        switch error {
        case .unavailable: return
        case .poolFull: try await Task.sleep(for: .milliseconds(20))
        case .inadmissible(code: Inadmissible.nonceAhead.rawValue, reason: _): try await Task.sleep(for: .milliseconds(20))
        default: throw Defect("a transaction that obeys the rules was refused: \(error)")
        }
      }
    }
  }

  /// Registers the test model, and waits until it stands in a block. The sender's next nonce follows.
  func registerModel(_ client: NodeClient) async throws {
    let registration = RegisterModel(TinyModel.model, commitment: TinyModel.commitment, name: Array("crash-test".utf8))
    let submission = signed(.registerModel(registration), blob: TinyModel.header.tokenizer.encoded)
    guard try await client.submit(submission, wait: .included).inclusion?.outcome == Outcome.accepted.code else {
      throw Defect("the model was not registered")
    }
    nonce += 1
  }

  private func next() -> Submission {
    switch kind {
    case .payments where nonce % 8 == 7: return signed(.bond(Amount(1 + nonce)))
    case .payments:
      let to = network.senders[Int(nonce % UInt64(network.senders.count))].publicKey
      return signed(.transfer(Transfer(to: to == key.publicKey ? network.provider.publicKey : to, amount: Amount(1 + nonce))))
    case .claims:
      var salt = [UInt8](repeating: 0, count: 24)
      withUnsafeBytes(of: nonce.bigEndian) { salt += $0 }
      guard let salt = Digest(salt), let made = try? TinyRecord.honest("one two", maxNewTokens: 2, salt: salt) else {
        preconditionFailure("the test model answers")
      }
      let batch = TestRecords.batch([made.record])
      return signed(.postClaim(PostClaim(batch)), blob: batch.encoded)
    }
  }

  private func signed(_ payload: Payload, blob: [UInt8]? = nil) -> Submission {
    let body = TransactionBody(
      chain: network.genesis.root, sender: key.publicKey, nonce: nonce, payload: payload, blobBytes: blob?.count ?? 0,
      parameters: network.genesis.parameters)
    return Submission(transaction: body.signed(by: key).encoded, blob: blob)
  }
}
