import Bytes
import Cryptography
import Inference
import Ledger
import NodeInterface

/// A transaction of a block for the eyes of people: `GET /v1/blocks/{height}/transactions`.
struct TransactionView: Encodable {
  let id: Digest
  let sender: Digest
  let nonce: UInt64
  let fee: DecimalAmount
  /// The size of the signed transaction.
  let bytes: Int
  /// What it is for, as a word.
  let kind: String
  /// 0 if it took effect, else the code of the refusal. `[TX-2]`
  let outcome: UInt16
  /// Why it was refused.
  let refusal: String?
  var to: Digest?
  var amount: DecimalAmount?
  var modelRoot: Digest?
  var modelName: String?
  var claim: Digest?
  var recordCount: UInt32?
  var record: UInt32?
  var evidenceBytes: Int?

  /// Describes a transaction and what became of it.
  init(_ transaction: Transaction, outcome code: UInt16) {
    let body = transaction.body
    id = body.identifier
    sender = body.sender.xCoordinate
    nonce = body.nonce
    fee = DecimalAmount(body.fee)
    bytes = body.transactionBytes
    outcome = code
    refusal = Refusal(rawValue: code)?.description
    switch body.payload {
    case .transfer(let transfer):
      kind = "transfer"
      to = transfer.to.xCoordinate
      amount = DecimalAmount(transfer.amount)
    case .bond(let units):
      kind = "bond"
      amount = DecimalAmount(units)
    case .unbond(let units):
      kind = "unbond"
      amount = DecimalAmount(units)
    case .registerModel(let model):
      kind = "register-model"
      modelName = String(decoding: model.name, as: UTF8.self)
      modelRoot =
        ModelCommitment(graphDigest: Digest.hash(model.graph), tensorsRoot: model.tensorsRoot, tokenizerDigest: model.tokenizer).modelRoot
    case .postClaim(let posting):
      kind = "post-claim"
      modelRoot = posting.modelRoot
      claim = Claim.identifier(provider: AccountIdentifier(body.sender), nonce: body.nonce)
      recordCount = posting.recordCount
    case .fraudProof(let proof):
      kind = "fraud-proof"
      claim = proof.claim
      record = proof.recordIndex
      evidenceBytes = proof.evidence.count
    case .seal: kind = "seal"
    case .ask(let ask):
      kind = "challenge"
      claim = ask.key.claim
      record = ask.key.question.record
    case .reveal(let reveal):
      kind = "reveal"
      claim = reveal.key.claim
      record = reveal.key.question.record
    case .close(let key):
      kind = "close"
      claim = key.claim
      record = key.question.record
    case .misconduct(let misconduct):
      kind = "misconduct"
      to = Digest(misconduct.offender.bytes)
    }
  }

  /// All transactions of the block at a height, in order.
  static func list(_ api: any NodeAPI, at height: Height) async throws(NodeError) -> [TransactionView] {
    let encoding = try await api.block(at: height, waitingUpTo: 0)
    guard let block = try? UnverifiedBlock(decoding: encoding) else {
      throw .unavailable("the block does not decode")
    }
    var views: [TransactionView] = []
    for bytes in block.transactions {
      guard let transaction = try? Transaction(decoding: bytes) else { throw .unavailable("a transaction does not decode") }
      let status = try await api.transaction(transaction.body.identifier)
      views.append(TransactionView(transaction, outcome: status.inclusion?.outcome ?? 0))
    }
    return views
  }
}

/// A record of a claim for the eyes of people: `GET /v1/claims/{id}/records`. `[REC-2]`
struct RecordView: Encodable {
  let request: Digest
  let client: Digest
  let prompt: String
  let answer: String
  let promptTokens: Int
  let outputTokens: Int
  let stop: String
  let traceRoot: Digest

  /// Describes a record.
  init(_ record: Record) {
    request = record.request.digest
    client = record.request.client.xCoordinate
    prompt = String(decoding: record.request.prompt, as: UTF8.self)
    answer = String(decoding: record.answer, as: UTF8.self)
    promptTokens = record.promptTokens.count
    outputTokens = record.outputTokens.count
    stop = record.stop.finishReason
    traceRoot = record.traceRoot
  }

  /// All records of a claim, in order.
  static func list(_ api: any NodeAPI, of claim: Digest) async throws(NodeError) -> [RecordView] {
    let blob = try await api.blob(try await api.claim(claim).claim.blob)
    guard let batch = try? Batch(decoding: blob) else { throw .unavailable("the records do not decode") }
    return batch.records.map { RecordView($0) }
  }
}
