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

  /// The most rows that run through the graph together.
  static let batchRows = 128

  let workers: Workers
  let recorder: TraceRecorder?
  let outputs: SegmentOutputs
  let scratch: [WorkerScratch]
  /// For the segment's tensors, the gains as numbers.
  let gains: [Int: [Int32]]

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
    let batch = min(capacity, Stream.batchRows)
    outputs = SegmentOutputs(graph: model.graph, batchRows: batch, capacity: capacity)
    scratch = (0..<workers.count).map { _ in WorkerScratch(graph: model.graph, batchRows: batch, capacity: capacity) }
    var gains: [Int: [Int32]] = [:]
    for case (let index, .vector) in model.graph.tensors.enumerated() { gains[index] = TensorShape.values(of: model.tensor(index)) }
    self.gains = gains
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
    precondition(rowCount + tokens.count <= capacity)
    precondition(tokens.allSatisfy { Int($0) < graph.vocabulary })
    var generated: [UInt32] = []
    var start = 0
    while start < tokens.count {
      let count = min(Stream.batchRows, tokens.count - start)
      let batch = Batch(tokens: Array(tokens[start..<start + count]), firstRow: rowCount)
      for index in 0..<graph.maximaSegment { run(index, batch) }
      rowCount += count
      start += count
      let firstGenerated = max(batch.firstRow, firstGenerationRow)
      if firstGenerated < rowCount {
        generated += runHead(batch, from: firstGenerated, generationStart: firstGenerationRow, onLogits: onLogits)
      }
    }
    return generated
  }

  /// Rows that run through the graph together.
  struct Batch {
    let tokens: [UInt32]
    let firstRow: Int
    var rows: Int { tokens.count }
  }

  private func run(_ index: Int, _ batch: Batch) {
    let layout = graph.layouts[index]
    workers.forEachTile(rows: batch.rows, chunks: layout.chunks) { worker, rows, chunks in
      let tile = Tile(stream: self, segment: index, batch: batch, scratch: scratch[worker], rows: rows, chunks: chunks)
      switch graph.segments[index] {
      case .embedding(let fields): tile.embed(fields)
      case .projection(let fields): tile.project(fields)
      case .attention(let fields): tile.attend(fields)
      case .residual(let fields): tile.addResidual(fields)
      case .gate(let fields): tile.gate(fields)
      case .maxima, .argmax: preconditionFailure("generation segments run in the head")
      }
    }
  }
}

/// Memory that one worker alone uses.
final class WorkerScratch {
  /// `[batch][widest row]`
  let q: RowBuffer<Int16>
  let exponents: RowBuffer<UInt8>
  /// `[batch][widest chunk]`, twice.
  let first: RowBuffer<Int32>
  let second: RowBuffer<Int32>
  /// One row.
  let row: RowBuffer<Int32>
  let attention: RowBuffer<UInt8>

  init(graph: Graph, batchRows: Int, capacity: Int) {
    let rowWidth = graph.layouts.filter { $0.domain == .stream }.map(\.rowWidth).max() ?? 0
    var chunk = graph.maxima.chunk
    var row = rowWidth
    for layout in graph.layouts { chunk = max(chunk, layout.width) }
    row = max(row, chunk)
    q = RowBuffer(count: batchRows * rowWidth)
    exponents = RowBuffer(count: batchRows)
    first = RowBuffer(count: batchRows * chunk)
    second = RowBuffer(count: batchRows * chunk)
    self.row = RowBuffer(count: row)
    attention = RowBuffer(count: Attention.scratchBytes(keys: capacity))
  }
}
