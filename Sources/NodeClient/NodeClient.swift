import Bytes
import Cryptography
import Foundation
import Inference
import Ledger
import LightVerification
import NodeInterface

/// A node over HTTP. What an answer can be checked for without trusting the node, it is; the rest is the caller's to verify.
public struct NodeClient: NodeAPI {
  /// The most bytes of an answer of each kind.
  private enum Limit {
    static let json = 4 << 20
    static let block = 192 << 20
    static let problem = 1 << 16
  }

  private static let requestSeconds: Double = 30
  private static let transferSeconds: Double = 120

  private let transport: HTTPTransport
  private let chain: Digest?

  /// Makes a client for the node at `address` (http or https), or nil if that is no address.
  /// - Parameter chain: The genesis root that every answer must be of; nil: whatever the node says.
  public init?(address: String, chain: Digest? = nil) {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme ?? ""), url.host != nil else { return nil }
    transport = HTTPTransport(base: url)
    self.chain = chain
  }

  public func status() async throws(NodeError) -> NodeStatus {
    let status: NodeStatus = try await json(NodeRoute.status.rawValue)
    try check(status.chain)
    return status
  }

  public func genesis() async throws(NodeError) -> Genesis {
    let bytes = try await get(NodeRoute.genesis.rawValue, limit: LedgerLimits.genesisFileBytes)
    let genesis: Genesis
    do throws(GenesisFileRejection) {
      genesis = try Genesis(file: bytes)
    } catch {
      throw .untrustworthy("the genesis: \(error)")
    }
    try check(genesis.root)
    return genesis
  }

  public func submit(_ submission: Submission, wait: SubmissionWait) async throws(NodeError) -> TransactionStatus {
    let answer = try await transport.send(
      "POST", NodeRoute.transactions.rawValue, query: [("wait", wait.rawValue)], body: .bytes(submission.encoded), limit: Limit.json,
      seconds: NodeClient.transferSeconds)
    return try decoded(try success(answer))
  }

  public func transaction(_ id: Digest) async throws(NodeError) -> TransactionStatus {
    let status: TransactionStatus = try await json(NodeRoute.transaction.path(id.hex))
    try check(status.id == id, "another transaction")
    return status
  }

  public func block(at height: Height, waitingUpTo seconds: UInt32) async throws(NodeError) -> [UInt8] {
    let bytes = try await get(
      NodeRoute.block.path("\(height)"), query: [("wait", "\(seconds)")], limit: Limit.block, seconds: NodeClient.transferSeconds)
    let block: UnverifiedBlock = try canonical(bytes)
    try check(block.header, at: height)
    try check(UnverifiedBlock.transactionRoot(block.transactions) == block.header.transactionRoot, "transactions of another root")
    try check(UnverifiedBlock.blobRoot(block.blobs.map { Digest.hash($0) }) == block.header.blobRoot, "blobs of another root")
    return bytes
  }

  public func header(at height: Height) async throws(NodeError) -> Header {
    let header: Header = try canonical(try await get(NodeRoute.header.path("\(height)"), limit: Limit.json))
    try check(header, at: height)
    return header
  }

  public func blocks(before cursor: UInt64?, limit: Int) async throws(NodeError) -> Page<BlockSummary> {
    var query = [("limit", "\(limit)")]
    if let cursor { query.append(("before", "\(cursor)")) }
    return try await json(NodeRoute.blocks.rawValue, query)
  }

  public func attestations(at height: Height) async throws(NodeError) -> [Attestation] {
    let list: AttestationList = try canonical(try await get(NodeRoute.attestations.path("\(height)"), limit: Limit.json))
    return list.attestations
  }

  public func attest(_ attestation: Attestation, at height: Height) async throws(NodeError) {
    let answer = try await transport.send(
      "POST", NodeRoute.attestations.path("\(height)"), body: .bytes(attestation.encoded), limit: Limit.problem,
      seconds: NodeClient.requestSeconds)
    _ = try success(answer)
  }

  public func account(_ identifier: AccountIdentifier) async throws(NodeError) -> AccountView {
    let account: AccountView = try await json(NodeRoute.account.path(identifier.hex))
    try check(account.key.hex == identifier.hex, "another account")
    return account
  }

  public func claim(_ id: Digest) async throws(NodeError) -> ClaimView {
    let claim: ClaimView = try await json(NodeRoute.claim.path(id.hex))
    try check(claim.id == id, "another claim")
    return claim
  }

  public func claims(_ query: ClaimQuery) async throws(NodeError) -> Page<ClaimView> {
    var items = [("limit", "\(query.limit)")]
    if let state = query.state { items.append(("status", state.rawValue)) }
    if let provider = query.provider { items.append(("provider", provider.hex)) }
    if let modelRoot = query.modelRoot { items.append(("model", modelRoot.hex)) }
    if let cursor = query.cursor { items.append(("cursor", "\(cursor)")) }
    let page: Page<ClaimView> = try await json(NodeRoute.claims.rawValue, items)
    try check(page.items.allSatisfy { query.matches($0.claim) }, "claims that were not asked for")
    return page
  }

  public func models() async throws(NodeError) -> [ModelView] { try await json(NodeRoute.models.rawValue) }

  public func model(_ root: Digest) async throws(NodeError) -> RegisteredModel {
    let model: RegisteredModel = try canonical(try await get(NodeRoute.model.path(root.hex), limit: Limit.json))
    let commitment = ModelCommitment(
      graphDigest: Digest.hash(model.graph), tensorsRoot: model.tensorsRoot, tokenizerDigest: model.tokenizer)
    try check(commitment.modelRoot == root, "another model")
    return model
  }

  public func blob(_ digest: Digest) async throws(NodeError) -> [UInt8] {
    let bytes = try await get(NodeRoute.blob.path(digest.hex), limit: LedgerLimits.tokenizerBytes, seconds: NodeClient.transferSeconds)
    try check(Digest.hash(bytes) == digest, "another blob")
    return bytes
  }

  public func stateProof(_ key: StateKey, at height: Height?) async throws(NodeError) -> StateProofAnswer {
    let query = height.map { [("height", "\($0)")] } ?? []
    let answer: StateProofAnswer = try canonical(
      try await get(NodeRoute.state.path(key.encoded.hex), query: query, limit: 32 << 20, seconds: NodeClient.transferSeconds))
    try check(answer.header, at: height ?? answer.header.height)
    do { try answer.verify(key: key) } catch { throw .untrustworthy("the state proof: \(error)") }
    return answer
  }

  public func receipt(claim: Digest, record: UInt32) async throws(NodeError) -> [UInt8] {
    let bytes = try await get(NodeRoute.receipt.path(claim.hex, "\(record)"), limit: LedgerLimits.receiptBytes)
    let receipt: Receipt = try canonical(bytes)
    try check(receipt.claimIdentifier == claim && receipt.recordIndex == record, "another receipt")
    return bytes
  }

  public func events() async throws(NodeError) -> AsyncStream<NodeEvent> {
    EventParser.events(try transport.stream(NodeRoute.events.rawValue))
  }
}

extension NodeClient {
  /// The body of a successful answer to a GET.
  private func get(
    _ path: String, query: [(String, String)] = [], limit: Int, seconds: Double = requestSeconds
  ) async throws(NodeError) -> [UInt8] {
    try success(try await transport.send("GET", path, query: query, limit: limit, seconds: seconds))
  }

  private func json<Value: Decodable>(_ path: String, _ query: [(String, String)] = []) async throws(NodeError) -> Value {
    try decoded(try await get(path, query: query, limit: Limit.json))
  }

  /// The body, or the error that the node answered with.
  private func success(_ answer: HTTPTransport.Answer) throws(NodeError) -> [UInt8] {
    guard (200..<300).contains(answer.status) else {
      guard let problem = try? JSONDecoder().decode(Problem.self, from: Data(answer.bytes)) else {
        throw .unavailable("HTTP status \(answer.status)")
      }
      throw problem.error
    }
    return answer.bytes
  }

  private func decoded<Value: Decodable>(_ bytes: [UInt8]) throws(NodeError) -> Value {
    do { return try JSONDecoder().decode(Value.self, from: Data(bytes)) } catch { throw .untrustworthy("\(error)") }
  }

  private func canonical<Value: CanonicallyCodable>(_ bytes: [UInt8]) throws(NodeError) -> Value {
    do throws(DecodingRejection) { return try Value(decoding: bytes) } catch { throw .untrustworthy("\(Value.self): \(error)") }
  }

  private func check(_ holds: Bool, _ otherwise: String) throws(NodeError) {
    guard holds else { throw .untrustworthy("the answer holds \(otherwise)") }
  }

  private func check(_ answered: Digest) throws(NodeError) { try check(chain == nil || chain == answered, "another chain") }

  private func check(_ header: Header, at height: Height) throws(NodeError) {
    try check(header.chain)
    try check(header.height == height, "another height")
  }
}
