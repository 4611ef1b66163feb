import Bytes
import Cryptography
import Ledger

/// Why a wallet could not bring a transaction into a block.
public enum WalletFailure: Error, Hashable, Sendable {
  /// The node did not do what it was asked.
  case node(NodeError)
  /// The transaction stands in a block, without effect. `[TX-2]`
  case refused(Refusal)
  /// The node took the transaction, and it did not stand in a block in time.
  case notIncluded(id: Digest)
}

extension WalletFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .node(let error): error.description
    case .refused(let refusal): "the chain refused it: \(refusal.description)"
    case .notIncluded(let id): "transaction \(id) waits longer than expected"
    }
  }
}

/// Signs one account's transactions and brings them into blocks one after another: nonces, fees, repeats.
public actor Wallet {
  /// The account's key.
  public nonisolated let key: PrivateKey
  private let node: any NodeAPI
  private let chain: Digest
  /// The chain's parameters.
  public nonisolated let parameters: Parameters
  private var isSending = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// The account.
  public nonisolated var account: AccountIdentifier { AccountIdentifier(key.publicKey) }

  /// Makes the wallet of an account on a chain.
  public init(key: PrivateKey, node: any NodeAPI, genesis: Genesis) {
    self.key = key
    self.node = node
    chain = genesis.root
    parameters = genesis.parameters
  }

  /// Sends a payload with the fee that it needs, and waits until it stands in a block.
  /// - Returns: where it stands; its payload took effect.
  @discardableResult
  public func send(_ payload: Payload, blob: [UInt8]? = nil) async throws(WalletFailure) -> TransactionStatus {
    await takeTurn()
    defer { endTurn() }
    for attempt in 0..<4 {
      let status: TransactionStatus
      do {
        let transaction = try await signed(payload, blobBytes: blob?.count ?? 0)
        status = try await node.submit(Submission(transaction: transaction.encoded, blob: blob), wait: .included)
      } catch {
        // Another transaction of the account took the nonce in between.
        if case .inadmissible(let code, _) = error, code == Inadmissible.nonceUsed.rawValue, attempt < 3 { continue }
        throw .node(error)
      }
      guard let inclusion = status.inclusion else { throw .notIncluded(id: status.id) }
      switch Outcome(code: inclusion.outcome) {
      case .accepted: return status
      case .refused(let refusal): throw .refused(refusal)
      case nil: throw .node(.untrustworthy("outcome \(inclusion.outcome) is not in the specification"))
      }
    }
    throw .node(.inadmissible(code: Inadmissible.nonceUsed.rawValue, reason: "other transactions of the account keep coming in between"))
  }

  /// Hands in a payload with the fee that it needs, and does not wait for its block: many can be on their way.
  /// - Returns: the transaction's id.
  @discardableResult
  public func submit(_ payload: Payload) async throws(WalletFailure) -> Digest {
    await takeTurn()
    defer { endTurn() }
    do throws(NodeError) {
      let transaction = try await signed(payload, blobBytes: 0)
      return try await node.submit(Submission(transaction: transaction.encoded, blob: nil), wait: .accepted).id
    } catch { throw .node(error) }
  }

  private func signed(_ payload: Payload, blobBytes: Int) async throws(NodeError) -> Transaction {
    let nonce = try await node.account(account).nextNonce
    let body = TransactionBody(
      chain: chain, sender: key.publicKey, nonce: nonce, payload: payload, blobBytes: blobBytes, parameters: parameters)
    return body.signed(by: key)
  }

  /// Waits until no other transaction of this wallet is on its way, so that two never take the same nonce.
  private func takeTurn() async {
    guard isSending else {
      isSending = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func endTurn() {
    guard !waiting.isEmpty else {
      isSending = false
      return
    }
    waiting.removeFirst().resume()
  }
}
