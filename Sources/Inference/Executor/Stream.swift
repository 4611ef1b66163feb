import Bytes
import Tensors

/// One run of a model over a growing list of tokens: the executor. `[GRAPH-2]` `[TRACE-3]`
///
/// Tokens may be appended one at a time or many at once, with any number of workers; the rows come out the same.
public final class Stream {
  /// The model that runs.
  public let model: Model
  /// Rows computed so far.
  public private(set) var rowCount = 0
  /// The most rows that can be appended.
  public let capacity: Int

  /// The most rows that run through the graph together: for an embedding, whose rows may depend on all rows, all of them.
  let batchRows: Int
  /// What that is for a generation.
  private static let generationBatchRows = 128

  let workers: Workers
  let recorder: TraceRecorder?
  let outputs: SegmentOutputs
  let scratch: [WorkerScratch]
  /// Segments that may run side by side, in order, with what each worker does of them.
  private let rounds: [Round]
  /// The gains and offsets as numbers, by tensor.
  let vectors: [Int: [Int32]]

  var graph: Graph { model.graph }

  /// Makes an empty stream.
  /// - Parameters:
  ///   - capacity: the most rows, at most the model's context.
  ///   - recorder: takes the leaves, if there is to be a trace.
  public init(model: Model, capacity: Int, workers: Workers = .one, recorder: TraceRecorder? = nil) {
    precondition((1...model.graph.context).contains(capacity))
    self.model = model
    self.capacity = capacity
    self.workers = workers
    self.recorder = recorder
    batchRows = model.graph.task == .embedding ? capacity : min(capacity, Stream.generationBatchRows)
    rounds = Round.all(of: model.graph, workers: workers.count)
    outputs = SegmentOutputs(graph: model.graph, rounds: rounds, batchRows: batchRows, capacity: capacity)
    let batch = batchRows
    scratch = (0..<workers.count).map { _ in WorkerScratch(graph: model.graph, batchRows: batch, capacity: capacity) }
    var vectors: [Int: [Int32]] = [:]
    for (index, shape) in model.graph.tensors.enumerated() {
      switch shape {
      case .vector, .offsets: vectors[index] = TensorShape.values(of: model.tensor(index))
      case .linear, .rotation, .convolution, .table: break
      }
    }
    self.vectors = vectors
  }

  /// Appends rows for tokens and returns the argmax of every row from stream row `firstGenerationRow` on.
  /// - Parameters:
  ///   - tokens: each below the vocabulary; they fit the capacity.
  ///   - firstGenerationRow: `P - 1`; rows before it have no logits.
  ///   - onLogits: receives the channel values of each such row, chunk by chunk, as they are computed.
  @discardableResult
  public func append(
    _ tokens: [UInt32], firstGenerationRow: Int, onLogits: ((_ row: Int, _ firstColumn: Int, _ values: Span<Int32>) -> Void)? = nil
  ) -> [UInt32] {
    precondition(graph.task == .generation && rowCount + tokens.count <= capacity)
    precondition(tokens.allSatisfy { Int($0) < graph.vocabulary })
    var generated: [UInt32] = []
    workers.withTeam { generated = append(tokens, firstGenerationRow, $0, onLogits) }
    return generated
  }

  private func append(
    _ tokens: [UInt32], _ firstGenerationRow: Int, _ team: WorkerTeam,
    _ onLogits: ((_ row: Int, _ firstColumn: Int, _ values: Span<Int32>) -> Void)?
  ) -> [UInt32] {
    var generated: [UInt32] = []
    var start = 0
    while start < tokens.count {
      let count = min(batchRows, tokens.count - start)
      let batch = Batch(tokens: Array(tokens[start..<start + count]), firstRow: rowCount)
      for round in rounds { run(round, batch, team) }
      rowCount += count
      start += count
      let firstGenerated = max(batch.firstRow, firstGenerationRow)
      if firstGenerated < rowCount {
        generated += runHead(batch, team, from: firstGenerated, generationStart: firstGenerationRow, onLogits: onLogits)
      }
    }
    return generated
  }

  /// Runs an embedding over its tokens, all at once, and returns the unit row.
  /// - Parameter tokens: as many as the capacity, each below the vocabulary.
  public func embed(_ tokens: [UInt32]) -> [Int32] {
    precondition(graph.task == .embedding && rowCount == 0 && tokens.count == capacity)
    precondition(tokens.allSatisfy { Int($0) < graph.vocabulary })
    let batch = Batch(tokens: tokens, firstRow: 0)
    workers.withTeam { team in
      for round in rounds { run(round, batch, team) }
    }
    rowCount = tokens.count
    return runPooling()
  }

  /// Rows that run through the graph together.
  struct Batch {
    let tokens: [UInt32]
    let firstRow: Int
    var rows: Int { tokens.count }
  }

  private func run(_ round: Round, _ batch: Batch, _ team: WorkerTeam) {
    let splitsRows = team.splitsRows(batch.rows)
    team.run { worker in
      let rows = splitsRows ? team.part(of: batch.rows, for: worker) : 0..<batch.rows
      guard !rows.isEmpty else { return }
      for index in round.segments {
        let chunks = splitsRows ? 0..<graph.layouts[index].chunks : round.chunks(of: index, for: worker)
        if !chunks.isEmpty { run(Tile(stream: self, segment: index, batch: batch, scratch: scratch[worker], rows: rows, chunks: chunks)) }
      }
    }
  }

  private func run(_ tile: Tile) {
    switch graph.segments[tile.segment] {
    case .embedding(let fields): tile.embed(fields)
    case .projection(let fields): tile.project(fields)
    case .attention(let fields): tile.attend(fields)
    case .residual(let fields): tile.addResidual(fields)
    case .gate(let fields): tile.gate(fields)
    case .norm(let fields): tile.normaliseRows(fields)
    case .maxima, .argmax, .mean, .unit: preconditionFailure("output segments run in the head")
    case .int8: preconditionFailure("a tensor graph has no stream")
    }
  }
}
