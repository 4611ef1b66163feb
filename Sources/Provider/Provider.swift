import Bytes
import Cryptography
import Inference
import Ledger
import Logging
import Merkle
import NodeInterface
import Store

/// An answer that is written down: the record will be posted, whatever happens to the process.
public struct ProviderAnswer: Hashable, Sendable {
  /// The record.
  public let record: Record
  /// The request's digest, by which the record is found.
  public let requestDigest: Digest
  /// Where the record is on the chain, or nil while it waits.
  public let place: ClaimPlace?
  /// The provider's word that the record will be posted; nil where it is, or where the node does not say what block comes next. `[PROM-1]`
  public let promise: SignedPromise?

  init(record: Record, place: ClaimPlace?, promise: SignedPromise? = nil) {
    self.record = record
    requestDigest = record.request.digest
    self.place = place
    self.promise = promise
  }
}

/// An answer that is being made.
public struct RunningAnswer: Sendable {
  /// The pieces of the answer's text, each UTF-8; they end before the answer is there, also if it fails.
  public let pieces: AsyncStream<[UInt8]>
  private let result: Task<Result<ProviderAnswer, AnswerError>, Never>

  init(pieces: AsyncStream<[UInt8]>, result: Task<Result<ProviderAnswer, AnswerError>, Never>) {
    self.pieces = pieces
    self.result = result
  }

  /// Waits for the answer.
  public func value() async throws(AnswerError) -> ProviderAnswer { try await result.value.get() }
}

/// Answers requests with a model and stands behind the answers: it keeps each record, posts records as claims, and shows the traces.
///
/// The model runs on a thread of its own, one request at a time. A request whose digest was answered before gets the same record again, so that
/// there are never two records of one request.
public actor Provider {
  /// The model that is claimed.
  public nonisolated let model: Model
  /// The parts of its root.
  public nonisolated let commitment: ModelCommitment
  /// Whose stake backs the claims.
  public nonisolated let publicKey: PublicKey
  /// Sizes and times.
  public nonisolated let configuration: ProviderConfiguration
  /// The network's genesis.
  public nonisolated let genesis: Genesis
  /// The node that claims are posted to.
  public nonisolated let node: any NodeAPI

  nonisolated let maker: RecordMaker
  nonisolated let traces: TraceService
  nonisolated let logger: Logger
  let journal: Journal
  let key: PrivateKey
  private let random: any RandomBytes
  private let generator: SerialWorker

  /// The records that wait, the oldest first.
  var queue: [QueuedRecord]
  /// The claim on its way.
  var outgoing: OutgoingClaim?
  var isPosting = false
  private var nextSequence: UInt64
  private var running: Set<Digest> = []

  /// Opens a provider over what an earlier one wrote to the store.
  /// - Parameters:
  ///   - model: the model to run.
  ///   - commitment: the parts of the model's root; the chain must have it registered before claims can be posted.
  ///   - key: signs the claims, and requests of clients that do not sign.
  ///   - genesis: the network's.
  ///   - store: holds what must not be lost; nobody else writes to it.
  ///   - tampering: how it cheats, for demonstrations.
  public init(
    model: Model, commitment: ModelCommitment, key: PrivateKey, genesis: Genesis, node: any NodeAPI, store: any KeyValueStore,
    configuration: ProviderConfiguration = ProviderConfiguration(), tampering: Tampering = .honest,
    random: any RandomBytes = SystemRandomBytes(), logger: Logger
  ) throws(StoreFailure) {
    precondition((1...Inference.Batch.recordLimit).contains(configuration.recordsPerClaim))
    self.model = model
    self.commitment = commitment
    self.key = key
    publicKey = key.publicKey
    self.genesis = genesis
    self.node = node
    self.configuration = configuration
    self.random = random
    self.logger = logger
    maker = RecordMaker(
      model: model, modelRoot: commitment.modelRoot, provider: key.publicKey, workers: configuration.workers, tampering: tampering)
    generator = SerialWorker(name: "probity.generator", places: configuration.requestPlaces)
    traces = TraceService(maker: maker, places: configuration.tracePlaces, cachedTraces: configuration.cachedTraces)
    journal = Journal(store: store)
    let waiting = try journal.queue()
    queue = waiting
    outgoing = try journal.outgoing()
    nextSequence = (waiting.last?.sequence ?? 0) + 1
  }

  /// A request of this provider's own, for a client that does not sign; nil if the prompt or the count is out of range. `[REC-1]`
  public nonisolated func ownRequest(prompt: [UInt8], maxNewTokens: Int) -> (request: Request, signature: Signature)? {
    let request = Request(
      modelRoot: commitment.modelRoot, provider: publicKey, client: publicKey, salt: random.digest(), maxNewTokens: maxNewTokens,
      prompt: prompt)
    return request.map { ($0, key.sign($0.digest, auxiliary: random.digest())) }
  }

  /// Starts to answer a request; throws at once where it can be refused. What is started runs to its end, also if nobody waits for it.
  public nonisolated func start(_ request: Request, signature: Signature) async throws(AnswerError) -> RunningAnswer {
    let tokens: [UInt32]
    do { tokens = try maker.check(request, signature: signature, newTokenLimit: configuration.newTokenLimit) } catch {
      throw .rejected(error)
    }
    return try await begin(request, signature: signature, promptTokens: tokens)
  }

  /// Answers a request.
  public nonisolated func answer(_ request: Request, signature: Signature) async throws(AnswerError) -> ProviderAnswer {
    try await start(request, signature: signature).value()
  }

  /// The answer to a request by the request's digest, or nil if there is none.
  public func answer(toRequest digest: Digest) throws(StoreFailure) -> ProviderAnswer? {
    try journal.record(ofRequest: digest).map { ProviderAnswer(record: $0.record, place: $0.place) }
  }

  /// How many records wait to be posted.
  public var queuedRecords: Int { queue.count }

  private func begin(_ request: Request, signature: Signature, promptTokens: [UInt32]) throws(AnswerError) -> RunningAnswer {
    let digest = request.digest
    let (pieces, continuation) = AsyncStream<[UInt8]>.makeStream()
    let known: ProviderAnswer?
    do { known = try answer(toRequest: digest) } catch { throw .failed(error) }
    if let known {
      continuation.yield(known.record.answer)
      continuation.finish()
      return RunningAnswer(pieces: pieces, result: Task { .success(await self.promised(known)) })
    }
    guard !running.contains(digest) else { throw .rejected(.running) }
    guard queue.count < configuration.queueLimit, generator.reserve() else { throw .rejected(.busy) }
    running.insert(digest)
    let (maker, generator) = (maker, generator)
    let result = Task<Result<ProviderAnswer, AnswerError>, Never> {
      let made = await generator.run {
        Result { () throws(AnswerRejection) in
          try maker.record(for: request, signature: signature, promptTokens: promptTokens) { continuation.yield($0) }
        }
      }
      let kept = self.keep(made, requestDigest: digest)
      continuation.finish()
      guard case .success(let answer) = kept else { return kept }
      return .success(await self.promised(answer))
    }
    return RunningAnswer(pieces: pieces, result: result)
  }

  /// The answer with the promise to post its record, of which the client keeps the signature. `[PROM-1]`
  ///
  /// It is given after the record is written down, so that a provider that is killed right after can keep it.
  private nonisolated func promised(_ answer: ProviderAnswer) async -> ProviderAnswer {
    guard
      answer.place == nil, let height = try? await node.status().height, let latest = Height(height).adding(configuration.promiseBlocks)
    else { return answer }
    let promise = Promise(
      chain: genesis.root, provider: AccountIdentifier(publicKey), request: answer.requestDigest,
      record: MerkleTree.leafHash(answer.record.encoded), latest: latest)
    return ProviderAnswer(record: answer.record, place: nil, promise: SignedPromise(promise, by: key))
  }

  private func keep(_ made: Result<Record, AnswerRejection>, requestDigest: Digest) -> Result<ProviderAnswer, AnswerError> {
    running.remove(requestDigest)
    switch made {
    case .failure(let rejection): return .failure(.rejected(rejection))
    case .success(let record):
      let queued = QueuedRecord(sequence: nextSequence, requestDigest: requestDigest, byteCount: record.encoded.count)
      do {
        try journal.append(record, sequence: queued.sequence)
      } catch {
        logger.error("an answer could not be written down", metadata: ["reason": "\(error)"])
        return .failure(.failed(error))
      }
      queue.append(queued)
      nextSequence += 1
      return .success(ProviderAnswer(record: record, place: nil))
    }
  }
}
