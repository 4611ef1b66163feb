import Bytes
import Cryptography
import Inference
import Merkle

/// How a provider cheats: for development networks and tests, which have to show that it does not pay. It is passed in by name and never the default.
public enum Tampering: Sendable {
  /// It does not.
  case honest
  /// One bit of one leaf of each trace is another one; the trees are built over the changed leaf. Caught by a step proof. `[STEP-4]`
  case flipBit(LeafBit)
  /// The answer's text is this one, beside the tokens of the real answer. Caught by a binding. `[REC-4]`
  case swapText([UInt8])
  /// The answer's tokens and text are those of this text, which the model would not have said. Caught by a tokens proof. `[REC-5]`
  case swapAnswer([UInt8])
  /// The answer ends after half its tokens and says that its length was asked for. Caught by a binding. `[REC-4]`
  case cutShort
  /// A client that reads the answer as it comes is shown this text; the record is honest. Caught by the client, who compares the receipt.
  case showText([UInt8])
  /// Another model of the same graph runs in place of the one that is claimed. Caught by a step proof. `[STEP-4]`
  case substituteModel(Model)

  /// One bit of a trace. Each index counts modulo what there is, so that it names a bit in every trace.
  public struct LeafBit: Hashable, Sendable {
    /// The segment.
    public let segment: Int
    /// The row of the segment.
    public let row: Int
    /// The chunk of the row.
    public let chunk: Int
    /// The bit of the leaf, from the least significant of its first byte.
    public let bit: Int

    /// Names a bit.
    /// - Precondition: no index is negative.
    public init(segment: Int, row: Int, chunk: Int, bit: Int) {
      precondition(segment >= 0 && row >= 0 && chunk >= 0 && bit >= 0)
      self.segment = segment
      self.row = row
      self.chunk = chunk
      self.bit = bit
    }
  }
}

extension Tampering {
  /// Whether the text that a run gives is the one that is claimed.
  var keepsText: Bool {
    switch self {
    case .honest, .flipBit, .substituteModel: true
    case .swapText, .swapAnswer, .cutShort, .showText: false
    }
  }

  /// What a client is shown in place of the record's answer, if that is another text.
  var shownText: [UInt8]? {
    if case .showText(let text) = self { text } else { nil }
  }

  /// Whether the trace of the run is the one that is claimed.
  var keepsTrace: Bool {
    switch self {
    case .honest, .swapText, .showText, .substituteModel: true
    case .flipBit, .swapAnswer, .cutShort: false
    }
  }

  /// The model that runs.
  func runningModel(claimed: Model) -> Model {
    if case .substituteModel(let other) = self { other } else { claimed }
  }

  /// Changes what a record says, all but its trace root.
  func change(_ record: inout Record, model: Model) {
    switch self {
    case .honest, .flipBit, .showText, .substituteModel: break
    case .swapText(let text):
      record.generation?.answer = text
      if record.values != nil { swapValues(of: &record, forThoseOf: text, model: model) }
    case .cutShort:
      let tokens = Array(record.outputTokens.prefix(max(1, record.outputTokens.count / 2)))
      guard let answer = try? Binding.answer(to: tokens, graph: model.graph, tokenizer: model.tokenizer) else { return }
      record.outputTokens = tokens
      record.answer = answer
      record.stop = .length
    case .swapAnswer(let text):
      guard record.values == nil else { return swapValues(of: &record, forThoseOf: text, model: model) }
      guard let stop = model.graph.stopTokens.first, let encoded = try? model.tokenizer.encode(text) else { return }
      let room = min(record.request.maxNewTokens, model.graph.context - record.promptTokens.count + 1)
      // The claimed answer ends by the stop rule, so that no binding gives it away.
      let tokens = encoded.filter { !model.graph.stopTokens.contains($0) }.prefix(room - 1) + [stop]
      guard let answer = try? Binding.answer(to: Array(tokens), graph: model.graph, tokenizer: model.tokenizer) else { return }
      record.outputTokens = Array(tokens)
      record.answer = answer
      record.stop = .stopToken
    }
  }

  /// The claimed values are those of another text, beside the trace of the real one. Caught by a proof of the last leaf. `[REC-5]`
  private func swapValues(of record: inout Record, forThoseOf text: [UInt8], model: Model) {
    guard let tokens = try? model.tokenizer.encode(text), let run = try? model.embed(tokens, tracing: false) else { return }
    record.output = .values(run.leaf)
  }

  /// The segments whose leaves a replay must keep for `change(_:)`.
  func neededSegments(_ graph: Graph) -> Set<Int> {
    if case .flipBit(let place) = self { [place.segment % graph.segments.count] } else { [] }
  }

  /// The trace that is claimed, in place of what a replay gave.
  func change(_ trace: Trace) -> Trace {
    guard case .flipBit(let place) = self else { return trace }
    let segment = place.segment % trace.graph.segments.count
    let layout = trace.graph.layouts[segment]
    let rows = trace.extent.rows(of: layout.domain)
    let index = layout.leafIndex(row: place.row % rows, chunk: place.chunk % layout.chunks, rows: rows)
    var kept = trace.leaves
    guard var leaves = kept[segment] else { return trace }
    let bit = place.bit % (8 * layout.leafBytes)
    leaves[index * layout.leafBytes + bit / 8] ^= 1 << UInt8(bit % 8)
    kept[segment] = leaves
    var hashes = trace.segments.map(\.leafHashes)
    hashes[segment][index] = MerkleTree.leafHash(Array(leaves[index * layout.leafBytes..<(index + 1) * layout.leafBytes]))
    return Trace(graph: trace.graph, extent: trace.extent, leafHashes: hashes, leaves: kept)
  }
}

extension Model {
  /// A cheaper model of the same shape: each weight has lost its low bits, all but four. What `Tampering.substituteModel` is shown with.
  public func coarsened() throws(BundleRejection) -> Model {
    var coarse = [UInt8](bytes.buffer)
    guard let start = bytes.buffer.baseAddress else { throw .notABundle }
    for (index, shape) in graph.tensors.enumerated() {
      guard case .linear(_, let inputs, let format) = shape, let tensor = self.tensor(index).baseAddress else { continue }
      for leaf in 0..<shape.leafCount {
        let first = tensor - start + leaf * shape.leafBytes
        if format == .w16 {
          for place in stride(from: first, to: first + 32 * inputs, by: 2) {
            let weight = Int16(bitPattern: UInt16(coarse[place]) | UInt16(coarse[place + 1]) << 8) / 4096 * 4096
            coarse[place] = 0
            coarse[place + 1] = UInt8(truncatingIfNeeded: weight >> 8)
          }
          continue
        }
        for place in first..<first + 16 * inputs {
          let weight = Int8(bitPattern: coarse[place])
          coarse[place] = UInt8(bitPattern: weight / 16 * 16)
        }
      }
    }
    return try Model(ModelBytes(copying: coarse))
  }
}
