import Bytes
import Ledger

/// What a node offers, in process (`Node`) and over the network (`NodeClient`) alike.
///
/// Bytes that consensus knows are returned as they are encoded, for the caller to decode and verify; the rest is `Codable` for the eyes
/// of people and scripts.
public protocol NodeAPI: Sendable {
  /// What the node says about itself.
  func status() async throws(NodeError) -> NodeStatus

  /// The network's genesis. A caller that knows the root compares it.
  func genesis() async throws(NodeError) -> Genesis

  /// Takes a transaction in. When this returns the transaction is on the node's disk. Sending one again that the node knows is no error.
  func submit(_ submission: Submission, wait: SubmissionWait) async throws(NodeError) -> TransactionStatus

  /// Where a transaction stands.
  func transaction(_ id: Digest) async throws(NodeError) -> TransactionStatus

  /// The encoding of the block at a height with its blobs and the attestations that are known; waits up to `seconds` (at most 30) for
  /// it to be made.
  func block(at height: Height, waitingUpTo seconds: UInt32) async throws(NodeError) -> [UInt8]

  /// The header at a height.
  func header(at height: Height) async throws(NodeError) -> Header

  /// Descriptions of blocks, the newest first, from just below `cursor` (nil: from the newest), at most `limit` (1..256).
  func blocks(before cursor: UInt64?, limit: Int) async throws(NodeError) -> Page<BlockSummary>

  /// Who attests the header at a height, ascending by validator.
  func attestations(at height: Height) async throws(NodeError) -> [Attestation]

  /// Hands in a validator's attestation of the header at a height.
  func attest(_ attestation: Attestation, at height: Height) async throws(NodeError)

  /// An account; one that no rule has written has zeros everywhere.
  func account(_ identifier: AccountIdentifier) async throws(NodeError) -> AccountView

  /// A claim by its id.
  func claim(_ id: Digest) async throws(NodeError) -> ClaimView

  /// Claims, the newest first.
  func claims(_ query: ClaimQuery) async throws(NodeError) -> Page<ClaimView>

  /// All registered models, by ascending root.
  func models() async throws(NodeError) -> [ModelView]

  /// A registered model with its graph.
  func model(_ root: Digest) async throws(NodeError) -> RegisteredModel

  /// The bytes of a blob: a tokenizer, or the records of a claim.
  func blob(_ digest: Digest) async throws(NodeError) -> [UInt8]

  /// An entry of the state with its proof, after the block at `height` (nil: the newest).
  func stateProof(_ key: StateKey, at height: Height?) async throws(NodeError) -> StateProofAnswer

  /// The receipt of one record of a claim, as of the newest block. `[RCPT-1]`
  func receipt(claim: Digest, record: UInt32) async throws(NodeError) -> [UInt8]

  /// What happens from now on. A subscriber that reads too slowly gets `missed` in place of what did not fit.
  func events() async throws(NodeError) -> AsyncStream<NodeEvent>
}
