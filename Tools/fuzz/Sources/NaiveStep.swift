import Inference
import Tensors
import TestSupport

/// One step by the definitions of SPEC.md, from the bytes that it reads: what the one-step checker has to agree with. `[GRAPH-4]` `[STEP-4]`
struct NaiveStep {
  let graph: Graph
  let position: StepPosition
  /// The token of the row.
  let token: UInt32
  /// The record's tensor, for an input segment.
  let input: [UInt8]
  /// The leaves of each read.
  let reads: [[UInt8]]
  /// The tensors that are read, with their leaves.
  let tensors: [(tensor: Int, bytes: [UInt8])]
  private var taken = 0

  init(graph: Graph, position: StepPosition, token: UInt32, input: [UInt8], reads: [[UInt8]], tensors: [(tensor: Int, bytes: [UInt8])]) {
    self.graph = graph
    self.position = position
    self.token = token
    self.input = input
    self.reads = reads
    self.tensors = tensors
  }

  /// The leaf; nil if a tensor leaf is not well formed or a packed leaf that is read has an exponent above 16.
  mutating func leaf() -> [UInt8]? {
    guard tensors.allSatisfy({ isWellFormed($0.tensor, $0.bytes) }) else { return nil }
    switch graph.segments[position.segment] {
    case .embedding(let fields):
      let row = channels(take())[0].embedded(channel: Int(token) % 16, delta: fields.delta)
      guard let positions = fields.positions else { return NaiveStep.bytes(row) }
      return NaiveStep.bytes(sum(row, channels(take())[0].embedded(channel: position.row % 16, delta: positions.delta)))
    case .projection(let fields):
      let x = outputs(of: fields.map, quantised(reads[0], fields.norm), chunk: fields.chunk)
      guard fields.rotation != nil else { return NaiveStep.bytes(Naive.read(x).map { Int16(Naive.sat16(Naive.rs($0, fields.shift))) }) }
      let angles = NaiveStep.int32(take().bytes)
      let own = (0..<fields.chunk).map { angles[(position.chunk * fields.chunk + $0) % angles.count] }
      return NaiveStep.bytes(Naive.rope(x, cosSin: own, shift: fields.shift))
    case .attention(let fields): return attention(fields)
    case .residual(let fields):
      guard let row = repacked(reads[0], width: graph.layouts[fields.source].width) else { return nil }
      let base = normal(NaiveStep.int32(reads[1]), fields.norm)
      let first = position.chunk * fields.chunk
      let start = fields.norm == nil ? first % graph.layouts[fields.residual].width : first
      return NaiveStep.bytes(sum(Array(base[start..<start + fields.chunk]), outputs(of: fields.map, row, chunk: fields.chunk)))
    case .gate(let fields):
      let row = quantised(reads[0], fields.norm)
      let gate = outputs(of: fields.map, row, chunk: fields.chunk)
      switch fields.activation {
      case .gelu: return NaiveStep.packed(Naive.gelu(gate, shift: fields.shift))
      case .silu(let up): return NaiveStep.packed(Naive.gate(gate, outputs(of: up, row, chunk: fields.chunk), shift: fields.shift))
      }
    case .maxima(let fields):
      let row = quantised(reads[0], fields.norm)
      let logits = outputs(take(), row)
      return NaiveStep.bytes(stride(from: 0, to: logits.count, by: 64).map { logits[$0..<$0 + 64].max() ?? 0 })
    case .argmax:
      guard let maxima = graph.maxima else { return nil }
      let row = quantised(reads[1], maxima.norm)
      let column = NaiveStep.argmax(outputs(take(), row))
      return NaiveStep.bytes([Int32(64 * NaiveStep.argmax(NaiveStep.int32(reads[0])) + column)])
    case .norm(let fields):
      let row = normal(NaiveStep.int32(reads[0]), fields.norm)
      return NaiveStep.bytes(Array(row[position.chunk * fields.chunk..<(position.chunk + 1) * fields.chunk]))
    case .mean:
      let columns = graph.layouts[position.segment].width
      let values = Naive.read(NaiveStep.int32(reads[0]))
      return NaiveStep.bytes(
        (0..<columns).map { column in Int32(Naive.mean(stride(from: column, to: values.count, by: columns).map { values[$0] })) })
    case .unit(let fields): return NaiveStep.bytes(Naive.unit(NaiveStep.int32(reads[0]), shift: fields.shift))
    case .int8(let segment):
      return NaiveInt8(
        graph: graph, position: position, segment: segment, input: input, reads: reads, tensor: tensors.first?.bytes ?? []
      ).leaf()
    }
  }

  private func attention(_ fields: Segment.Attention) -> [UInt8] {
    /// Of queries, keys and values alone -32768 is read as -32767. `[STEP-5]`
    func bounded(_ bytes: [UInt8]) -> [Int16] { NaiveStep.int16(bytes).map { max(-32767, $0) } }
    let keyChunks = fields.width / graph.layouts[fields.key].width
    func rows(_ chunks: ArraySlice<[UInt8]>, of source: Int) -> [Int16] {
      let columns = graph.layouts[source].width
      let parts = chunks.map { bounded($0) }
      return (0..<(parts.first?.count ?? 0) / columns).flatMap { row in parts.flatMap { $0[row * columns..<(row + 1) * columns] } }
    }
    let query = bounded(reads[0])
    let keys = rows(reads[1..<1 + keyChunks], of: fields.key)
    let values = rows(reads[(1 + keyChunks)...], of: fields.value)
    return NaiveStep.packed(
      stride(from: 0, to: query.count, by: fields.width).flatMap { start in
        Naive.attend(
          Array(query[start..<start + fields.width]), keys: keys, values: values, scoreShift: fields.scoreShift,
          valueShift: fields.valueShift)
      })
  }
}

extension NaiveStep {
  private mutating func take() -> (tensor: Int, bytes: [UInt8]) {
    taken += 1
    return tensors[taken - 1]
  }

  private func channels(_ part: (tensor: Int, bytes: [UInt8])) -> [NaiveChannels] {
    let shape = graph.tensors[part.tensor]
    guard case .linear(_, let inputs, let format) = shape else { return [] }
    return stride(from: 0, to: part.bytes.count, by: shape.leafBytes).map {
      NaiveChannels(part.bytes[$0..<$0 + shape.leafBytes], inputs: inputs, format: format)
    }
  }

  /// `[MODEL-4]`
  private func isWellFormed(_ tensor: Int, _ bytes: [UInt8]) -> Bool {
    switch graph.tensors[tensor] {
    case .linear: channels((tensor, bytes)).allSatisfy(\.isWellFormed)
    case .vector: NaiveStep.int32(bytes).allSatisfy { $0.magnitude < 1 << 23 }
    case .rotation: NaiveStep.int32(bytes).allSatisfy { $0.magnitude <= 1 << 30 }
    case .offsets: NaiveStep.int32(bytes).allSatisfy { $0.magnitude < 1 << 31 }
    case .convolution(_, let inputs):
      (0..<bytes.count / graph.tensors[tensor].leafBytes * 8).allSatisfy {
        NaiveInt8Block(bytes, inputs: inputs, first: 0, channel: $0).isWellFormed
      }
    case .table: true
    }
  }

  private func outputs(_ part: (tensor: Int, bytes: [UInt8]), _ row: (UInt8, [Int16])) -> [Int32] {
    channels(part).flatMap { $0.outputs(row) }
  }

  private mutating func outputs(of map: LinearMap, _ row: (UInt8, [Int16]), chunk: Int) -> [Int32] {
    let outputs = outputs(take(), row)
    guard map.bias != nil else { return outputs }
    let bias = NaiveStep.int32(take().bytes)
    return sum(outputs, Array(bias[position.chunk * chunk..<(position.chunk + 1) * chunk]))
  }

  private mutating func normal(_ row: [Int32], _ norm: Norm?) -> [Int32] {
    guard let norm else { return row }
    let gain = NaiveStep.int32(take().bytes)
    guard norm.offset != nil else { return Naive.rmsNorm(row, gain: gain, epsilonTerm: norm.epsilon, shift: norm.shift) }
    return Naive.layerNorm(row, gain: gain, offset: NaiveStep.int32(take().bytes), epsilonTerm: norm.epsilon, shift: norm.shift)
  }

  private mutating func quantised(_ bytes: [UInt8], _ norm: Norm?) -> (UInt8, [Int16]) {
    Naive.quantise(Naive.read(normal(NaiveStep.int32(bytes), norm)))
  }

  /// `[NUM-5]`
  private func repacked(_ bytes: [UInt8], width: Int) -> (UInt8, [Int16])? {
    let leaves = stride(from: 0, to: bytes.count, by: 1 + 2 * width).map { Array(bytes[$0..<$0 + 1 + 2 * width]) }
    guard leaves.allSatisfy({ $0[0] <= 16 }) else { return nil }
    return Naive.quantise(leaves.flatMap { Naive.unpack(NaiveStep.int16(Array($0.dropFirst())), exponent: $0[0]) })
  }

  private func sum(_ x: [Int32], _ y: [Int32]) -> [Int32] {
    zip(Naive.read(x), Naive.read(y)).map { Int32(Naive.sat32($0 + $1)) }
  }

  /// The lowest index among the largest. `[NUM-13]` `[STEP-5]`
  static func argmax(_ row: [Int32]) -> Int {
    let row = Naive.read(row)
    return row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? 0
  }

  static func int32(_ bytes: [UInt8]) -> [Int32] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
      Int32(truncatingIfNeeded: (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) })
    }
  }

  private static func int16(_ bytes: [UInt8]) -> [Int16] {
    stride(from: 0, to: bytes.count, by: 2).map { Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8) }
  }

  private static func bytes(_ row: [some FixedWidthInteger]) -> [UInt8] {
    row.flatMap { value in (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
  }

  private static func packed(_ row: [Int32]) -> [UInt8] {
    let (exponent, q) = Naive.quantise(Naive.read(row))
    return [exponent] + bytes(q)
  }
}
