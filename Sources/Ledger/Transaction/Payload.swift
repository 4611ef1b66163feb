import Bytes
import Cryptography
import Inference
import Merkle

/// Moves units to another account. `[TX-3]`
public struct Transfer: Hashable, Sendable {
  /// Who is paid.
  public let to: PublicKey
  /// How much.
  public let amount: Amount

  /// Makes a transfer.
  public init(to: PublicKey, amount: Amount) {
    self.to = to
    self.amount = amount
  }
}

/// Puts a model on the ledger, so that claims can name it. `[TX-5]`
public struct RegisterModel: Hashable, Sendable {
  /// A name for people, UTF-8 of 1..256 bytes.
  public let name: [UInt8]
  /// The encoding of the graph.
  public let graph: [UInt8]
  /// The Merkle root over the tensors.
  public let tensorsRoot: Digest
  /// The SHA-256 of the tokenizer's bytes, which travel as a blob.
  public let tokenizer: Digest

  /// Makes a registration.
  public init(name: [UInt8], graph: [UInt8], tensorsRoot: Digest, tokenizer: Digest) {
    self.name = name
    self.graph = graph
    self.tensorsRoot = tensorsRoot
    self.tokenizer = tokenizer
  }

  /// Makes the registration of a model; the tokenizer's encoding travels beside it.
  public init(_ model: Model, commitment: ModelCommitment, name: [UInt8]) {
    self.init(
      name: name, graph: model.graph.encoding, tensorsRoot: commitment.tensorsRoot, tokenizer: commitment.tokenizerDigest)
  }
}

/// Stands behind a batch of records with a bond. `[TX-6]`
public struct PostClaim: Hashable, Sendable {
  /// The model that all the records name.
  public let modelRoot: Digest
  /// The Merkle root over the records.
  public let batchRoot: Digest
  /// How many records, 1..256.
  public let recordCount: UInt32
  /// The SHA-256 of the batch's encoding, which travels as a blob.
  public let blob: Digest

  /// Makes a claim's posting.
  public init(modelRoot: Digest, batchRoot: Digest, recordCount: UInt32, blob: Digest) {
    self.modelRoot = modelRoot
    self.batchRoot = batchRoot
    self.recordCount = recordCount
    self.blob = blob
  }

  /// Makes the posting of a batch, whose records name one model. `[REC-7]`
  public init(_ batch: Batch) {
    self.init(
      modelRoot: batch.records[0].request.modelRoot, batchRoot: batch.tree.root, recordCount: UInt32(batch.records.count),
      blob: Digest.hash(batch.encoded))
  }
}

/// What a fraud proof rests on. `[TX-7]`
public enum EvidenceKind: UInt8, CaseIterable, Hashable, Sendable {
  /// A step whose claimed leaf is not the computed one. `[STEP-4]`
  case step = 0
  /// A binding that the record breaks by itself. `[REC-4]`
  case binding = 1
  /// An argmax leaf that is not the output token. `[REC-5]`
  case tokens = 2
  /// A column with a larger value than that of the output token. `[REC-6]`
  case counterexample = 3
}

/// Shows that one record of a claim is wrong. `[TX-7]`
public struct FraudProof: Hashable, Sendable {
  /// The claim.
  public let claim: Digest
  /// Which record of the batch.
  public let recordIndex: UInt32
  /// The record's encoding.
  public let record: [UInt8]
  /// The record's place in the batch.
  public let inclusion: InclusionProof
  /// What kind of evidence follows.
  public let kind: EvidenceKind
  /// The evidence's encoding.
  public let evidence: [UInt8]
  /// The salt of the seal under which the proof was committed to; nil for a proof that was not.
  public let salt: Digest?

  /// Makes a fraud proof.
  public init(
    claim: Digest, recordIndex: UInt32, record: [UInt8], inclusion: InclusionProof, kind: EvidenceKind, evidence: [UInt8],
    salt: Digest? = nil
  ) {
    self.claim = claim
    self.recordIndex = recordIndex
    self.record = record
    self.inclusion = inclusion
    self.kind = kind
    self.evidence = evidence
    self.salt = salt
  }

  /// The same proof, shown under a seal.
  public func unsealed(by salt: Digest) -> FraudProof {
    FraudProof(
      claim: claim, recordIndex: recordIndex, record: record, inclusion: inclusion, kind: kind, evidence: evidence, salt: salt)
  }
}

/// What a transaction is for. `[LED-5]`
public enum Payload: Hashable, Sendable {
  /// Moves units to another account.
  case transfer(Transfer)
  /// Moves units from the balance to the stake.
  case bond(Amount)
  /// Starts to move units from the stake to the balance.
  case unbond(Amount)
  /// Puts a model on the ledger.
  case registerModel(RegisterModel)
  /// Stands behind a batch of records.
  case postClaim(PostClaim)
  /// Shows that a record is wrong.
  case fraudProof(FraudProof)
  /// Commits to a fraud proof that is not shown yet.
  case seal(Digest)
  /// Puts a question to a provider.
  case ask(AskQuestion)
  /// Answers a question.
  case reveal(RevealAnswer)
  /// Settles the bond of a question.
  case close(ChallengeKey)
  /// Shows that an account broke its word.
  case misconduct(Misconduct)

  /// The blob that must travel beside the transaction, or nil. `[LED-6]`
  public var blob: Digest? {
    switch self {
    case .registerModel(let payload): payload.tokenizer
    case .postClaim(let payload): payload.blob
    case .transfer, .bond, .unbond, .fraudProof, .seal, .ask, .reveal, .close, .misconduct: nil
    }
  }

  /// The most bytes that the blob may have; 0 without one. `[LED-6]`
  public var blobByteLimit: Int {
    switch self {
    case .registerModel: LedgerLimits.tokenizerBytes
    case .postClaim: LedgerLimits.recordsBlobBytes
    case .transfer, .bond, .unbond, .fraudProof, .seal, .ask, .reveal, .close, .misconduct: 0
    }
  }

  /// The evidence's size in bytes; 0 for all but fraud proofs. `[LED-7]`
  public var evidenceBytes: Int {
    if case .fraudProof(let payload) = self { payload.evidence.count } else { 0 }
  }

  /// Which room of a block the transaction takes up. `[BLOCK-5]`
  public var lane: Lane {
    switch self {
    case .fraudProof, .misconduct: .proof
    case .seal: .seal
    case .ask: .challenge
    case .reveal: .reveal
    case .transfer, .bond, .unbond, .registerModel, .postClaim, .close: .ordinary
    }
  }

  /// Whether the transaction travels in the lane that each block keeps for disputes. `[BLOCK-5]`
  public var isDispute: Bool { lane != .ordinary }
}
